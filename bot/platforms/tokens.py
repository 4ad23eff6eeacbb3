"""Access tokens: one owner per account across all processes (91039; official account section 4.3).

The row in the database is the truth. Whoever finds it stale takes a lease and asks the platform; the others
use what is there or wait. A refused secret stops all calls for an hour, because repeating it blocks the
whole IP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final, Protocol

from bot.db import Database
from bot.errors import PlatformError, Verdict
from bot.platforms.errors import Platform, error_for
from bot.platforms.http import Http, encode
from bot.platforms.store import StoredToken, TokenStore

Clock = Callable[[], datetime]

MARGIN: Final = timedelta(seconds=600)
JITTER: Final = 120  # seconds; so that replicas do not refresh at one moment
TRUST: Final = timedelta(seconds=60)  # how long a process believes its copy of the row
LEASE: Final = timedelta(seconds=30)
STOPPED: Final = timedelta(hours=1)
PAUSED: Final = timedelta(minutes=1)
SOON: Final = timedelta(seconds=30)  # until the next try, when the platform gave no token
_LOOKS: Final = 50
_PAUSE: Final = 0.2  # seconds between looks while another process asks the platform
_PASSING: Final = frozenset({Verdict.RETRY, Verdict.WAIT, Verdict.UNKNOWN})
# Refusals of the secret itself; each repeat brings the block of the whole IP nearer. Anything else that stops
# (an IP not listed yet, a wrong address) is something the administrator may mend within minutes.
_SECRET_REFUSED: Final = frozenset({40001, 40013, 40125, 40243, 89506, 89507})


@dataclass(frozen=True, slots=True)
class Issued:
    """A token as it was given out."""

    value: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class _Trouble:
    """No token, for the ``number``-th time in a row; nobody of this process asks again before ``until``."""

    error: PlatformError
    number: int
    until: datetime


class Source(Protocol):
    """Where an account gets its token."""

    async def issue(self, force: bool) -> Issued:
        """A token; ``force`` asks for another one than the current. Raises PlatformError."""


@dataclass(frozen=True, slots=True)
class CorpSource:
    """gettoken of one self-built app (91039); it cannot be forced."""

    http: Http
    corp_id: str
    secret: str = field(repr=False)

    async def issue(self, force: bool) -> Issued:
        params = {"corpid": self.corp_id, "corpsecret": self.secret}
        return _issued(Platform.WECOM, await self.http.get("/cgi-bin/gettoken", params))


@dataclass(frozen=True, slots=True)
class AppSource:
    """stable_token of an official account: repeated calls give the same token, forcing is limited to 20 a
    day.
    """

    http: Http
    app_id: str
    secret: str = field(repr=False)

    async def issue(self, force: bool) -> Issued:
        body = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self.secret,
            "force_refresh": force,
        }
        return _issued(Platform.WECHAT, await self.http.post("/cgi-bin/stable_token", {}, encode(body)))


class Tokens:
    """The tokens of all accounts. ``sources`` maps account ids to where their tokens come from."""

    def __init__(
        self, database: Database, clock: Clock, sources: Mapping[str, Source], random: Random | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._sources = dict(sources)
        self._random = random or Random()
        self._locks = {account: asyncio.Lock() for account in sources}
        self._seen: dict[str, tuple[StoredToken, datetime]] = {}
        self._trouble: dict[str, _Trouble] = {}

    def add(self, account: str, source: Source) -> None:
        """One more thing to hold: what is made from a token, such as a ticket."""
        self._sources[account] = source
        self._locks[account] = asyncio.Lock()

    async def current(self, account: str) -> str:
        """A token that should work. Raises PlatformError."""
        if (stored := self._remembered(account)) is not None:
            return stored.value
        known = self._trouble.get(account)
        with _patient():
            return await self._current(account, known)

    async def _current(self, account: str, known: _Trouble | None) -> str:
        async with self._locks[account]:
            if (stored := self._remembered(account)) is not None:
                return stored.value
            stored = await self._look(account)
            now = self._clock()
            if stored.fresh(now) or (stored.valid(now) and self._resting(account, known)):
                return stored.value
            return await self._ask_once(account, "", known)

    async def replace(self, account: str, rejected: str) -> str:
        """After the platform refused ``rejected``: what others have stored since, else one refresh."""
        known = self._trouble.get(account)
        with _patient():
            return await self._replace(account, rejected, known)

    async def _replace(self, account: str, rejected: str, known: _Trouble | None) -> str:
        async with self._locks[account]:
            stored = await self._look(account)
            if stored.value != rejected and stored.valid(self._clock()):
                return stored.value
            return await self._ask_once(account, rejected, known)

    async def forgive(self, account: str) -> None:
        """Forget a stop: somebody says that the settings are mended."""
        async with self._locks[account]:
            self._seen.pop(account, None)
            self._trouble.pop(account, None)
            async with self._database.begin() as tx:
                await TokenStore(tx).forgive(account)

    def _resting(self, account: str, known: _Trouble | None) -> PlatformError | None:
        """Why not to ask now: somebody has, in vain, while we waited for our turn or a moment ago.

        A thousand calls that fail at once are one question, and so are those that follow.
        """
        trouble = self._trouble.get(account)
        if trouble is None or (trouble is known and self._clock() >= trouble.until):
            return None
        return trouble.error

    async def _ask_once(self, account: str, rejected: str, known: _Trouble | None) -> str:
        if (error := self._resting(account, known)) is not None:
            raise PlatformError(error.verdict, error.code, error.message, error.wait)
        return await self._renew(account, rejected)

    def _remembered(self, account: str) -> StoredToken | None:
        stored, seen_at = self._seen.get(account, (None, None))
        now = self._clock()
        if stored is None or seen_at is None or now - seen_at > TRUST or not stored.fresh(now):
            return None
        return stored

    async def _look(self, account: str) -> StoredToken:
        async with self._database.reading() as tx:
            stored = await TokenStore(tx).find(account)
        now = self._clock()
        if stored.stopped_until is not None and now < stored.stopped_until:
            left = stored.stopped_until - now
            raise PlatformError(Verdict.STOP, stored.stopped_code, "stopped after a refusal", left)
        self._seen[account] = (stored, now)
        return stored

    async def _renew(self, account: str, rejected: str) -> str:
        for _ in range(_LOOKS):
            now = self._clock()
            until = now + LEASE
            async with self._database.begin() as tx:
                mine = await TokenStore(tx).claim(account, now, until)
            if mine:
                return await self._ask(account, rejected, until)
            stored = await self._look(account)
            if stored.valid(now) and stored.value != rejected:
                return stored.value
            await asyncio.sleep(_PAUSE)
        raise PlatformError(Verdict.WAIT, 0, "another process is renewing the token", SOON)

    async def _ask(self, account: str, rejected: str, until: datetime) -> str:
        stored = StoredToken()
        try:
            stored = await self._look(account)
            if stored.fresh(self._clock()) and stored.value != rejected:  # renewed before our lease began
                await self._settle(account, until)
                return stored.value
            issued = await self._sources[account].issue(force=False)
            if issued.value == rejected:
                issued = await self._sources[account].issue(force=True)
        except PlatformError as error:
            return await self._failed(account, until, stored, rejected, error)
        except BaseException:
            await asyncio.shield(self._settle(account, until))
            raise
        self._trouble.pop(account, None)
        now = self._clock()
        margin = MARGIN + timedelta(seconds=self._random.uniform(0, JITTER))
        early = max(issued.lifetime - margin, issued.lifetime / 2)
        await self._settle(
            account,
            until,
            value=issued.value,
            expires_at=now + issued.lifetime,
            refresh_at=now + early,
            stopped_until=None,
            stopped_code=0,
        )
        return issued.value

    async def _failed(
        self, account: str, until: datetime, stored: StoredToken, rejected: str, error: PlatformError
    ) -> str:
        if error.verdict in _PASSING:
            await self._settle(account, until)
            # Whatever it was, no message has left: the account waits, and no message is blamed.
            wait = max(error.wait or SOON, SOON)
            trouble = PlatformError(Verdict.WAIT, error.code, f"no token: {error.message}", wait)
            before, now = self._trouble.get(account), self._clock()
            number = before.number + 1 if before else 1
            # What was a moment's trouble is tried again at once, but only once.
            rest = wait if error.wait or number > 1 else timedelta()
            self._trouble[account] = _Trouble(trouble, number, now + rest)
            if stored.valid(now) and stored.value != rejected:
                return stored.value  # renewal is early, so the old one still serves while the trouble passes
            raise trouble from error
        pause = STOPPED if error.code in _SECRET_REFUSED else PAUSED
        stopped = self._clock() + (error.wait or pause)
        await self._settle(account, until, stopped_until=stopped, stopped_code=error.code)
        raise PlatformError(Verdict.STOP, error.code, error.message, error.wait or pause) from error

    async def _settle(self, account: str, until: datetime, **values: object) -> None:
        self._seen.pop(account, None)
        async with self._database.begin() as tx:
            await TokenStore(tx).settle(account, until, **values)


@contextmanager
def _patient() -> Iterator[None]:
    """Whatever keeps us from a token, say a database that is away, nothing has left: WAIT."""
    try:
        yield
    except PlatformError:
        raise
    except Exception as error:
        raise PlatformError(Verdict.WAIT, 0, f"no token: {type(error).__name__}", SOON) from error


def _issued(platform: Platform, answer: dict[str, object]) -> Issued:
    """The token in an answer. A refusal of the secret has no second try: 40001 here is not a stale token."""
    error = error_for(platform, answer)
    if error is not None:
        raise error
    value, seconds = answer.get("access_token"), answer.get("expires_in", 7200)
    if not isinstance(value, str) or not value or not isinstance(seconds, int):
        raise PlatformError(Verdict.RETRY, 0, "the answer has no access_token")
    return Issued(value, timedelta(seconds=max(seconds, 60)))
