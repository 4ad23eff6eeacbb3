"""The courier: claim, fix the shipment, send, settle. Any number of them; a row is one courier's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Final

from bot.db import Database, Tx
from bot.delivery.actions_attention import admit, may_leave_again
from bot.delivery.actions_calls import Calls
from bot.delivery.actions_following import hearing
from bot.delivery.actions_media import media_of, upload
from bot.delivery.actions_packing import Choice, Counter, choose, load
from bot.delivery.actions_recall import take_back
from bot.delivery.actions_results import act_on_results
from bot.delivery.actions_settling import Outcome, give_up, not_halted, not_packed, settle
from bot.delivery.crew import Clients, Crew, note
from bot.delivery.digest import Parcel, calls_for, fold, wave
from bot.delivery.ledger import Ledger
from bot.delivery.mass import MASS
from bot.delivery.mass_desk import MassDesk
from bot.delivery.rules import IN_FLIGHT, NO_CLIENT, DeliveryState, rests
from bot.delivery.store_courier import Claimed, CourierRows
from bot.delivery.store_shipments import Shipment
from bot.delivery.store_unloading import unload
from bot.errors import PlatformError, Verdict
from bot.messages import Realm
from bot.school import School
from bot.work import Work

_FIRST: Final = 2000  # messages of an account that are looked at together
_MOST: Final = 8000  # the same, while they leave in large company
_LEAST: Final = 256
_WAVE: Final = 128  # calls that are fixed together
_RECOVERY: Final = ("", False)  # the lane that takes over what was left behind
_CLEARING: Final = ("", True)  # the lane that puts away what was stopped


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
        self._desk = MassDesk(database, clients, school, ledger)
        self._calls = Calls()
        self._accounts = sorted({account for account, _ in clients})
        self._crew = Crew(database, clients, school, clock, rng)
        self._appetite: dict[tuple[str, bool], int] = {}
        lanes = [_RECOVERY, _CLEARING, *((a, urgent) for a in self._accounts for urgent in (True, False))]
        self._bells = {lane: asyncio.Event() for lane in lanes}
        self._desk_bells = {a: asyncio.Event() for a, realm in clients if realm is Realm.OPENID}

    def pace(self, account: str) -> int:
        """How many calls of an account go at once at present."""
        return self._crew.pace(account).now

    def wake(self) -> None:
        """Something was queued that should go now."""
        for bell in (*self._bells.values(), *self._desk_bells.values()):
            bell.set()

    async def run(self, pause: float = 1.0) -> None:
        """Work until cancelled; look at once when woken, else every ``pause`` seconds.

        What somebody waits for has a lane of its own and never stands behind a fan-out.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(pause))
            group.create_task(self._loop(self._recover, self._bells[_RECOVERY]))
            group.create_task(self._loop(self._clear, self._bells[_CLEARING]))
            for account in self._accounts:
                for urgent in (True, False):
                    lane = partial(self._lane, account, urgent=urgent)
                    group.create_task(self._loop(lane, self._bells[account, urgent]))
            for account, bell in self._desk_bells.items():
                group.create_task(self._loop(partial(self._together, account), bell))

    async def round(self) -> int:
        """One look at every account; how many messages were handled."""
        lanes = await self._calling()
        done = await self._clear() if _CLEARING in lanes else 0
        done += await self._recover() if _RECOVERY in lanes else 0
        lanes = await self._calling()
        done += sum(await asyncio.gather(*(self._lane(a, urgent=True) for a, u in lanes if a and u)))
        done += sum(await asyncio.gather(*(self._lane(a, urgent=False) for a, u in lanes if a and not u)))
        return done + sum(await asyncio.gather(*(self._together(a) for a in self._desk_bells)))

    async def drain(self) -> int:
        """Rounds until nothing is due any more; for tests, the demo and the command line."""
        total = 0
        while handled := await self.round():
            total += handled
        return total

    async def _watch(self, pause: float) -> None:
        """What an idle courier does: a short look for all accounts, which locks nobody out."""
        while True:
            try:
                found = await self._calling()
                for bell in (*(self._bells[lane] for lane in found), *self._desk_bells.values()):
                    bell.set()
            except Exception as error:
                note(error)
            await asyncio.sleep(pause)

    async def _calling(self) -> set[tuple[str, bool]]:
        """The lanes that have something to do at this moment."""
        now = self._clock()
        async with self._database.reading() as tx:
            rows = CourierRows(tx)
            found = await rows.waiting(self._accounts, now)
            if await Work(tx).outbox.is_clearing():
                found.add(_CLEARING)
            return found | ({_RECOVERY} if await rows.left_behind(now) else set())

    async def _loop(self, lane: Callable[[], Awaitable[int]], bell: asyncio.Event) -> None:
        while True:
            await bell.wait()
            bell.clear()
            try:
                while await lane():
                    pass
            except Exception as error:
                note(error)

    async def _lane(self, account: str, *, urgent: bool) -> int:
        """Take what is due, fix the calls, make them; how many messages were looked at."""
        now, lane = self._clock(), (account, urgent)
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            if rests((await rows.account_states()).get(account), now):
                return 0
            claimed = await rows.claim(account, now, self._appetite.get(lane, _FIRST), urgent=urgent)
            if not claimed:
                return 0
            admitted = await admit(rows, self._school(), claimed, now)
            admitted = await hearing(tx, self._school(), account, admitted, now)
            contents = await rows.contents({c.payload for c in admitted})
            parcels = await self._parcels(tx, account, fold(admitted, contents), now)
            ready, rest = wave(parcels, _WAVE, self._crew.pace(account).now)
            shipments, bare = await self._pack(tx, account, ready, now)
            spoken_for = {m.address for parcel in ready for m in parcel.members}
            held = [m for parcel in rest for m in parcel.members if m.address in spoken_for]
            await rows.hold(held, now)
        going = sum(shipment.size for shipment in shipments)
        self._appetite[lane] = min(max(2 * going, _LEAST), _MOST)
        await _uninterrupted(self._carry(account, shipments, held))
        for parcel in bare:
            await self._upload(account, parcel)
        return len(claimed)

    async def _together(self, account: str) -> int:
        """What no personal way carries leaves by mass send; and what became of earlier ones."""
        shipments, done = await self._desk.look(account, self._clock())
        if shipments:
            await _uninterrupted(self._crew.make(account, shipments))
        return done

    async def _parcels(self, tx: Tx, account: str, found: Sequence[Parcel], now: datetime) -> list[Parcel]:
        """Cut to what one call takes; what nothing can carry ends here."""
        cut: list[Parcel] = []
        for parcel in found:
            client = self._clients.get((account, parcel.realm))
            if client is None:
                await give_up(tx, self._school(), parcel.members, DeliveryState.DEAD, NO_CLIENT, now)
                continue
            cut += calls_for(parcel, client.batch)
        return cut

    async def _pack(
        self, tx: Tx, account: str, ready: Sequence[Parcel], now: datetime
    ) -> tuple[list[Shipment], list[Parcel]]:
        """The calls, fixed; and the parcels whose picture has to be uploaded first."""
        rows, school = CourierRows(tx), self._school()
        counter = Counter(account, school, self._ledger, tx, self._calls, now)
        choices: list[Choice] = []
        bare: list[Parcel] = []
        for parcel in sorted(ready, key=lambda one: one.members[0].address):  # as turns lock who was seen
            media = await media_of(rows, account, parcel.content, now)
            if media is None:
                bare.append(parcel)
                continue
            try:
                choice = await choose(counter, self._clients[account, parcel.realm], parcel, media)
            except PlatformError as error:
                await not_packed(tx, school, account, parcel.members, error, now, self._rng)
                continue
            if isinstance(choice, str):
                await give_up(tx, school, parcel.members, DeliveryState.REFUSED, choice, now)
            elif choice is not None:
                choices.append(choice)
        choices.sort(key=lambda choice: choice.members[0].id)  # what has waited longest draws first
        return await load(counter, choices), bare

    async def _upload(self, account: str, parcel: Parcel) -> None:
        """The parcel itself goes with the next round."""
        now = self._clock()
        try:
            async with self._database.begin() as tx:
                await self._calls.take(tx, self._school().accounts.get(account), "upload", now)
            await upload(self._database, self._clients[account, parcel.realm], account, parcel.content, now)
        except PlatformError as error:
            async with self._database.begin() as tx:
                await not_packed(tx, self._school(), account, parcel.members, error, now, self._rng)

    async def _carry(self, account: str, shipments: Sequence[Shipment], held: Sequence[Claimed]) -> None:
        await self._crew.make(account, shipments)
        if held:
            async with self._database.begin() as tx:
                await CourierRows(tx).release(held, self._clock())

    async def _clear(self) -> int:
        """One slice of a campaign that was stopped, paused or resumed; then everybody else has a turn."""
        begun = time.monotonic()
        async with self._database.begin() as tx:
            done = await Work(tx).outbox.clear(self._clock())
        if done:
            await asyncio.sleep(time.monotonic() - begun)
        return int(done)

    async def _recover(self) -> int:
        """Take over what a courier left behind: repeat inside the platform's window, else it is unknown."""
        now = self._clock()
        again: list[Shipment] = []
        async with self._database.begin() as tx:
            rows = CourierRows(tx)
            await rows.stranded(now)
            left = await rows.abandoned(now, IN_FLIGHT)
            recalls = await rows.to_recall(now)
            left = await not_halted(tx, left, now)
            patient = [s for s in left if s.is_patient and s.packed.quota != MASS]
            over = await rows.overdue([s.id for s in patient], now)
            welcome = await may_leave_again(rows, self._school(), left, now)
            for shipment in left:
                known = bool(shipment.packed.recipients) and (
                    (shipment.account, shipment.packed.recipients[0].realm) in self._clients
                )
                if shipment.may_have_arrived and not (known and shipment.may_repeat(now)):
                    lost = PlatformError(Verdict.UNKNOWN, 0, "interrupted")
                    await settle(tx, self._school(), [Outcome(shipment, lost)], now, self._rng)
                elif not known:
                    await rows.failed(shipment, DeliveryState.DEAD, NO_CLIENT, now)
                elif shipment.id in over:  # due again each by itself, and too late
                    await unload(tx, [shipment.id], not_before=now)
                elif welcome[shipment.id] > now:
                    await rows.postpone(shipment, welcome[shipment.id], counted=False, certain=True)
                else:
                    again.append(shipment)
        for account in sorted({shipment.account for shipment in again}):
            await _uninterrupted(self._crew.make(account, [s for s in again if s.account == account]))
        for shipment in recalls:
            client = self._clients.get((shipment.account, Realm.MEMBER))
            await take_back(self._database, client, shipment)
        heard = await act_on_results(self._database, self._school(), now)
        return len(again) + len(recalls) + heard


async def _uninterrupted(work: Any) -> Any:
    """A call that began is settled even when the process is told to stop meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
