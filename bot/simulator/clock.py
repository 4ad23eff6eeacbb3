"""A clock that can be turned by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Clock:
    """Aware UTC time of ``source`` plus ``offset``. Calling it gives the time, so it passes for any clock."""

    source: Callable[[], datetime] = _utc
    offset: timedelta = timedelta()

    def __call__(self) -> datetime:
        return self.source() + self.offset

    def turn(self, by: timedelta) -> None:
        self.offset += by

    def turn_to(self, moment: datetime) -> None:
        """Set the hands to an aware moment; raises ValueError for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("a naive moment cannot set the clock")
        self.offset += moment - self()

    def day(self) -> str:
        """The calendar day in Shanghai, by which the platforms count daily quotas."""
        return self().astimezone(SHANGHAI).date().isoformat()

    def month(self) -> str:
        return self.day()[:7]

    def stamp(self) -> int:
        return int(self().timestamp())
