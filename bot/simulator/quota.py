"""Ledgers: sliding windows, days and months, by the pretended clock."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta

from bot.simulator.clock import Clock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Ledger:
    """Counts per key. ``take`` books and says yes, or books nothing and says no."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, timedelta], deque[datetime]] = {}
        self._days: Counter[tuple[str, str]] = Counter()
        self._blocked: dict[str, datetime] = {}

    def take(self, key: str, limit: int, span: timedelta) -> bool:
        if self.full(key, limit, span):
            return False
        self._windows.setdefault((key, span), deque()).append(self._clock())
        return True

    def full(self, key: str, limit: int, span: timedelta) -> bool:
        """Whether the window has no room; books nothing."""
        window = self._windows.get((key, span))
        if window is None:
            return limit <= 0
        now = self._clock()
        while window and window[0] <= now - span:
            window.popleft()
        return len(window) >= limit

    def take_period(self, key: str, period: str, limit: int, count: int = 1) -> bool:
        """``period`` is a day or month of the clock; ``count`` is booked whole or not at all."""
        if self._days[key, period] + count > limit:
            return False
        self._days[key, period] += count
        return True

    def used(self, key: str, period: str) -> int:
        return self._days[key, period]

    def clear(self, key: str, period: str) -> None:
        self._days.pop((key, period), None)

    def block(self, key: str, span: timedelta) -> None:
        """A penalty: the key is refused until the span is over."""
        self._blocked[key] = self._clock() + span

    def blocked(self, key: str) -> bool:
        return key in self._blocked and self._blocked[key] > self._clock()
