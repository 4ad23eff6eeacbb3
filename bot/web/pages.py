"""Everything the pages need, handed in by the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Protocol

from prometheus_client import REGISTRY, CollectorRegistry

from bot.db import Database
from bot.messages import Address, Realm
from bot.platforms.wechat.jssdk import Permission
from bot.school import School
from bot.web.limits import Limiter


class Login(Protocol):
    """Web login of one account and realm."""

    def url(self, redirect_uri: str, state: str) -> str:
        """The platform's login page; ``state`` is letters and digits only (91022)."""

    async def address(self, code: str) -> Address:
        """Who came back with this code. Raises Refusal or PlatformError."""


class Signer(Protocol):
    """Lets pages of one official account use the platform's script."""

    async def permission(self, url: str, nonce: str, now: datetime) -> Permission:
        """Raises PlatformError."""


async def _yes() -> bool:
    return True


@dataclass(slots=True)
class Pages:
    """``rng`` must be a SystemRandom outside of tests: login states and visitor ids come from it.

    ``wake`` tells the courier that something was queued. ``is_current`` says whether every migration has
    run, ``is_fresh`` whether the clock has rung lately. ``framed_by`` names other origins that may show our
    pages in a frame: the four phones of the demonstration. ``unsound`` says what is wrong with edited files.
    """

    database: Database
    school: Callable[[], School]
    clock: Callable[[], datetime]
    logins: Mapping[tuple[str, Realm], Login]
    rng: Random
    wake: Callable[[], None] = lambda: None
    signers: Mapping[str, Signer] = field(default_factory=dict)
    is_current: Callable[[], Awaitable[bool]] = _yes
    is_fresh: Callable[[], bool] = lambda: True
    registry: CollectorRegistry = REGISTRY
    verifying: Limiter = field(default_factory=lambda: Limiter(30))
    naming: Limiter = field(default_factory=lambda: Limiter(6))
    framed_by: tuple[str, ...] = ()
    unsound: Callable[[], tuple[str, ...]] = tuple

    def random_text(self) -> str:
        """128 bits as letters and digits."""
        return f"{self.rng.getrandbits(128):032x}"

    def realms(self, account: str) -> tuple[Realm, ...]:
        """In which id spaces one can log in at this account."""
        return tuple(realm for id_, realm in self.logins if id_ == account)
