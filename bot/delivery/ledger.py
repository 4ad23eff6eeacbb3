"""Quotas and the attention budget: asked before a call is made, so that the platform never has to refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from bot.delivery.rules import over_cap
from bot.delivery.store_courier import Claimed, CourierRows
from bot.duties.plan_values import ZONE, Period
from bot.messages import Urgency
from bot.people.rules import PersonKind
from bot.school import School

_MORNING: Final = time(7, 50)  # when what had to wait goes out, folded into one message


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` recipients in each window of ``length``; a day begins at midnight in China."""

    count: int
    length: timedelta


# Per account and quota line: 90312 and 90236 for WeCom, sections 5.2 to 5.8 for official accounts.
LIMITS: Final[Mapping[str, Limit]] = {
    "custom": Limit(500_000, timedelta(days=1)),
    "template": Limit(100_000, timedelta(days=1)),
    "subscribe": Limit(100_000, timedelta(days=1)),
    "mass": Limit(100, timedelta(days=1)),
    "webhook": Limit(20, timedelta(minutes=1)),
    "notice": Limit(10_000, timedelta(minutes=1)),
    "update": Limit(10_000, timedelta(minutes=1)),
}


@dataclass(slots=True)
class Ledger:
    """``headcounts`` gives 账号上限 of each app; an app may send 200 times that per day (90236)."""

    headcounts: Mapping[str, int] = field(default_factory=dict)

    async def admit(
        self, rows: CourierRows, school: School, claimed: Sequence[Claimed], now: datetime
    ) -> list[Claimed]:
        """Those who may be written to now; the others are due again when their time comes."""
        routine = [c for c in claimed if c.urgency is Urgency.ROUTINE]
        if not routine:
            return list(claimed)
        quiet = school.plan.quiet_until(now)
        if quiet > now:
            rows.give_back(routine, quiet)
            return [c for c in claimed if c.urgency is not Urgency.ROUTINE]
        held = await self._over_cap(rows, school, routine, now)
        for one, at in held:
            rows.give_back([one], at, as_digest=True)
        waiting = {one.id for one, _ in held}
        return [c for c in claimed if c.id not in waiting]

    async def _over_cap(
        self, rows: CourierRows, school: School, routine: Sequence[Claimed], now: datetime
    ) -> list[tuple[Claimed, datetime]]:
        """Who has had enough for the day, week or month, and when the next one begins."""
        caps = {kind: (cap.count, *period(cap.per, now)) for kind, cap in school.plan.caps.items()}
        if not caps:
            return []
        people = sorted({c.person for c in routine if not c.nudge})
        recent = await rows.recent(people, min(start for _, start, _ in caps.values()))
        kinds = await rows.kinds(list(recent))
        held = []
        for one in routine:
            if one.nudge or one.person not in kinds:
                continue
            cap = caps.get(PersonKind(kinds[one.person]))
            if cap is not None and over_cap(recent[one.person], cap[0], cap[1]):
                held.append((one, _morning(school, cap[2])))
        return held

    async def draw(self, rows: CourierRows, account: str, quota: str, amount: int, now: datetime) -> bool:
        """Take from the ledger line, or ``False`` when this window is used up."""
        limit = self.limit(account, quota)
        if limit is None:
            return True
        name, until = self._window(account, quota, limit, now)
        used = (await rows.drawn([name])).get(name, 0)
        if used + amount > limit.count:
            return False
        rows.draw(name, amount, until)
        return True

    def limit(self, account: str, quota: str) -> Limit | None:
        if quota == "app":
            return Limit(self.headcounts.get(account, 1000) * 200, timedelta(days=1))
        return LIMITS.get(quota)

    def next_window(self, quota: str, now: datetime) -> datetime:
        limit = LIMITS.get(quota)
        return self._window("", quota, limit or Limit(0, timedelta(days=1)), now)[1]

    def _window(self, account: str, quota: str, limit: Limit, now: datetime) -> tuple[str, datetime]:
        local = now.astimezone(ZONE)
        if limit.length >= timedelta(days=1):
            start = local.replace(hour=0, minute=0, second=0, microsecond=0)
        else:
            start = local.replace(second=0, microsecond=0)
        return f"{account}/{quota}/{start:%Y-%m-%dT%H:%M}", start + limit.length


def period(per: Period, now: datetime) -> tuple[datetime, datetime]:
    """The day, week (from Monday) or month in China that ``now`` is in: its beginning and its end."""
    day = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    if per is Period.DAY:
        return day, day + timedelta(days=1)
    if per is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def _morning(school: School, day: datetime) -> datetime:
    return school.plan.quiet_until(datetime.combine(day.date(), _MORNING, ZONE))
