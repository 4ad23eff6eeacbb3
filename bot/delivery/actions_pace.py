"""Thirty a minute and a thousand an hour of one app for one member (90236): one budget for all couriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.store_courier import Claimed, CourierRows
from bot.delivery.store_pace import Had
from bot.messages import CardUpdate, Realm

_PER_MINUTE: Final = 30  # more is dropped without a word
_PER_HOUR: Final = 1000
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_MEMBER: Final = f"|{Realm.MEMBER}|"  # in the key of an address
_A_MOMENT: Final = timedelta(seconds=1)  # until another courier has said what it sends


async def too_fast(
    rows: CourierRows, claimed: Sequence[Claimed], now: datetime
) -> dict[datetime, list[Claimed]]:
    """What the platform would drop silently, by the moment when it may be looked at again.

    Card updates are no messages; 学校通知 and official accounts have limits of their own. What another
    courier has on its way or is deciding about counts as sent; it is looked for only where the limit is near.
    """
    members = [c for c in claimed if c.person and _MEMBER in c.address]
    people = sorted({c.person for c in members})
    if not people:
        return {}
    # In the order in which messages move on, so that none slips by between two questions.
    in_line = await rows.in_line(people, now)
    sent = await rows.sent_since(people, now - _HOUR)
    near = _near(members, in_line, sent, now)
    if not near:
        return {}
    some = [c for c in members if c.person in near]
    elsewhere = await rows.decided_elsewhere(sorted(near), [c.id for c in members], now)
    aboard = await rows.under_way(sorted(near), now)
    sent = await rows.sent_since(sorted(near), now - _HOUR)
    updates = await _updates(rows, some)
    later: dict[datetime, list[Claimed]] = {}
    had: dict[str, list[datetime]] = {}
    open_: dict[str, int] = {}
    for one in some:
        if one.id in updates:
            continue
        if one.address not in had:
            done = {h.id: h.at for h in (*sent.get(one.address, ()), *aboard.get(one.address, ()))}
            had[one.address] = sorted(done.values())
            open_[one.address] = len(elsewhere.get(one.address, set()) - done.keys())
        at = _free_at(had[one.address], open_[one.address], now)
        if at > now:
            later.setdefault(at, []).append(one)
        else:
            had[one.address].append(now)
    return later


def _near(
    members: Sequence[Claimed],
    in_line: Mapping[int, int],
    sent: Mapping[str, Sequence[Had]],
    now: datetime,
) -> set[int]:
    """People who would get more than a minute or an hour holds if all that could leave did."""
    near: set[int] = set()
    for one in members:
        open_, mine = in_line.get(one.person, 1), sent.get(one.address, ())
        if open_ + len(mine) > _PER_MINUTE and (
            open_ + sum(h.at > now - _MINUTE for h in mine) > _PER_MINUTE or open_ + len(mine) > _PER_HOUR
        ):
            near.add(one.person)
    return near


def _free_at(had: Sequence[datetime], elsewhere: int, now: datetime) -> datetime:
    """When one more fits; ``elsewhere`` of them are not decided, so that is known in a moment."""
    minute = sum(at > now - _MINUTE for at in had)
    if minute >= _PER_MINUTE:
        return had[-_PER_MINUTE] + _MINUTE
    if len(had) >= _PER_HOUR:
        return had[-_PER_HOUR] + _HOUR
    full = minute + elsewhere >= _PER_MINUTE or len(had) + elsewhere >= _PER_HOUR
    return now + _A_MOMENT if full else now


async def _updates(rows: CourierRows, some: Sequence[Claimed]) -> set[int]:
    """The card updates among what may be too much; nobody else's content is looked at."""
    contents = await rows.contents({c.payload for c in some})
    return {c.id for c in some if isinstance(contents.get(c.payload), CardUpdate)}
