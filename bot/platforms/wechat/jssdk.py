"""What lets a page use the JS-SDK (official account 7.2): the account's ticket, a signature over the URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from typing import Final

from bot.errors import PlatformError, Verdict
from bot.platforms.api import Api
from bot.platforms.tokens import Issued, Tokens

_SHORTEST: Final = 60  # seconds


def ticket_name(account: str) -> str:
    """The ticket's name among the tokens; the id of an account holds no slash."""
    return f"{account}/jsapi"


def signature(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """``url`` as the browser has it; what follows a ``#`` does not count."""
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class TicketSource:
    """getticket. Its quota is tight, so tickets are kept and renewed as tokens are, by one owner."""

    api: Api

    async def issue(self, force: bool) -> Issued:
        """There is no forcing: the platform decides when a ticket is another one."""
        answer = await self.api.get("/cgi-bin/ticket/getticket", type="jsapi")
        value, seconds = answer.get("ticket"), answer.get("expires_in", 7200)
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise PlatformError(Verdict.RETRY, 0, "the answer has no ticket")
        return Issued(value, timedelta(seconds=max(seconds, _SHORTEST)))


@dataclass(frozen=True, slots=True)
class Permission:
    """What ``wx.config`` wants."""

    app_id: str
    timestamp: int
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True)
class PageSigner:
    """Signs pages of one account."""

    tokens: Tokens
    account: str
    app_id: str

    async def permission(self, url: str, nonce: str, now: datetime) -> Permission:
        """Raises PlatformError where there is no ticket to be had."""
        ticket = await self.tokens.current(ticket_name(self.account))
        timestamp = int(now.timestamp())
        return Permission(self.app_id, timestamp, nonce, signature(ticket, nonce, timestamp, url))
