"""What the platform remembers of followers: windows of customer messages, consents, what was already sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.simulator.account import Follower
from bot.simulator.clock import Clock

AFTER_MESSAGE = timedelta(hours=48)
AFTER_TAP = timedelta(minutes=1)


@dataclass(slots=True)
class Job:
    """A mass send that was submitted. ``state`` as mass/get says it, ``done``: the fields of its event."""

    app_id: str
    people: Sequence[Follower]
    total: int
    parts: Mapping[str, Any]
    at: datetime
    state: str = "SENDING"
    done: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Window:
    remaining: int
    closes_at: datetime


class FollowerBooks:
    """All by phone key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self._sent: dict[str, datetime] = {}
        self.consents: Counter[tuple[str, str]] = Counter()
        self.sending: set[str] = set()  # followers to whom a 订阅通知 is on its way (43108)
        self.mass: dict[str, tuple[int, datetime]] = {}
        self.jobs: dict[int, Job] = {}

    def acted(self, key: str, grant: int, *, tap: bool) -> None:
        """Quotas do not add up: the larger count and the later end stand (5.2, unverified there)."""
        now = self._clock()
        end = now + (AFTER_TAP if tap else AFTER_MESSAGE)
        old = self._windows.get(key)
        if old is None or old.closes_at <= now:
            self._windows[key] = Window(grant, end)
        else:
            self._windows[key] = Window(max(old.remaining, grant), max(old.closes_at, end))

    def window(self, key: str) -> Window | None:
        """None when closed."""
        window = self._windows.get(key)
        return window if window and window.closes_at > self._clock() else None

    def seen_before(self, key: str, span: timedelta) -> bool:
        """Whether this key was sent within the span; remembers it otherwise."""
        now = self._clock()
        before = self._sent.get(key)
        if before is not None and now < before + span:
            return True
        self._sent[key] = now
        return False

    def forget(self, key: str) -> None:
        """Unfollowing wipes windows and consents."""
        self._windows.pop(key, None)
        for pair in [pair for pair in self.consents if pair[0] == key]:
            del self.consents[pair]
