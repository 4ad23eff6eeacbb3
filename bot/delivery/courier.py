"""The courier: claim, fix the shipment, send, settle. Any number of them; a row is one courier's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import structlog

from bot.db import Database
from bot.delivery.actions_attention import admit
from bot.delivery.actions_media import media_of
from bot.delivery.actions_packing import Counter, fix
from bot.delivery.actions_recall import take_back
from bot.delivery.actions_settling import Outcome, give_up, not_packed, settle
from bot.delivery.digest import Parcel, fold, parts, wave
from bot.delivery.ledger import Ledger
from bot.delivery.rules import NO_CLIENT, TOO_MANY_AT_ONCE, DeliveryState, Parallel, rests
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_shipments import Shipment
from bot.errors import PlatformError, Verdict
from bot.messages import Realm
from bot.platforms.port import Client
from bot.school import School

log = structlog.get_logger()
_CLAIM: Final = 1000
_LEASE_LEFT: Final = timedelta(seconds=60)  # has to be left of a lease when a call begins
# Seconds: an outcome is worth some patience with the database, as long as the lease on it lasts.
_SETTLE_AGAIN: Final = (0.2, 1.0, 3.0, 8.0, 15.0, 25.0)

Clients = Mapping[tuple[str, Realm], Client]


class Courier:
    """Sends for every account. ``clients`` knows how to reach each realm of each account."""

    def __init__(
        self,
        database: Database,
        clients: Clients,
        school: Callable[[], School],
        clock: Callable[[], datetime],
        rng: Random,
        ledger: Ledger,
    ) -> None:
        self._database = database
        self._clients = clients
        self._school = school
        self._clock = clock
        self._rng = rng
        self._ledger = ledger
        self._accounts = sorted({account for account, _ in clients})
        self._parallel = {account: Parallel() for account in self._accounts}
        self._bells: list[asyncio.Event] = []

    def pace(self, account: str) -> int:
        """How many calls of an account go at once at present."""
        return self._parallel[account].now

    def wake(self) -> None:
        """Something was queued that should go now."""
        for bell in self._bells:
            bell.set()

    async def run(self, pause: float = 1.0) -> None:
        """Work until cancelled; look at once when woken, else every ``pause`` seconds.

        What somebody waits for has a lane of its own and never stands behind a fan-out."""
        lanes: list[Callable[[], Awaitable[int]]] = [self._recover]
        for account in self._accounts:
            lanes.append(lambda account=account: self._lane(account, urgent=True))  # type: ignore[misc]
            lanes.append(lambda account=account: self._lane(account, urgent=False))  # type: ignore[misc]
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(self._loop(lane, pause))

    async def round(self) -> int:
        """One look at every account; how many messages were handled."""
        done = await self._recover()
        done += sum(await asyncio.gather(*(self._lane(a, urgent=True) for a in self._accounts)))
        return done + sum(await asyncio.gather(*(self._lane(a, urgent=False) for a in self._accounts)))

    async def drain(self) -> int:
        """Rounds until nothing is due any more; for tests, the demo and the command line."""
        total = 0
        while handled := await self.round():
            total += handled
        return total

    async def _loop(self, lane: Callable[[], Awaitable[int]], pause: float) -> None:
        bell = asyncio.Event()
        self._bells.append(bell)
        try:
            while True:
                bell.clear()
                busy = 0
                try:
                    busy = await lane()
                except Exception as error:
                    _note(error)
                if not busy:
                    try:
                        await asyncio.wait_for(bell.wait(), pause)
                    except TimeoutError:
                        continue
        finally:
            self._bells.remove(bell)

    async def _lane(self, account: str, *, urgent: bool) -> int:
        """Claim what is due, and carry it out in waves; how many messages left."""
        now = self._clock()
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            if rests((await rows.account_states()).get(account), now):
                return 0
            claimed = await rows.claim(account, now, _CLAIM, urgent=urgent)
            if not claimed:
                return 0
            admitted = await admit(rows, self._school(), claimed, now)
            contents = await rows.contents({c.payload for c in admitted})
        parcels = await self._parcels(account, fold(admitted, contents), now)
        while parcels:
            ready, parcels = wave(parcels, self._parallel[account].now)
            if not await _uninterrupted(self._carry(account, ready)):
                break
            if parcels and self._clock() > parcels[0].members[0].lease - _LEASE_LEFT:
                break
        await self._put_back(parcels)
        return len(claimed)

    async def _parcels(self, account: str, found: Sequence[Parcel], now: datetime) -> list[Parcel]:
        """Cut to what one call takes; what nothing can carry ends here."""
        cut: list[Parcel] = []
        for parcel in found:
            client = self._clients.get((account, parcel.realm))
            if client is None:
                async with self._database.begin() as tx:
                    await give_up(tx, self._school(), parcel.members, DeliveryState.DEAD, NO_CLIENT, now)
                continue
            cut += [Parcel(parcel.realm, p, parcel.content) for p in parts(parcel.members, client.batch)]
        return cut

    async def _carry(self, account: str, ready: Sequence[Parcel]) -> bool:
        """One wave: fix every call, make them, settle them. ``False`` when the account has to rest."""
        now = self._clock()
        media: list[dict[str, str] | PlatformError] = []
        for parcel in ready:
            try:
                client = self._clients[account, parcel.realm]
                media.append(await media_of(self._database, client, account, parcel.content, now))
            except PlatformError as error:
                media.append(error)
        shipments: list[Shipment] = []
        async with self._database.begin() as tx:
            for parcel, known in zip(ready, media, strict=True):
                try:
                    if isinstance(known, PlatformError):
                        raise known
                    counter = Counter(
                        account, self._clients[account, parcel.realm], self._school(), self._ledger
                    )
                    fixed = await fix(counter, CourierRows(tx), parcel, known, now)
                except PlatformError as error:
                    await not_packed(tx, self._school(), account, parcel.members, error, now, self._rng)
                    continue
                if isinstance(fixed, str):
                    await give_up(tx, self._school(), parcel.members, DeliveryState.REFUSED, fixed, now)
                elif fixed is not None:
                    shipments.append(fixed)
        return await self._make(account, shipments)

    async def _make(self, account: str, shipments: Sequence[Shipment]) -> bool:
        """Make the calls together and write down what came of them."""
        outcomes = await asyncio.gather(*(self._send(shipment) for shipment in shipments))
        pace, goes_on, crowded = self._parallel.setdefault(account, Parallel()), True, False
        for said in (outcome.said for outcome in outcomes):
            if isinstance(said, PlatformError):
                log.warning("send failed", account=account, code=said.code, verdict=str(said.verdict))
                crowded = crowded or said.code == TOO_MANY_AT_ONCE
                goes_on = goes_on and said.verdict not in (Verdict.WAIT, Verdict.STOP, Verdict.TOKEN)
        if crowded:
            pace.too_many()
        elif outcomes:
            pace.went_well()
        await self._settle(outcomes)
        return goes_on

    async def _send(self, shipment: Shipment) -> Outcome:
        client = self._clients[shipment.account, shipment.packed.recipients[0].realm]
        try:
            return Outcome(shipment, await client.send(shipment.packed))
        except PlatformError as error:
            return Outcome(shipment, error)

    async def _settle(self, outcomes: Sequence[Outcome]) -> None:
        """What the platform said must not be lost because the database is away for a moment."""
        for patience in (*_SETTLE_AGAIN, None):
            try:
                async with self._database.begin() as tx:
                    for outcome in outcomes:
                        await settle(tx, self._school(), outcome, self._clock(), self._rng)
                return
            except Exception as error:
                if patience is None:
                    raise
                _note(error)
                await asyncio.sleep(patience)

    async def _put_back(self, parcels: Sequence[Parcel]) -> None:
        """Claimed, but the account rests or the lease is nearly over."""
        if members := [m for parcel in parcels for m in parcel.members]:
            async with self._database.begin() as tx:
                await CourierRows(tx).give_back(members, self._clock())

    async def _recover(self) -> int:
        """Take over what a courier left behind: repeat inside the platform's window, else it is unknown."""
        now = self._clock()
        quiet = self._school().plan.quiet_until(now)
        again: list[Shipment] = []
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            await rows.stranded(now)
            left = await rows.abandoned(now, Parallel().now)
            recalls = await rows.to_recall(now)
            for shipment in left:
                known = bool(shipment.packed.recipients) and (
                    (shipment.account, shipment.packed.recipients[0].realm) in self._clients
                )
                if shipment.may_have_arrived and not (known and shipment.may_repeat(now)):
                    lost = PlatformError(Verdict.UNKNOWN, 0, "interrupted")
                    await settle(tx, self._school(), Outcome(shipment, lost), now, self._rng)
                elif not known:
                    await rows.failed(shipment, DeliveryState.DEAD, NO_CLIENT, now)
                elif shipment.routine and quiet > now and not shipment.may_have_arrived:
                    await rows.postpone(shipment, quiet, counted=False, certain=True)
                else:
                    again.append(shipment)
        for account in sorted({shipment.account for shipment in again}):
            await _uninterrupted(self._make(account, [s for s in again if s.account == account]))
        for shipment in recalls:
            client = self._clients.get((shipment.account, Realm.MEMBER))
            await take_back(self._database, client, shipment)
        return len(again) + len(recalls)


async def _uninterrupted(work: Any) -> Any:
    """A call that began is settled even when the process is told to stop meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise


def _note(error: Exception) -> None:
    """The kind of trouble and the database's own words; never the statement, whose values are people's."""
    cause = getattr(error, "orig", None)
    if cause is not None:
        log.error("courier round failed", error=type(error).__name__, reason=str(cause)[:200])
    else:
        log.error("courier round failed", exc_info=error)
