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
Done = Callable[[Reply | None], None]  # None: it could not be committed; the log says why
_Waiting = tuple[Inbound, Done]


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

    def put(self, inbound: Inbound, done: Done) -> None:
        """``done`` gets the reply, once it is durable."""
        if self._closing or self._worker is None:
            raise RuntimeError("the committer is not running")
        self._waiting.append((inbound, done))
        self._arrived.set()

    async def submit(self, inbound: Inbound) -> Reply:
        """The reply, once it is durable. Raises RuntimeError when it could not be committed."""
        future: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
        self.put(inbound, lambda reply: None if future.done() else future.set_result(reply))
        reply = await future
        if reply is None:
            raise RuntimeError("the commit failed")
        return reply

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
                _tell(group[0], None)
                return
            log.warning("group failed, trying one by one", size=len(group), error=type(error).__name__)
            for one in group:
                await self._commit([one])
            return
        for one, reply in zip(group, replies, strict=True):
            _tell(one, reply)


def _tell(one: _Waiting, reply: Reply | None) -> None:
    """Whatever goes wrong with one answer, the others of the group get theirs."""
    inbound, done = one
    try:
        done(reply)
    except Exception:
        log.exception("answer failed", key=inbound.key)
