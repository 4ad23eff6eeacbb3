"""The desk of an official account: messages that no personal way carries wait here and leave together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.db import Database, Tx
from bot.delivery import mass
from bot.delivery.actions_mass import day_line, month_of, nearer, refuse, resting
from bot.delivery.actions_mass_ends import hear
from bot.delivery.actions_mass_tags import InStep, keep_in_step
from bot.delivery.ledger import Ledger
from bot.delivery.mass import Step, Waiting
from bot.delivery.rules import DeliveryState, rests
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_mass import MassRows
from bot.delivery.store_mass_tags import TagRows
from bot.delivery.store_shipments import Shipment
from bot.duties.rules import OccurrenceState
from bot.errors import PlatformError
from bot.ids import new_id
from bot.messages import Address, Realm, Urgency, Way
from bot.platforms.port import Ability, Client
from bot.platforms.wechat.client import WechatClient
from bot.school import School
from bot.settings import Wechat

log = structlog.get_logger()
_STEP_EVERY: Final = timedelta(minutes=5)  # how often tags are compared while nothing waits
_AGAIN: Final = timedelta(seconds=30)  # how soon a crowd that has to wait is looked at again
_LISTS: Final = 8  # calls of one look; the rest with the next
_GONE: Final = "43004"


class _NotNow(Exception):
    """No call is left, or another courier took of the same crowd: the transaction is dropped."""


@dataclass(slots=True)
class MassDesk:
    """What every courier does beside its lanes. Any number of them; what one takes is taken."""

    database: Database
    clients: Mapping[tuple[str, Realm], Client]
    school: Callable[[], School]
    ledger: Ledger
    _rest_until: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    _stepped_at: dict[str, datetime] = field(default_factory=dict)

    async def look(self, account: str, now: datetime) -> tuple[list[Shipment], int]:
        """The calls to be made for an account, and how much was done, those on board included."""
        client, settings = self.clients.get((account, Realm.OPENID)), self.school().accounts.get(account)
        if not isinstance(client, WechatClient) or not isinstance(settings, Wechat):
            return [], 0
        return await _Look(self, settings, client, self.school(), now).all()


@dataclass(slots=True)
class _Look:
    """One look at one account."""

    desk: MassDesk
    settings: Wechat
    client: WechatClient
    school: School
    now: datetime

    @property
    def account(self) -> str:
        return self.settings.id

    async def all(self) -> tuple[list[Shipment], int]:
        async with self.desk.database.reading() as tx:
            states = await CourierRows(tx).account_states()
            crowd = await MassRows(tx).crowd(self.account)
        if rests(states.get(self.account), self.now):
            return [], 0
        done = await hear(self.desk.database, self.client, self.account, self.school, self.now)
        if Ability.MASS not in self.client.abilities:
            return [], done + (await self._send_back() if crowd else 0)
        is_off = rests(states.get(resting(self.account)), self.now)
        is_busy = bool(crowd) and not self._waits(crowd)
        in_step = not is_off and await self._in_step(is_busy)
        if not is_busy:
            return [], done
        ships, handled = await self._work(is_off, in_step)
        if not handled:
            self.desk._rest_until[self.account] = crowd, self.now + _AGAIN
        return ships, done + handled

    def _waits(self, crowd: int) -> bool:
        """The same crowd as a moment ago, which had to wait."""
        seen, until = self.desk._rest_until.get(self.account, (0, self.now))
        return seen == crowd and self.now < until <= self.now + _AGAIN

    async def _in_step(self, crowd: bool) -> bool:
        """Are the tags as they should be? Compared now and then, and always before they are used."""
        if self.settings.type != "subscription":
            return True
        last = self.desk._stepped_at.get(self.account)
        if not crowd and last is not None and last <= self.now < last + _STEP_EVERY:
            return True
        others = nearer(self.school.accounts, self.account)
        found = await keep_in_step(self.desk.database, self.client, self.settings, others, self.now)
        if found is not InStep.MORE:
            self.desk._stepped_at[self.account] = self.now
        return found is InStep.YES

    async def _send_back(self) -> int:
        """The account cannot send by mass any more: the usual way has the reason."""
        async with self.desk.database.begin() as tx:
            rows = MassRows(tx)
            waiting = await rows.waiting(self.account, self.now)
            back = sum([await rows.back(self.account, one, self.now) for one in waiting])
            return back + await rows.astray(self.account, self.now)

    async def _work(self, is_off: bool, in_step: bool) -> tuple[list[Shipment], int]:
        """Text by text, each in a transaction of its own."""
        async with self.desk.database.begin() as tx:
            rows = MassRows(tx)
            done = await rows.astray(self.account, self.now)
            waiting = await rows.waiting(self.account, self.now)
        ships: list[Shipment] = []
        is_quiet = self.school.plan.quiet_until(self.now) > self.now
        for one in mass.in_turn(waiting):
            if is_quiet and one.urgency is Urgency.ROUTINE:
                continue
            try:
                async with self.desk.database.begin() as tx:
                    if self.settings.type == "service":
                        ship, handled = await self._by_list(tx, one, is_off)
                    else:
                        ship, handled = await self._by_tag(tx, one, is_off, in_step)
            except _NotNow:
                continue
            done += handled
            if ship is not None:
                ships.append(ship)
            if len(ships) == _LISTS:
                break
        return ships, done

    async def _by_list(self, tx: Tx, one: Waiting, is_off: bool) -> tuple[Shipment | None, int]:
        await self._still_open(tx, one)
        rows, month = MassRows(tx), month_of(self.now, one.urgency)
        if is_off:
            return None, await self._refuse_some(tx, one, mass.RESTS)
        full, gone = await rows.without_room(self.account, one, month)
        for ids, why in ((full, mass.MONTH_FULL), (gone, _GONE)):
            await refuse(tx, self.school, ids, DeliveryState.REFUSED, why, self.now)
        if full or gone:
            return None, len(full) + len(gone)
        match mass.by_list(one):
            case Step.WAIT:
                return None, 0
            case Step.REFUSE:
                return None, await self._refuse_some(tx, one, mass.ALONE)
        await self._draw_call(tx, one)
        riders = await rows.first(self.account, one, mass.sizes(one.people)[0])
        addresses = list(dict.fromkeys(address for _, address in riders))
        id_ = new_id(self.now)
        try:
            content = (await CourierRows(tx).contents({one.payload}))[one.payload]
            to = [Address.from_key(address) for address in addresses]
            packed = self.client.pack(to, content, key=str(id_), media={}, way=Way.MASS)
        except PlatformError as error:
            return None, await self._refuse_some(tx, one, f"{error.code}", DeliveryState.DEAD)
        ids = [rider for rider, _ in riders]
        if await rows.board(ids, id_, self.now) != len(ids):
            raise _NotNow
        if await rows.draw_month(id_, month) != len(addresses):
            raise _NotNow
        return await rows.ship(id_, self.account, packed, one, "", len(ids), self.now), len(ids)

    async def _by_tag(
        self, tx: Tx, one: Waiting, is_off: bool, in_step: bool
    ) -> tuple[Shipment | None, int]:
        await self._still_open(tx, one)
        rows, courier = MassRows(tx), CourierRows(tx)
        if await rows.chosen(self.account, one.occurrence, one.payload) is not None:
            return None, await rows.back(self.account, one, self.now)
        line, until = day_line(self.account, self.now)
        day_used = bool((await courier.drawn([line])).get(line))
        step, why = (Step.REFUSE, mass.RESTS) if is_off else mass.by_tag(one, day_used=day_used, now=self.now)
        if step is Step.GO and not in_step and one.urgency is Urgency.ROUTINE:
            step = Step.WAIT
        if step is Step.WAIT:
            return None, 0
        tags = TagRows(tx, self.account, nearer(self.school.accounts, self.account))
        tag = mass.best_tag(await tags.fits(one)) if step is Step.GO else None
        if tag is None:
            return None, await self._not_this_way(rows, one, why or mass.NOT_WHOLE)
        id_ = new_id(self.now)
        try:
            content = (await courier.contents({one.payload}))[one.payload]
            number = (await tags.ids())[tag]
            packed = self.client.pack_all(content, key=str(id_), media={}, tag_id=number)
        except PlatformError as error:
            return None, await self._not_this_way(rows, one, f"{error.code}")
        if not await courier.draw(line, 1, 1, until):
            raise _NotNow
        await self._draw_call(tx, one)
        aboard = await rows.board_tagged(self.account, one, tag, id_, self.now)
        if not aboard:
            raise _NotNow
        to = tuple(Address.from_key(address) for address in dict.fromkeys(aboard))
        rows.choose(self.account, one, mass.SENT, self.now, id_)
        packed = replace(packed, recipients=to)
        return await rows.ship(id_, self.account, packed, one, tag, len(aboard), self.now), len(aboard)

    async def _still_open(self, tx: Tx, one: Waiting) -> None:
        """Its campaign was open a moment ago, and stays so until the end of this transaction."""
        found, _ = await CourierRows(tx).campaigns([one.occurrence])
        if one.occurrence not in found or found[one.occurrence].state is not OccurrenceState.OPEN:
            raise _NotNow

    async def _not_this_way(self, rows: MassRows, one: Waiting, why: str) -> int:
        rows.choose(self.account, one, why, self.now)
        return await rows.back(self.account, one, self.now)

    async def _draw_call(self, tx: Tx, one: Waiting) -> None:
        """One of the calls of the day and of the minute (5.3, 5.8); without one nothing happens yet."""
        for line in (mass.MASS, "mass call"):
            if not await self.desk.ledger.draw(CourierRows(tx), self.account, line, 1, one.urgency, self.now):
                raise _NotNow

    async def _refuse_some(
        self, tx: Tx, one: Waiting, why: str, state: DeliveryState = DeliveryState.REFUSED
    ) -> int:
        some = [id_ for id_, _ in await MassRows(tx).first(self.account, one, 1000)]
        await refuse(tx, self.school, some, state, why, self.now)
        return len(some)
