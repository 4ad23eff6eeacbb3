"""Quotas: asked before a call is made, so that the platform never has to refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.base_limits import call_limits
from bot.delivery.rules import RESERVE
from bot.delivery.store_quota import Quotas
from bot.duties.plan_values import ZONE
from bot.messages import Urgency
from bot.settings import AccountSettings, Wechat, WecomApp

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` recipients in each window of ``length``; a day begins at midnight in China."""

    count: int
    length: timedelta


@dataclass(frozen=True, slots=True)
class Left:
    """What a line still holds in the running window; ``routine``: without the reserve for alerts."""

    limit: int
    used: int
    routine: int
    line: str = ""
    length: timedelta = _DAY

    @property
    def reserve(self) -> int:
        """What of the whole is kept for alerts and answers."""
        return int(self.limit * RESERVE) if self.length >= _DAY else 0

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)


# Per account and quota line: 90312 and 90236 for WeCom, sections 5.2 to 5.8 for official accounts. 学校通知
# publishes no number; the base limit of any call is taken, as if each parent were one. Card updates and
# uploads are no messages: they have the base limits of calls alone (base_limits.py).
LIMITS: Final[Mapping[str, Limit]] = {
    "custom": Limit(500_000, _DAY),
    "template": Limit(100_000, _DAY),
    "subscribe": Limit(100_000, _DAY),
    "mass": Limit(100, _DAY),  # calls, not people; the day of a subscription account and months are mass.py's
    "mass call": Limit(60, _MINUTE),
    "webhook": Limit(20, _MINUTE),
    "notice": Limit(10_000, _MINUTE),
    "menu": Limit(1000, _DAY),
    "draft": Limit(1000, _DAY),
    "draft-list": Limit(1000, _DAY),
    "publish": Limit(100, _DAY),
    "publish-get": Limit(100, _DAY),
    "publish-list": Limit(100, _DAY),
    "publish-read": Limit(100, _DAY),
}


@dataclass(slots=True)
class Ledger:
    """``headcounts`` gives 账号上限 of each app; an app may send 200 times that per day (90236)."""

    headcounts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, accounts: Iterable[AccountSettings]) -> Ledger:
        return cls({a.id: a.headcount for a in accounts if isinstance(a, WecomApp)})

    async def draw(
        self, rows: Quotas, account: str, quota: str, amount: int, urgency: Urgency, now: datetime
    ) -> int:
        """Take up to ``amount`` from the line; how much there was, 0 when this window is used up.

        Routine messages leave a fifth of a day to the others.
        """
        limit = self.limit(account, quota)
        if limit is None:
            return amount
        name, until = _window(account, quota, limit, now)
        allowed = await self._allowed(rows, account, quota, limit, urgency, now)
        if await rows.draw(name, amount, allowed, until):
            return amount
        rest = allowed - (await rows.drawn([name])).get(name, 0)
        return rest if 0 < rest < amount and await rows.draw(name, rest, allowed, until) else 0

    async def left(self, rows: Quotas, account: str, quota: str, now: datetime) -> Left | None:
        """What is left; ``None`` for a line without a limit."""
        limit = self.limit(account, quota)
        if limit is None:
            return None
        name, _ = _window(account, quota, limit, now)
        used = (await rows.drawn([name])).get(name, 0)
        allowed = await self._allowed(rows, account, quota, limit, Urgency.ROUTINE, now)
        return Left(limit.count, used, max(allowed - used, 0), quota, limit.length)

    def limit(self, account: str, quota: str) -> Limit | None:
        if quota == "app":
            return Limit(self.headcounts.get(account, 1000) * 200, _DAY)
        return LIMITS.get(quota)

    def lines(self, account: AccountSettings) -> tuple[str, ...]:
        """The lines that an account's messages draw on."""
        if isinstance(account, WecomApp):
            return ("app", "notice") if account.school_notice else ("app",)
        if not isinstance(account, Wechat):
            return ("webhook",)
        if not account.verified:
            return ()
        if account.type != "service":
            return ("custom", "mass")
        asked = ("subscribe",) if account.subscription else ()
        return ("custom", "template", *asked, "mass")

    async def calls(self, rows: Quotas, account: AccountSettings, now: datetime) -> list[Left]:
        """The base limits of its interfaces of which this minute or hour has used something."""
        found = []
        for api in (*self.lines(account), "update", "upload"):
            for limit in call_limits(account, api):
                names = [*limit.before(now), limit.bucket(now)[0]]
                if used := sum((await rows.drawn(names)).values()):
                    found.append(Left(limit.count, used, max(limit.count - used, 0), api, limit.length))
        return found

    def next_window(self, quota: str, now: datetime) -> datetime:
        """When a line that is used up holds something again."""
        limit = self.limit("", quota) or Limit(0, _DAY)
        return _window("", quota, limit, now)[1]

    async def _allowed(
        self, rows: Quotas, account: str, quota: str, limit: Limit, urgency: Urgency, now: datetime
    ) -> int:
        """A minute of the platform may begin at any second, so what the last one used counts too."""
        if limit.length < _DAY:
            before, _ = _window(account, quota, limit, now - limit.length)
            return limit.count - (await rows.drawn([before])).get(before, 0)
        return int(limit.count * (1 - RESERVE)) if urgency is Urgency.ROUTINE else limit.count


def _window(account: str, quota: str, limit: Limit, now: datetime) -> tuple[str, datetime]:
    local = now.astimezone(ZONE)
    if limit.length >= _DAY:
        start = local.replace(hour=0, minute=0, second=0, microsecond=0)
    else:
        start = local.replace(second=0, microsecond=0)
    return f"{account}/{quota}/{start:%Y-%m-%dT%H:%M}", start + limit.length
