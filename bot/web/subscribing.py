"""下次提醒我 under an article: the platform's tag, by which a follower accepts one more 订阅通知 (5.5)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog

from bot.errors import PlatformError
from bot.messages import Address, Realm
from bot.platforms.wechat.jssdk import Permission
from bot.settings import Wechat
from bot.web import wording
from bot.web.view import headers
from bot.web.visit import Visit
from bot.work import Work

log = structlog.get_logger()
_PATIENCE: Final = 2.0  # seconds for a ticket; the page is shown without the button rather than late


@dataclass(frozen=True, slots=True)
class Offer:
    """What this reader may be asked. ``left``: acceptances they have given already."""

    account: Wechat
    template: str
    lasting: bool
    left: int

    @property
    def words(self) -> str:
        return wording.offer_lasting() if self.lasting else wording.offer(self.left)


@dataclass(frozen=True, slots=True)
class Asking:
    """The offer with what the platform's script wants."""

    offer: Offer
    permission: Permission
    script: str

    @property
    def accepted(self) -> str:
        return wording.accepted(self.offer.lasting)

    @property
    def refused(self) -> str:
        return wording.not_accepted()


async def offer(visit: Visit, work: Work) -> Offer | None:
    """``None`` where there is nothing to ask: no follower, no template, a lasting yes already given."""
    if visit.session is None or not visit.session.address:
        return None
    address = Address.from_key(visit.session.address)
    if address.realm is not Realm.OPENID:
        return None
    account = next((a for a in visit.school.accounts.followed() if a.app_id == address.corp), None)
    if account is None or account.id not in visit.pages.signers or account.subscription is None:
        return None
    template = account.subscription
    lasting = template.type == "long"
    left = await work.acceptances.left(address.key, template.id)
    return None if lasting and left else Offer(account, template.id, lasting, left)


async def asking(visit: Visit, found: Offer | None) -> Asking | None:
    """After the transaction: the only thing here that may call the platform. A page never fails for it."""
    if found is None:
        return None
    url = visit.school.accounts.url(found.account) + visit.request.raw_path
    try:
        async with asyncio.timeout(_PATIENCE):
            permission = await visit.pages.signers[found.account.id].permission(
                url, visit.pages.random_text()[:16], visit.now
            )
    except (PlatformError, TimeoutError) as error:
        log.warning("no button for subscriptions", account=found.account.id, error=type(error).__name__)
        return None
    return Asking(found, permission, found.account.jssdk_url)


def policy(visit: Visit, found: Asking) -> str:
    """The page's own security policy, opened as far as the platform's script and its frames need."""
    host = "{0.scheme}://{0.netloc}".format(urlsplit(found.script))
    usual = headers(visit.pages.framed_by)["Content-Security-Policy"]
    return f"script-src 'self' {host}; frame-src https://*.qq.com weixin: {host}; {usual}"
