"""Before the call: how a parcel travels, what it draws from the ledger, its exact bytes in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.delivery.actions_fallback import by_template
from bot.delivery.digest import Parcel
from bot.delivery.ledger import Ledger
from bot.delivery.rules import NO_WINDOW
from bot.delivery.store_courier import Claimed, CourierRows
from bot.delivery.store_shipments import Shipment
from bot.ids import new_id
from bot.messages import Address, Content, Urgency
from bot.platforms.port import Client, Packed
from bot.school import School


@dataclass(frozen=True, slots=True)
class Counter:
    """Where an account's parcels are handed in."""

    account: str
    school: School
    ledger: Ledger
    rows: CourierRows
    now: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """How a parcel will travel: the call as it would be made for all of its members."""

    id: int
    client: Client
    members: Sequence[Claimed]
    addresses: Sequence[str]
    content: Content
    media: Mapping[str, str]
    urgency: Urgency
    packed: Packed

    def only(self, some: Sequence[str]) -> Choice:
        """The same for some of the addresses. Raises PlatformError."""
        packed = pack(self.client, self.id, some, self.content, self.media)
        members = [m for m in self.members if m.address in set(some)]
        return replace(self, addresses=some, members=members, packed=packed)


def pack(
    client: Client, id_: int, addresses: Sequence[str], content: Content, media: Mapping[str, str]
) -> Packed:
    """The exact bytes. Raises PlatformError."""
    to = [Address.from_key(address) for address in addresses]
    return client.pack(to, content, key=str(id_), media=media)


async def choose(counter: Counter, client: Client, parcel: Parcel, media: Mapping[str, str]) -> Choice | str:
    """The way this parcel takes; a reason when there is none. Raises PlatformError."""
    id_, members = new_id(counter.now), parcel.members
    addresses = list(dict.fromkeys(m.address for m in members))
    content = parcel.content
    packed = pack(client, id_, addresses, content, media)
    if packed.quota == "custom" and not await counter.rows.take_window(addresses[0], counter.now):
        notice = by_template(client, content, counter.school, counter.account, members[0].occurrence)
        if notice is None:
            return NO_WINDOW
        content = notice
        packed = pack(client, id_, addresses, content, media)
    return Choice(id_, client, members, addresses, content, media, parcel.urgency, packed)


async def load(counter: Counter, choices: Sequence[Choice]) -> list[Shipment]:
    """Fix the calls that the ledger allows, as far as it allows them; the others wait for its next window."""
    lines: dict[tuple[str, Urgency], list[Choice]] = {}
    for choice in choices:
        lines.setdefault((choice.packed.quota, choice.urgency), []).append(choice)
    loaded: list[Shipment] = []
    for (quota, urgency), some in lines.items():
        wanted = sum(len(choice.addresses) for choice in some)
        left = await counter.ledger.draw(counter.rows, counter.account, quota, wanted, urgency, counter.now)
        late: list[Claimed] = []
        for choice in some:
            if left < len(choice.addresses):
                going = set(choice.addresses[:left])
                late += [m for m in choice.members if m.address not in going]
                if not going:
                    continue
                choice = choice.only(choice.addresses[:left])
            left -= len(choice.addresses)
            loaded.append(_ship(counter, choice))
        await counter.rows.give_back(late, counter.ledger.next_window(quota, counter.now))
    return loaded


def _ship(counter: Counter, choice: Choice) -> Shipment:
    members = [m.id for m in choice.members]
    return counter.rows.ship(choice.id, counter.account, choice.packed, members, counter.now)
