"""Before and after each call for an article: its step in the database, its quota, and how it went on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar

import structlog

from bot.db import Database, Tx
from bot.delivery.ledger import Ledger
from bot.delivery.rules import limit_over
from bot.delivery.store_courier import CourierRows
from bot.errors import PlatformError
from bot.messages import Urgency
from bot.publishing.actions import tell
from bot.publishing.rules import PATIENCE, Again, Article, State, after_error
from bot.work import Work

log = structlog.get_logger()
T = TypeVar("T")
_PATIENCE: Final = (0.2, 1.0, 3.0)  # seconds: what a call came to must not be lost to a busy database
_FINISHED: Final = (State.PUBLISHED, State.FAILED, State.UNKNOWN, State.GONE)
_BEFORE: Final = {State.DRAFTING: State.ASKED, State.SUBMITTING: State.READY}


@dataclass(frozen=True, slots=True)
class Record:
    """``wake`` tells the courier that somebody is to hear of a result."""

    database: Database
    ledger: Ledger
    clock: Callable[[], datetime]
    rng: Random
    wake: Callable[[], None]

    async def marked(self, held: Article, state: State, quota: str, **values: Any) -> Article | None:
        """The step is written down before its call; ``None`` when the quota or the lease says not now."""
        now = self.clock()
        async with self.database.begin() as tx:
            articles = Work(tx).articles
            if not await self._draw(tx, held, quota, now):
                after = self.ledger.next_window(quota, now)
                await articles.settle(held, held.state, after, outcome="quota")
                return None
            values |= {"attempts": held.attempts + 1}
            done = await articles.settle(held, state, held.due, **values)
            return replace(held, state=state, **values) if done else None

    async def drawn(self, held: Article, quota: str) -> bool:
        """One call of this quota line; ``False`` when the day has none left."""
        async with self.database.begin() as tx:
            return await self._draw(tx, held, quota, self.clock())

    async def settle(self, held: Article, state: State, due: datetime | None, **values: Any) -> bool:
        """Write down how a step ended, and tell who wanted it when this is the end."""

        async def write(tx: Tx) -> bool:
            work, now, at = Work(tx), self.clock(), due
            if state is State.SUBMITTED and held.state is State.SUBMITTING:
                # The event may have been faster than the answer.
                heard = await work.articles.result_of(held.account, str(values.get("publish_id", "")))
                at = now if heard else due
            if not await work.articles.settle(held, state, at, **values):
                return False
            if state is not held.state and state in _FINISHED:
                await tell(work, replace(held, state=state, **values), now)
            return True

        done = await self.kept(write)
        self.wake()
        return done

    async def refused(self, held: Article, error: PlatformError) -> None:
        """A step's own call went wrong: it surely did nothing, or it may have, or it never will."""
        now = self.clock()
        _note(held, error)
        after = after_error(error, held.attempts, now, self.rng, public=held.state is State.SUBMITTING)
        if not isinstance(after, Again):
            await self.settle(held, State.FAILED, None, outcome=after.outcome)
        elif not after.certain:
            lost = "lost" if held.state is State.SUBMITTING else "lost draft"
            await self.settle(held, held.state, after.at, outcome=lost)
        else:
            attempts = held.attempts if after.counted else max(held.attempts - 1, 0)
            state = _BEFORE.get(held.state, held.state)
            await self.settle(held, state, after.at, outcome=f"error:{error.code}", attempts=attempts)

    async def asked_in_vain(self, held: Article, error: PlatformError) -> None:
        """Only a question went wrong, which changes nothing about the article: it is asked again."""
        now = self.clock()
        _note(held, error)
        at = max(limit_over(error, now), now + timedelta(minutes=2))
        if held.state is State.SUBMITTING and held.since is not None and now - held.since >= PATIENCE:
            await self.settle(held, State.UNKNOWN, at, outcome="unknown")
        else:
            await self.settle(held, held.state, at)

    async def kept(self, write: Callable[[Tx], Awaitable[T]]) -> T:
        """A transaction that is worth some patience with the database."""
        for patience in _PATIENCE:
            try:
                async with self.database.begin() as tx:
                    return await write(tx)
            except Exception as error:
                log.warning("article not settled", error=type(error).__name__)
                await asyncio.sleep(patience)
        async with self.database.begin() as tx:
            return await write(tx)

    async def _draw(self, tx: Tx, held: Article, quota: str, now: datetime) -> bool:
        rows = CourierRows(tx)
        return await self.ledger.draw(rows, held.account, quota, 1, Urgency.SOLICITED, now) == 1


def _note(held: Article, error: PlatformError) -> None:
    log.warning("publishing failed", account=held.account, code=error.code, verdict=str(error.verdict))
