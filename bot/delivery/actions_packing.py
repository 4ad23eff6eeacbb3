"""Before the call: how a parcel travels, what it draws from the ledger, its exact bytes in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.actions_fallback import by_template
from bot.delivery.actions_mass import desk_for, leave_at_desk
from bot.delivery.digest import Parcel
from bot.delivery.ledger import Ledger
from bot.delivery.rules import NO_WINDOW
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_shipments import Shipment
from bot.ids import new_id
from bot.messages import Address
from bot.platforms.port import Client, Packed
from bot.school import School


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
    id_ = new_id(now)
    client, ledger, members = counter.client, counter.ledger, list(parcel.members)
    addresses = list(dict.fromkeys(m.address for m in members))
    content = parcel.content

    def pack(some: Sequence[str]) -> Packed:
        to = [Address.from_key(address) for address in some]
        return client.pack(to, content, key=str(id_), media=media)

    desk = await desk_for(client, counter.school, counter.account, rows, parcel)
    if desk.first:
        await leave_at_desk(rows, parcel)
        return None
    packed = pack(addresses)
    if packed.quota == "custom" and not await rows.take_window(addresses[0], now):
        notice = by_template(client, content, counter.school, counter.account, members[0].occurrence)
        if notice is None and desk.last:
            await leave_at_desk(rows, parcel)
            return None
        if notice is None:
            return desk.reason or NO_WINDOW
        content = notice
        packed = pack(addresses)
    drawn = await ledger.draw(rows, counter.account, packed.quota, len(addresses), parcel.urgency, now)
    if drawn < len(addresses):
        some = set(addresses[:drawn])
        rest = [m for m in members if m.address not in some]
        await rows.give_back(rest, ledger.next_window(packed.quota, now))
        members = [m for m in members if m.address in some]
        if not members:
            return None
        packed = pack(addresses[:drawn])
    return await rows.ship(id_, counter.account, packed, [m.id for m in members], members[0].lease, now)
