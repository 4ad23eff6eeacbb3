"""Codes of web login: single use, five minutes (91022, 91857)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulator.clock import Clock

LIFE = timedelta(minutes=5)


class BadCode(Exception):
    """``reason`` is unknown, used or expired."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Code:
    house: str
    person: str
    scope: str
    expires_at: datetime
    used: bool = False


class LoginCodes:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, _Code] = {}

    def issue(self, house: str, person: str, scope: str) -> str:
        """``house`` is the corp or app id the link named; ``person`` is a phone key."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(house, person, scope, self._clock() + LIFE)
        return code

    def spend(self, house: str, code: str) -> tuple[str, str]:
        """The phone key and the scope. Raises BadCode."""
        found = self._codes.get(code)
        if found is None or found.house != house:
            raise BadCode("unknown")
        if found.used:
            raise BadCode("used")
        if found.expires_at <= self._clock():
            raise BadCode("expired")
        found.used = True
        return found.person, found.scope
