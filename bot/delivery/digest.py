"""Grouping for travel: identical content goes together, and one person's digest items become one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.delivery.store_courier import Claimed
from bot.messages import Address, Choice, Content, Realm, Text, Urgency
from bot.platforms.twin import as_text


def fold(
    claimed: Sequence[Claimed], contents: Mapping[str, Content]
) -> list[tuple[Realm, list[Claimed], Content]]:
    """(realm, members, content) of each group. Several digest items for one address travel as one text.

    People whose digests are the same still share one call.
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
    groups = [(realm, members, contents[hash_]) for (realm, hash_), members in single.items()]
    for (realm, hashes), members in together.items():
        groups.append((realm, members, digest([contents[h] for h in hashes])))
    return groups


def digest(items: Sequence[Content]) -> Content:
    """One message for what is due today; a single item stays what it is."""
    if len(items) == 1:
        return items[0]
    lines = [f"今天{len(items)}件事："]
    choices: list[Choice] = []
    for number, item in enumerate(items, 1):
        text = as_text(item)
        lines.append(f"{number}. {text.text}")
        choices += [choice for choice in text.choices if choice not in choices]
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


def _realm(one: Claimed) -> Realm:
    return Address.from_key(one.address).realm
