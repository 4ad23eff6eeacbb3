"""The crew: calls that are fixed are made, as many at once as the platform bears, and written down."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

import structlog

from bot.db import Database
from bot.delivery.actions_settling import Outcome, settle
from bot.delivery.rules import IN_FLIGHT, TOO_MANY_AT_ONCE
from bot.delivery.store_shipments import Shipment
from bot.errors import PlatformError, Verdict
from bot.messages import Realm
from bot.platforms.port import Client, Receipt
from bot.school import School
from bot.work import Work

log = structlog.get_logger()
_LEASE_LEFT: Final = timedelta(seconds=60)  # has to be left of a lease when a call begins
_LOOK_EVERY: Final = timedelta(seconds=1)  # whether what is still to be called for was stopped
# Seconds: an outcome is worth some patience with the database, as long as the lease on it lasts.
_SETTLE_AGAIN: Final = (0.2, 1.0, 3.0, 8.0, 15.0, 25.0)

Clients = Mapping[tuple[str, Realm], Client]


@dataclass(slots=True)
class Parallel:
    """How many calls of an account go at once: halved when the platform says too many, then slowly more."""

    most: int = IN_FLIGHT
    now: int = field(default=IN_FLIGHT)

    def too_many(self, at_once: int) -> None:
        """So many were under way: eight that are told the same are one reason to halve, not eight."""
        self.now = min(self.now, max(1, at_once // 2))

    def went_well(self) -> None:
        self.now = min(self.most, self.now + 1)


class Crew:
    """``clients`` knows how to reach each realm of each account."""

    def __init__(
        self,
        database: Database,
        clients: Clients,
        school: Callable[[], School],
        clock: Callable[[], datetime],
        rng: Random,
    ) -> None:
        self._database = database
        self._clients = clients
        self._school = school
        self._clock = clock
        self._rng = rng
        self._parallel: dict[str, Parallel] = {}

    def pace(self, account: str) -> Parallel:
        """How many calls of an account go at once at present."""
        return self._parallel.setdefault(account, Parallel())

    async def make(self, account: str, shipments: Sequence[Shipment]) -> None:
        """Make the calls, as many at once as the platform bears, and write down what came of them."""
        pace, waiting = self.pace(account), deque(shipments)
        outcomes: list[Outcome] = []
        looking = asyncio.Lock()
        goes_on, crowded, looked_at = True, False, self._clock()

        async def hand(number: int) -> None:
            nonlocal goes_on, crowded, looked_at
            while waiting and goes_on and number < pace.now:
                async with looking:  # nobody begins a call while one of them looks
                    if not looked_at <= self._clock() < looked_at + _LOOK_EVERY:
                        looked_at = self._clock()
                        outcomes.extend(await self._called_off(waiting))
                if not waiting or not goes_on:
                    continue
                shipment, at_once = waiting.popleft(), pace.now
                said = await self._send(shipment)
                outcomes.append(Outcome(shipment, said))
                if isinstance(said, PlatformError):
                    log.warning("send failed", account=account, code=said.code, verdict=str(said.verdict))
                    if said.code == TOO_MANY_AT_ONCE:
                        crowded = True
                        pace.too_many(at_once)
                    goes_on = goes_on and said.verdict not in (Verdict.WAIT, Verdict.STOP, Verdict.TOKEN)

        await asyncio.gather(*(hand(number) for number in range(min(pace.now, len(shipments)))))
        outcomes += [Outcome(shipment, None) for shipment in waiting]
        if shipments and not crowded:
            pace.went_well()
        await self._settle(outcomes)

    async def _called_off(self, waiting: deque[Shipment]) -> list[Outcome]:
        """Calls that are fixed and need not be made any more: their campaign was stopped meanwhile.

        While the database is away nobody knows, and what was said so far has to be kept for it.
        """
        try:
            async with self._database.reading() as tx:
                gone = await Work(tx).outbox.called_off([one.id for one in waiting])
        except Exception as error:
            note(error)
            return []
        off = [one for one in waiting if one.id in gone]
        for one in off:
            waiting.remove(one)
        return [Outcome(one, None) for one in off]

    async def _send(self, shipment: Shipment) -> Receipt | PlatformError | None:
        """``None``: no time is left of the lease, so another courier may have it by now."""
        if self._clock() > shipment.lease_until - _LEASE_LEFT:
            return None
        try:
            client = self._clients[shipment.account, shipment.packed.recipients[0].realm]
            return await client.send(shipment.packed)
        except PlatformError as error:
            return error
        except Exception as error:  # a bug of ours costs this call; what was said to the others is kept
            log.exception("call failed", account=shipment.account)
            return PlatformError(Verdict.UNKNOWN, 0, type(error).__name__)

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        """What the platform said must not be lost because the database is away for a moment."""
        if not outcomes:
            return
        for patience in (*_SETTLE_AGAIN, None):
            try:
                async with self._database.begin() as tx:
                    now = self._clock()
                    await settle(tx, self._school(), outcomes, now, self._rng)
                    await Work(tx).outbox.overtaken([outcome.shipment.id for outcome in outcomes], now)
                return
            except Exception as error:
                if patience is None:
                    raise
                note(error)
                await asyncio.sleep(patience)


def note(error: Exception) -> None:
    """A round failed: the kind of trouble, the database's own words; never the statement, whose values are
    people's.
    """
    cause = getattr(error, "orig", None)
    if cause is not None:
        log.error("courier round failed", error=type(error).__name__, reason=str(cause)[:200])
    else:
        log.error("courier round failed", exc_info=error)
