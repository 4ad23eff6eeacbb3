"""How SQLite is driven: waits in a thread, short reads at once, every transaction begun by ourselves."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import aiosqlite

_ROWS_AT_ONCE: Final = 64  # aiosqlite's own default for streamed rows
_PATIENCE: Final = 10_000  # milliseconds to wait for somebody else's transaction
_LOCK: Final = "BEGIN IMMEDIATE"
_LOOK: Final = "BEGIN"
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={_PATIENCE}",
    "cache_size=-32000",
    "temp_store=MEMORY",
)


class _Tidy(sqlite3.Connection):
    """Closed in the middle of something, SQLite keeps the lock as long as anybody holds a cursor."""

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


class QuickConnection(aiosqlite.Connection):
    """An aiosqlite connection that can answer at once.

    aiosqlite hands every call to a thread. A point read takes microseconds, the way there and back a hundred;
    so whoever knows that the next statements are short runs them where they are called. Waiting for the write
    lock and for the disk is always the thread's.
    """

    _is_quick = False
    _is_unheard = False  # is the thread at something of which nobody waits for the end?

    @contextmanager
    def quickly(self) -> Iterator[None]:
        self._is_quick = True
        try:
            yield
        finally:
            self._is_quick = False

    async def all(self, text: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of one read."""
        connection = self._conn
        found: list[tuple[Any, ...]] = await self._execute(
            lambda: connection.execute(text, parameters).fetchall()
        )
        return found

    async def many(self, text: str, parameters: Sequence[Sequence[Any]]) -> None:
        """One write for each of these."""
        await self._execute(self._conn.executemany, text, parameters)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is not None:
            if self._is_quick or fn.__name__ == "cursor" or args[:1] == (_LOOK,):
                return fn(*args, **kwargs)
            if args[:1] == (_LOCK,) and self._locked_at_once(lambda: fn(*args, **kwargs)):
                return None
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:  # the thread goes on, and may come to hold the lock
            self._is_unheard = True
            raise

    def _locked_at_once(self, begin: Callable[[], Any]) -> bool:
        """Mostly nobody else is writing; where somebody is, the thread waits."""
        self._conn.execute("PRAGMA busy_timeout=0")
        try:
            begin()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the rest says why it is busy
                raise
            return False
        finally:
            self._conn.execute(f"PRAGMA busy_timeout={_PATIENCE}")
        return True

    async def rollback(self) -> None:
        """The pool asks for one whenever a connection comes back; mostly there is nothing to undo."""
        if self._is_unheard or self._conn.in_transaction:
            self._is_unheard = False
            await super().rollback()


def connector(path: str) -> Callable[[], Awaitable[QuickConnection]]:
    """What ``create_async_engine(async_creator=…)`` calls for each new connection."""

    async def connect() -> QuickConnection:
        connection = QuickConnection(
            lambda: sqlite3.connect(path, check_same_thread=False, factory=_Tidy),
            iter_chunk_size=_ROWS_AT_ONCE,
        )
        # Not joined at exit, as SQLAlchemy has it for connections that it makes itself.
        connection._thread.daemon = True
        await connection
        return connection

    return connect


def on_connect(connection: Any, _record: Any) -> None:
    """WAL with full durability, and no transactions of the driver's own.

    The driver's own mode lets a row inserted inside a savepoint survive the outer rollback, and begins too
    late for a claim to hold its lock; beginning ourselves closes both.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def on_begin(connection: Any) -> None:
    """``BEGIN IMMEDIATE`` takes the write lock at once; readers lock nobody out."""
    reading = connection.get_execution_options().get("reading", False)
    cursor = connection.connection.cursor()  # the driver's: this is said for every group of callbacks
    cursor.execute(_LOOK if reading else _LOCK)
    cursor.close()
