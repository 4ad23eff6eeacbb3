"""/oauth/{account}: web login at the platform, out and back on one address.

The platform carries a ``state`` of letters and digits only (91022), so it carries a nonce; account, realm and
the way on wait in a signed cookie of the same browser, under the nonce's name.
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlencode

import structlog
from aiohttp import web

from bot.errors import PlatformError, Refusal
from bot.messages import Realm
from bot.web import wording
from bot.web.rules import LOGIN_LASTS, SESSION_LASTS, LoginUnderWay, Session, login_of, login_text, safe_next
from bot.web.visit import Visit
from bot.work import Work

log = structlog.get_logger()
_AS: Final = {"member": Realm.MEMBER, "parent": Realm.PARENT, "follower": Realm.OPENID}
_PATH: Final = "/oauth"


async def login(visit: Visit) -> web.StreamResponse:
    account = visit.request.match_info["account"]
    realms = visit.pages.realms(account)
    if not realms:
        return visit.say(wording.no_such_page(), 404)
    if "code" in visit.request.query or "state" in visit.request.query:
        return await _back(visit, account)
    realm = _AS.get(visit.asked("as"))
    if realm not in realms:
        realm = realms[0] if len(realms) == 1 else None
    next_ = safe_next(visit.request.query.get("next", ""))
    if realm is None:
        words = [word for word, one in _AS.items() if one in realms]
        links = {word: f"{_PATH}/{account}?{urlencode({'as': word, 'next': next_})}" for word in words}
        return visit.page("choose_login.html", links=links)
    return _out(visit, account, realm, next_)


def _out(visit: Visit, account: str, realm: Realm, next_: str) -> web.Response:
    nonce = visit.pages.random_text()
    state = login_text(visit.school.key, LoginUnderWay(account, realm, next_, nonce), visit.now)
    visit.keep(_cookie(nonce), state, int(LOGIN_LASTS.total_seconds()), _PATH)
    settings = visit.school.accounts.get(account)
    base = visit.school.accounts.url(settings) if settings else visit.school.accounts.public_url
    return visit.see_other(visit.pages.logins[account, realm].url(f"{base}{_PATH}/{account}", nonce))


async def _back(visit: Visit, account: str) -> web.StreamResponse:
    nonce = visit.asked("state")
    waiting = login_of(visit.school.key, visit.request.cookies.get(_cookie(nonce), ""), visit.now)
    if (
        waiting is None
        or waiting.account != account
        or not nonce
        or not hmac.compare_digest(waiting.nonce.encode(), nonce.encode())
        or (account, waiting.realm) not in visit.pages.logins
    ):
        raise Refusal(wording.login_over())
    visit.keep(_cookie(nonce), "", 0, _PATH)
    try:
        address = await visit.pages.logins[account, waiting.realm].address(
            visit.request.query.get("code", "")
        )
    except PlatformError as error:
        log.warning("web login failed", account=account, code=error.code, verdict=error.verdict)
        raise Refusal(wording.login_failed()) from None
    async with visit.pages.database.begin() as tx:
        found = (await Work(tx).people.current([address.key])).get(address.key)
    person = found.person if found else None
    if person is None or person.left_at is not None:
        visit.log_out()
        return visit.say(wording.stranger(), 403)
    visit.log_in(Session(person.id, address.key, visit.now + SESSION_LASTS))
    return visit.see_other(waiting.next)


def _cookie(nonce: str) -> str:
    return f"login-{''.join(ch for ch in nonce[:8] if ch.isascii() and ch.isalnum())}"
