"""Access tokens: who owns one, until when, and which were replaced."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulator.clock import Clock


class UnknownToken(Exception):
    pass


class ExpiredToken(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    owner: str
    expires_at: datetime


class TokenBook:
    """``owner`` is any text the platform keys its tokens by; ``family`` keeps kinds of tokens apart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._latest: dict[tuple[str, str], Token] = {}

    def current(self, owner: str, family: str = "") -> Token | None:
        token = self._latest.get((owner, family))
        return token if token and token.expires_at > self._clock() and token.value in self._tokens else None

    def issue(self, owner: str, seconds: int, family: str = "", *, replace: bool = False) -> Token:
        """A new token; with ``replace`` the last one of this family dies at once."""
        old = self._latest.get((owner, family))
        if replace and old is not None:
            self._tokens.pop(old.value, None)
        value = secrets.token_urlsafe(96)
        token = Token(value, owner, self._clock() + timedelta(seconds=seconds))
        self._tokens[value] = self._latest[owner, family] = token
        return token

    def owner(self, value: str) -> str:
        """Raises UnknownToken or ExpiredToken."""
        token = self._tokens.get(value)
        if token is None:
            raise UnknownToken
        if token.expires_at <= self._clock():
            raise ExpiredToken
        return token.owner

    def seconds_left(self, token: Token) -> int:
        return int((token.expires_at - self._clock()).total_seconds())
