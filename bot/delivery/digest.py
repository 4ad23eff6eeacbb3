"""Grouping for travel: identical content goes together, and one person's digest items become one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.delivery.store_courier import Claimed
from bot.duties.confirming import as_form
from bot.messages import REALMS, Address, CardUpdate, Choice, Content, Realm, Text, Urgency
from bot.platforms.twin import as_text


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one call can carry: identical content for people of one realm."""

    realm: Realm
    members: Sequence[Claimed]
    content: Content

    @property
    def urgency(self) -> Urgency:
        """The most pressing of its members': an alert does not wait because a reminder is on board."""
        return next((u for u in _PRESSING if any(m.urgency is u for m in self.members)), Urgency.ROUTINE)

    @property
    def is_sturdy(self) -> bool:
        """Would the platform notice a repeat? WeCom compares messages (90236), not updates of cards."""
        return self.realm in _COMPARED and not isinstance(self.content, CardUpdate)


_COMPARED = (Realm.MEMBER, Realm.PARENT, Realm.STUDENT, Realm.PARTY)
_TENTHS = (1, 10, 100, 1000)
_PRESSING = (Urgency.SOS, Urgency.ALERT, Urgency.SOLICITED)


def fold(claimed: Sequence[Claimed], contents: Mapping[str, Content]) -> list[Parcel]:
    """Several digest items for one address travel as one text, or as one form when all are to be confirmed;
    people with the same items share one call.

    In the order of the oldest member, so that what was said first arrives first.
    """
    digests: dict[str, list[Claimed]] = {}
    single: dict[tuple[Realm, str], list[Claimed]] = {}
    for one in claimed:
        if one.digest and one.urgency is Urgency.ROUTINE:
            digests.setdefault(one.address, []).append(one)
        else:
            single.setdefault((_realm(one), one.payload), []).append(one)
    together: dict[tuple[Realm, tuple[str, ...]], list[Claimed]] = {}
    for address, items in digests.items():
        hashes = tuple(sorted({item.payload for item in items}))
        together.setdefault((Address.from_key(address).realm, hashes), []).extend(items)
    parcels = [Parcel(realm, members, contents[hash_]) for (realm, hash_), members in single.items()]
    for (realm, hashes), members in together.items():
        folded = digest([contents[h] for h in hashes])
        if realm is Realm.MEMBER and isinstance(folded, Text):
            folded = as_form([contents[h] for h in hashes], folded) or folded
        parcels.append(Parcel(realm, members, folded))
    return sorted(parcels, key=lambda parcel: parcel.members[0].id)


def digest(items: Sequence[Content]) -> Content:
    """One message for what is due today; a single item stays what it is."""
    if len(items) == 1:
        return items[0]
    lines = [f"今天{len(items)}件事："]
    choices: list[Choice] = []
    for number, item in enumerate(items, 1):
        text = as_text(item)
        lines.append(f"{number}. {text.text}")
        named = [replace(c, label=f"{c.label}第{number}件") if c.url else c for c in text.choices]
        choices += [choice for choice in named if choice not in choices]
    return Text("\n".join(lines), tuple(choices))


def parts(members: Sequence[Claimed], size: int) -> list[list[Claimed]]:
    """At most ``size`` addresses a call; what one person gets together stays together."""
    by_address: dict[str, list[Claimed]] = {}
    for member in members:
        by_address.setdefault(member.address, []).append(member)
    addresses = list(by_address)
    return [
        [member for address in addresses[start : start + size] for member in by_address[address]]
        for start in range(0, len(addresses), size)
    ]


def calls_for(parcel: Parcel, most: int) -> list[Parcel]:
    """The parcel cut to what one call takes. What WeCom refused together because of one (65024, 40003) is
    tried in tenths; who was not aboard then does not travel in small company for it.
    """
    tries = {member.address: 0 for member in parcel.members}
    if parcel.realm in _COMPARED:
        for member in parcel.members:
            tries[member.address] = max(tries[member.address], min(member.attempts, len(_TENTHS) - 1))
    found = []
    for number in sorted(set(tries.values())):
        members = [m for m in parcel.members if tries[m.address] == number]
        size = max(1, most // _TENTHS[number])
        found += [Parcel(parcel.realm, some, parcel.content) for some in parts(members, size)]
    return found


def wave(parcels: Sequence[Parcel], most: int, most_fragile: int) -> tuple[list[Parcel], list[Parcel]]:
    """The parcels that may travel at once, and the rest. Nobody is in two, or their order would be chance.

    ``most_fragile`` of them may be such as nobody can repeat: what is fixed and not yet sent when a courier
    dies would count as unknown.
    """
    now: list[Parcel] = []
    rest: list[Parcel] = []
    spoken_for: set[str] = set()
    for number, parcel in enumerate(parcels):
        if len(now) == most:
            return now, [*rest, *parcels[number:]]
        addresses = {m.address for m in parcel.members}
        if spoken_for.isdisjoint(addresses) and (parcel.is_sturdy or most_fragile > 0):
            now.append(parcel)
            most_fragile -= not parcel.is_sturdy
        else:
            rest.append(parcel)
        spoken_for |= addresses
    return now, rest


def _realm(one: Claimed) -> Realm:
    return REALMS[one.address.split("|", 2)[1]]
