"""An aiosqlite connection that can answer at once.

aiosqlite hands every call to a thread. A point read takes microseconds, the way there and back a hundred; so
whoever knows that the next statements are short runs them where they are called. Waiting for the write lock
and for the disk is always the thread's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import aiosqlite

_ROWS_AT_ONCE = 64  # aiosqlite's own default for streamed rows


class QuickConnection(aiosqlite.Connection):
    """``quickly`` is a block of statements that run on the event loop's thread."""

    _is_quick = False

    @contextmanager
    def quickly(self) -> Iterator[None]:
        self._is_quick = True
        try:
            yield
        finally:
            self._is_quick = False

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is not None and (self._is_quick or fn.__name__ == "cursor"):
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        """The pool asks for one whenever a connection comes back; mostly there is nothing to undo."""
        if self._conn.in_transaction:
            await super().rollback()


def connector(path: str) -> Callable[[], Awaitable[QuickConnection]]:
    """What ``create_async_engine(async_creator=…)`` calls for each new connection."""

    async def connect() -> QuickConnection:
        connection = QuickConnection(
            lambda: sqlite3.connect(path, check_same_thread=False), iter_chunk_size=_ROWS_AT_ONCE
        )
        # Not joined at exit, as SQLAlchemy has it for connections that it makes itself.
        connection._thread.daemon = True
        await connection
        return connection

    return connect
