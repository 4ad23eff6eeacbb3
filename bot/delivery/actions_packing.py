"""Before the call: how a parcel travels, what it draws from the ledger, its exact bytes in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.actions_ways import Candidate, candidates, give_back, take
from bot.delivery.digest import Parcel
from bot.delivery.ledger import Ledger
from bot.delivery.rules import NO_WINDOW
from bot.delivery.store_acceptances import Taken
from bot.delivery.store_courier import Claimed, CourierRows
from bot.delivery.store_shipments import Shipment
from bot.ids import new_id
from bot.messages import Address
from bot.platforms.port import Client, Packed
from bot.platforms.wechat.client import WechatClient
from bot.school import School

_BUSY: Final = timedelta(seconds=5)  # until a follower's other 订阅通知 is surely over


@dataclass(frozen=True, slots=True)
class Counter:
    """Where an account's parcels are handed in."""

    account: str
    client: Client
    school: School
    ledger: Ledger


async def fix(
    counter: Counter, rows: CourierRows, parcel: Parcel, media: Mapping[str, str], now: datetime
) -> Shipment | str | None:
    """The call as it will be made, in the database; a reason when it may not be; ``None``: not now."""
    id_, members = new_id(now), list(parcel.members)
    addresses = list(dict.fromkeys(m.address for m in members))
    ways = await candidates(rows, counter.client, counter.school, counter.account, parcel, now)
    if isinstance(ways, str):
        return ways
    for one in ways:
        packed = _pack(counter.client, addresses, one, id_, media)
        match await take(rows, counter.account, one, addresses[0], id_, now):
            case Taken.NONE_LEFT:
                continue
            case Taken.BUSY:
                await rows.give_back(members, now + _BUSY)
                return None
        aboard = await _drawn(counter, rows, parcel, packed, members, now)
        if aboard and len(aboard) < len(members):
            packed = _pack(counter.client, list(dict.fromkeys(m.address for m in aboard)), one, id_, media)
        ids, lease = [m.id for m in aboard], members[0].lease
        shipment = await rows.ship(id_, counter.account, packed, ids, lease, now) if aboard else None
        if shipment is None:
            await give_back(rows, one, addresses[0], id_, now)
        return shipment
    return NO_WINDOW


def _pack(
    client: Client, addresses: Sequence[str], one: Candidate, id_: int, media: Mapping[str, str]
) -> Packed:
    to = [Address.from_key(address) for address in addresses]
    if one.way is not None and isinstance(client, WechatClient):
        return client.pack(to, one.content, key=str(id_), media=media, way=one.way)
    return client.pack(to, one.content, key=str(id_), media=media)


async def _drawn(
    counter: Counter,
    rows: CourierRows,
    parcel: Parcel,
    packed: Packed,
    members: Sequence[Claimed],
    now: datetime,
) -> list[Claimed]:
    """Those for whom the line of the ledger still holds something; the others wait for its next window."""
    addresses = list(dict.fromkeys(m.address for m in members))
    drawn = await counter.ledger.draw(
        rows, counter.account, packed.quota, len(addresses), parcel.urgency, now
    )
    if drawn >= len(addresses):
        return list(members)
    some = set(addresses[:drawn])
    rest = [m for m in members if m.address not in some]
    await rows.give_back(rest, counter.ledger.next_window(packed.quota, now))
    return [m for m in members if m.address in some]
