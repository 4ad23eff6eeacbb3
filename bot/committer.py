"""Group commit: callbacks that arrive together share one transaction; no reply leaves before its commit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from bot.messages import Inbound, Reply

log = structlog.get_logger()
_BATCH: Final = 256
_GATHER: Final = 0.001  # seconds to wait for company while the last group was more than one
_Waiting = tuple[Inbound, asyncio.Future[Reply]]


class Committer:
    """One per process. At most one message of a person is in a group, so that their order stays theirs."""

    def __init__(self, receive: Callable[[Sequence[Inbound]], Awaitable[list[Reply]]]) -> None:
        self._receive = receive
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        self._worker = asyncio.create_task(self._work())

    async def submit(self, inbound: Inbound) -> Reply:
        """The reply, once it is durable."""
        if self._closing or self._worker is None:
            raise RuntimeError("the committer is not running")
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((inbound, future))
        self._arrived.set()
        return await future

    async def close(self) -> None:
        """Finish what was accepted, then stop."""
        self._closing = True
        self._arrived.set()
        if self._worker is not None:
            await self._worker

    async def _work(self) -> None:
        company = False
        while True:
            if not self._waiting:
                if self._closing:
                    return
                self._arrived.clear()
                await self._arrived.wait()
                continue
            if company:
                await asyncio.sleep(_GATHER)
            group = self._take()
            company = len(group) > 1
            await self._commit(group)

    def _take(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        later: list[_Waiting] = []
        busy: set[object] = set()
        while self._waiting and len(group) < _BATCH:
            one = self._waiting.popleft()
            who = one[0].sender or one[0].key
            if who in busy or one[0].key in busy:
                later.append(one)
                continue
            busy.update((who, one[0].key))
            group.append(one)
        self._waiting.extendleft(reversed(later))
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        """One transaction for all; when it fails, each alone, so that one message never costs another."""
        try:
            replies = await self._receive([inbound for inbound, _ in group])
        except Exception as error:
            if len(group) == 1:
                log.exception("commit failed", key=group[0][0].key)
                if not group[0][1].done():
                    group[0][1].set_exception(error)
                return
            log.warning("group failed, trying one by one", size=len(group), error=type(error).__name__)
            for one in group:
                await self._commit([one])
            return
        for (_, future), reply in zip(group, replies, strict=True):
            if not future.done():
                future.set_result(reply)
