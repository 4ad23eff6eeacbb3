"""At most so many tries a minute from one address, counted in memory of this process."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_MANY = 10_000


@dataclass(slots=True)
class Limiter:
    count: int
    window: timedelta = timedelta(minutes=1)
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)

    def admit(self, who: str, now: datetime) -> bool:
        """Is this try still one of the allowed ones? Refused tries do not count."""
        if len(self._seen) > _MANY:
            self._seen = {key: times for key, times in self._seen.items() if now - times[-1] < self.window}
        times = self._seen.setdefault(who, deque())
        while times and now - times[0] >= self.window:
            times.popleft()
        if len(times) >= self.count:
            return False
        times.append(now)
        return True
