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
_ENOUGH: Final = 10  # from here on more company hardly makes an answer cheaper
_BRIEFLY: Final = 0.001  # seconds to wait for everybody who may come at once
_AT_MOST: Final = 0.025  # seconds to wait for enough; nobody who taps a phone notices
Done = Callable[[Reply | None], None]  # None: it could not be committed; the log says why
_Waiting = tuple[Inbound, Done]


def expected(last: int, meanwhile: int, idle: float) -> int:
    """How many the next group may wait for: as many as were in the last, and those who came meanwhile.

    Where each waits for a reply of ours before it goes on, these are all there are, and they come at once.
    Where people come by themselves, groups grow while more come than are answered. ``idle``: seconds in which
    nobody came; whoever comes after that is alone and does not wait.
    """
    return last + meanwhile if idle < _AT_MOST else 1


class Committer:
    """One per process. At most one message of a person is in a group, so that their order stays theirs."""

    def __init__(self, receive: Callable[[Sequence[Inbound]], Awaitable[list[Reply]]]) -> None:
        self._receive = receive
        self._waiting: deque[_Waiting] = deque()
        self._wanted = 1
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
        if len(self._waiting) >= self._wanted:
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
        now = asyncio.get_running_loop().time
        last = came = 0
        ended = now()
        while True:
            if not self._waiting:
                if self._closing:
                    return
                await self._until(1)
                continue
            company = expected(last, came, now() - ended)
            await self._until(company, _BRIEFLY)
            await self._until(min(company, _ENOUGH), _AT_MOST)
            group = self._take()
            last, later = len(group), len(self._waiting)
            await self._commit(group)
            came, ended = len(self._waiting) - later, now()

    async def _until(self, count: int, seconds: float | None = None) -> None:
        """Until so many wait, or the time is over, or no more will come."""
        if len(self._waiting) >= count or self._closing:
            return
        self._wanted = count
        self._arrived.clear()
        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._arrived.set)
        await self._arrived.wait()
        if timer is not None:
            timer.cancel()

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
            log.warning("group failed, trying one by one", size=len(group), error=type(error).__name__)
            for one in group:
                await self._alone(one)
            return
        for one, reply in zip(group, replies, strict=True):
            _tell(one, reply)

    async def _alone(self, one: _Waiting) -> None:
        """The second try, and the last one."""
        try:
            (reply,) = await self._receive([one[0]])
        except Exception:
            log.exception("commit failed", key=one[0].key)
            _tell(one, None)
            return
        _tell(one, reply)


def _tell(one: _Waiting, reply: Reply | None) -> None:
    """Whatever goes wrong with one answer, the others of the group get theirs."""
    inbound, done = one
    try:
        done(reply)
    except Exception:
        log.exception("answer failed", key=inbound.key)
