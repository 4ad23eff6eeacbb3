"""Before the call: how a parcel travels, what it draws from the ledger, its exact bytes in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.db import Tx
from bot.delivery.actions_calls import Calls
from bot.delivery.actions_mass import desk_for, leave_at_desk
from bot.delivery.actions_ways import Candidate, candidates, give_back, take
from bot.delivery.digest import Parcel
from bot.delivery.ledger import Ledger
from bot.delivery.store_acceptances import Taken
from bot.delivery.store_courier import Claimed, CourierRows
from bot.delivery.store_shipments import Shipment
from bot.errors import PlatformError
from bot.ids import new_id
from bot.messages import Address, Urgency
from bot.platforms.port import Client, Packed
from bot.platforms.wechat.client import WechatClient
from bot.school import School

_BUSY: Final = timedelta(seconds=5)  # until a follower's other 订阅通知 is surely over


@dataclass(frozen=True, slots=True)
class Counter:
    """Where an account's parcels are handed in."""

    account: str
    school: School
    ledger: Ledger
    tx: Tx
    calls: Calls
    now: datetime

    @property
    def rows(self) -> CourierRows:
        return CourierRows(self.tx)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a parcel will travel: the call as it would be made for all of its members."""

    id: int
    client: Client
    members: Sequence[Claimed]
    addresses: Sequence[str]
    way: Candidate
    media: Mapping[str, str]
    urgency: Urgency
    packed: Packed

    def only(self, some: Sequence[str]) -> Choice:
        """The same for some of the addresses. Raises PlatformError."""
        packed = _pack(self.client, some, self.way, self.id, self.media)
        members = [m for m in self.members if m.address in set(some)]
        return replace(self, addresses=some, members=members, packed=packed)


async def choose(
    counter: Counter, client: Client, parcel: Parcel, media: Mapping[str, str]
) -> Choice | str | None:
    """The way this parcel takes; a reason when there is none; ``None``: not now. Raises PlatformError, also
    where no way can carry the content.
    """
    id_, members, rows, now = new_id(counter.now), parcel.members, counter.rows, counter.now
    addresses = list(dict.fromkeys(m.address for m in members))
    settings = counter.school.accounts.get(counter.account)
    desk = await desk_for(client, counter.school, counter.account, rows, parcel)
    if desk.first:
        await leave_at_desk(rows, parcel)
        return None
    ways, reason = await candidates(rows, client, counter.school, counter.account, parcel, now)
    unfit: PlatformError | None = None
    for one in ways:
        try:
            packed = _pack(client, addresses, one, id_, media)
        except PlatformError as error:  # say a template whose field cannot hold this title
            unfit = error
            continue
        await counter.calls.take(counter.tx, settings, packed.quota, now)
        match await take(rows, counter.account, one, addresses[0], id_, now):
            case Taken.NONE_LEFT:
                continue
            case Taken.BUSY:
                await rows.give_back(members, now + _BUSY)
                return None
        return Choice(id_, client, members, addresses, one, media, parcel.urgency, packed)
    if isinstance(reason, datetime):
        await rows.give_back(members, reason)
        return None
    if desk.last:
        await leave_at_desk(rows, parcel)
        return None
    if unfit is not None:
        raise unfit
    return desk.reason or reason


async def load(counter: Counter, choices: Sequence[Choice]) -> list[Shipment]:
    """Fix the calls that the ledger allows, as far as it allows them; the others wait for its next window."""
    rows, now = counter.rows, counter.now
    lines: dict[tuple[str, Urgency], list[Choice]] = {}
    for choice in choices:
        lines.setdefault((choice.packed.quota, choice.urgency), []).append(choice)
    loaded: list[Shipment] = []
    for (quota, urgency), some in sorted(lines.items(), key=lambda line: line[0]):  # every courier locks so
        wanted = sum(len(choice.addresses) for choice in some)
        left = await counter.ledger.draw(rows, counter.account, quota, wanted, urgency, now)
        late: list[Claimed] = []
        for choice in some:
            if left < len(choice.addresses):
                going = set(choice.addresses[:left])
                late += [m for m in choice.members if m.address not in going]
                if not going:
                    await give_back(rows, choice.way, choice.addresses[0], choice.id)
                    continue
                choice = choice.only(choice.addresses[:left])
            left -= len(choice.addresses)
            members = [m.id for m in choice.members]
            loaded.append(rows.ship(choice.id, counter.account, choice.packed, members, now))
        await rows.give_back(late, counter.ledger.next_window(quota, now))
    return loaded


def _pack(
    client: Client, addresses: Sequence[str], one: Candidate, id_: int, media: Mapping[str, str]
) -> Packed:
    to = [Address.from_key(address) for address in addresses]
    if one.way is not None and isinstance(client, WechatClient):
        return client.pack(to, one.content, key=str(id_), media=media, way=one.way)
    return client.pack(to, one.content, key=str(id_), media=media)
