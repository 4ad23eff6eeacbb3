"""Signed words of the pages: sessions, logins under way, one-time and signature links; what may be trusted.

Nothing here is secret once it is signed; it only cannot be changed, and every use has a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from bot.messages import Realm

SESSION_LASTS: Final = timedelta(days=30)
CONSOLE_LASTS: Final = timedelta(hours=12)  # a session that began with a link and no platform login
LOGIN_LASTS: Final = timedelta(minutes=10)
LINK_LASTS: Final = timedelta(minutes=10)
SIGN_LASTS: Final = timedelta(hours=48)

CONSOLE: Final = "/console/"
_ROOMS: Final = frozenset(
    {"", "roster", "reports", "exports", "people", "audit", "follow", "cases", "unfinished", "forward"}
)
_RELATIVE: Final = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,500}")
_NEVER: Final = re.compile(r"/(?:oauth|callback)(?:/|$)")
_DRAWING: Final = re.compile(r"M\d{1,4} \d{1,4}(?: [ML]\d{1,4} \d{1,4})+", re.ASCII)
_DRAWING_LIMIT: Final = 20_000  # characters
_POINTS: Final = 12  # fewer are a dot, not a name
_CLASS_KEY: Final = re.compile(r"[2-9A-Z]{10}", re.ASCII)


class Use(StrEnum):
    """What a signed text is for; one made for another use is not accepted."""

    SESSION = "session"
    LOGIN = "login"
    CONSOLE = "console"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Session:
    """Who this browser belongs to. ``address`` is the platform identity of a web login, else empty."""

    person: int
    address: str
    until: datetime


@dataclass(frozen=True, slots=True)
class LoginUnderWay:
    """What we remember of a browser that we sent to the platform's login page."""

    account: str
    realm: Realm
    next: str
    nonce: str


def session_text(key: bytes, session: Session) -> str:
    return _sign(key, Use.SESSION, [session.person, session.address], session.until)


def session_of(key: bytes, text: str, now: datetime) -> Session | None:
    """The session of a cookie; ``None`` when it is forged or over."""
    match _open(key, Use.SESSION, text, now):
        case datetime() as until, [int() as person, str() as address]:
            return Session(person, address, until)
    return None


def login_text(key: bytes, login: LoginUnderWay, now: datetime) -> str:
    return _sign(key, Use.LOGIN, [login.account, login.realm, login.next, login.nonce], now + LOGIN_LASTS)


def login_of(key: bytes, text: str, now: datetime) -> LoginUnderWay | None:
    match _open(key, Use.LOGIN, text, now):
        case _, [str() as account, str() as realm, str() as next_, str() as nonce]:
            return LoginUnderWay(account, Realm(realm), next_, nonce)
    return None


def console_link(key: bytes, person: int, now: datetime, room: str = "") -> str:
    """The path of a one-time link into the console, good for ten minutes; ``room`` is where it leads."""
    data = [person, room, int(now.timestamp() * 1000)]
    return f"{CONSOLE}enter/{_sign(key, Use.CONSOLE, data, now + LINK_LASTS)}"


def console_ticket(key: bytes, token: str, now: datetime) -> tuple[int, str] | None:
    """Person and path behind a one-time link; whether it was used before is for the store to say."""
    match _open(key, Use.CONSOLE, token, now):
        case _, [int() as person, str() as room, int()]:
            return person, CONSOLE + (room if room in _ROOMS else "")
    return None


def used_mark(token: str) -> str:
    """What is kept of a used link: not the link itself."""
    return hashlib.sha256(token.encode()).hexdigest()[:40]


def sign_url(key: bytes, base: str, person: int, task: int, now: datetime) -> str:
    """The personal signature page of one task, good for 48 hours; only where web login is impossible."""
    return f"{base}/sign/{_sign(key, Use.SIGN, [person, task], now + SIGN_LASTS)}"


def sign_ticket(key: bytes, token: str, now: datetime) -> tuple[int, int] | None:
    """Person and task behind a signature link."""
    match _open(key, Use.SIGN, token, now):
        case _, [int() as person, int() as task]:
            return person, task
    return None


def csrf_of(key: bytes, visitor: str, session: str) -> str:
    """What a form of this browser must carry; changes with login and logout."""
    return hmac.new(key, f"csrf/{visitor}/{session}".encode(), hashlib.sha256).hexdigest()[:40]


def safe_next(path: str) -> str:
    """Where to go after a login: a path of ours, never another site, never back into a login."""
    return path if _RELATIVE.fullmatch(path) and not _NEVER.match(path) else CONSOLE


def is_drawing(path: str) -> bool:
    """A handwritten name as one SVG path of lines, and nothing else."""
    return len(path) <= _DRAWING_LIMIT and path.count(" ") >= _POINTS and bool(_DRAWING.fullmatch(path))


def is_class_key(k: str) -> bool:
    return bool(_CLASS_KEY.fullmatch(k))


def client_ip(remote: str, forwarded: str) -> str:
    """Who asks. Behind a proxy on this machine the last hop, which is the only one it vouches for."""
    last = forwarded.rpartition(",")[2].strip()
    try:
        local = ipaddress.ip_address(remote).is_loopback
        return str(ipaddress.ip_address(last)) if local and last else remote
    except ValueError:
        return remote


def _sign(key: bytes, use: Use, data: list[Any], until: datetime) -> str:
    return _dumped(_serializer(key, use), [int(until.timestamp()), *data])


def _open(key: bytes, use: Use, text: str, now: datetime) -> tuple[datetime, list[Any]] | None:
    """What was signed. Base64 has several spellings of one value; only ours counts, so that a used link
    cannot be spelled anew.
    """
    serializer = _serializer(key, use)
    try:
        value = serializer.loads(text)
    except BadData:
        return None
    match value:
        case [int() as until, *data] if now.timestamp() < until and _dumped(serializer, value) == text:
            return datetime.fromtimestamp(until, UTC), data
    return None


def _dumped(serializer: URLSafeSerializer, value: list[Any]) -> str:
    text = serializer.dumps(value)
    return text if isinstance(text, str) else text.decode()


def _serializer(key: bytes, use: Use) -> URLSafeSerializer:
    return URLSafeSerializer(
        key, salt=f"bot.web/{use}", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )
