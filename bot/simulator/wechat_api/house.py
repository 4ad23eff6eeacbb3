"""How official accounts greet and complain (0.1, 4 and 5.8 of the facts): tokens, abilities, quotas."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from bot.simulator.account import OfficialAccount
from bot.simulator.door import Call, House, Json, Refused, escaped, loads
from bot.simulator.quota import MINUTE
from bot.simulator.tokens import ExpiredToken, UnknownToken

OWNER = "wechat:"
_ANY, _VERIFIED, _SERVICE = "any", "verified", "verified service"
# path -> who may call it, calls a day of a new account
ABILITIES: dict[str, tuple[str, int]] = {
    "/cgi-bin/message/custom/send": (_VERIFIED, 500_000),
    "/cgi-bin/message/custom/typing": (_VERIFIED, 500_000),
    "/cgi-bin/message/template/send": (_SERVICE, 100_000),
    "/cgi-bin/template/get_all_private_template": (_SERVICE, 100_000),
    "/cgi-bin/message/subscribe/bizsend": (_SERVICE, 100_000),
    "/wxaapi/newtmpl/gettemplate": (_SERVICE, 100_000),
    "/cgi-bin/ticket/getticket": (_ANY, 10_000),
    "/cgi-bin/message/mass/sendall": (_VERIFIED, 100),
    "/cgi-bin/message/mass/send": (_SERVICE, 100),
    "/cgi-bin/message/mass/preview": (_VERIFIED, 100),
    "/cgi-bin/message/mass/get": (_VERIFIED, 100),
    "/cgi-bin/tags/create": (_VERIFIED, 1000),
    "/cgi-bin/tags/get": (_VERIFIED, 1000),
    "/cgi-bin/tags/getidlist": (_VERIFIED, 100_000),
    "/cgi-bin/tags/members/batchtagging": (_VERIFIED, 100_000),
    "/cgi-bin/tags/members/batchuntagging": (_VERIFIED, 100_000),
    "/cgi-bin/menu/create": (_VERIFIED, 1000),
    "/cgi-bin/menu/get": (_VERIFIED, 10_000),
    "/cgi-bin/menu/delete": (_VERIFIED, 1000),
    "/cgi-bin/media/upload": (_VERIFIED, 100_000),
    "/cgi-bin/media/uploadimg": (_VERIFIED, 100_000),
    "/cgi-bin/material/add_material": (_VERIFIED, 1000),
    "/cgi-bin/material/del_material": (_VERIFIED, 1000),
    "/cgi-bin/draft/add": (_VERIFIED, 1000),
    "/cgi-bin/draft/get": (_VERIFIED, 500),
    "/cgi-bin/draft/delete": (_VERIFIED, 1000),
    "/cgi-bin/draft/count": (_VERIFIED, 1000),
    "/cgi-bin/draft/batchget": (_VERIFIED, 1000),
    "/cgi-bin/freepublish/submit": (_VERIFIED, 100),
    "/cgi-bin/freepublish/get": (_VERIFIED, 100),
    "/cgi-bin/freepublish/delete": (_VERIFIED, 10),
    "/cgi-bin/freepublish/getarticle": (_VERIFIED, 100),
    "/cgi-bin/freepublish/batchget": (_VERIFIED, 100),
    "/cgi-bin/user/get": (_VERIFIED, 500),
    "/cgi-bin/user/info": (_VERIFIED, 5_000_000),
    "/cgi-bin/user/info/batchget": (_VERIFIED, 5_000_000),
}


def asker(call: Call) -> OfficialAccount:
    """The account whose token this call carries."""
    account = call.sim.world.account(call.owner.removeprefix(OWNER))
    assert account is not None
    return account


def identify(call: Call) -> None:
    token = call.need("access_token", 41001)
    try:
        call.owner = call.sim.tokens.owner(token)
    except UnknownToken as error:
        raise Refused(40001, "invalid credential, access_token is invalid or not latest") from error
    except ExpiredToken as error:
        raise Refused(42001, "access_token expired") from error
    if not call.owner.startswith(OWNER):
        raise Refused(40001, "invalid credential, access_token is invalid or not latest")


def admit(call: Call) -> None:
    """The kind of account (48001), then the day's quota (45009), then the minute (45011)."""
    if not call.owner:
        return
    account, sim = asker(call), call.sim
    who, per_day = ABILITIES.get(call.path, (_ANY, 1_000_000))
    if (who != _ANY and not account.verified) or (who == _SERVICE and not account.service):
        raise Refused(48001, "api unauthorized")
    if call.path in account.forbidden:
        raise Refused(account.forbidden[call.path], "api forbidden on command")
    if account.test_account:
        per_day = max(per_day // 10, 1)
    if not sim.ledger.take_period(quota_key(account, call.path), sim.clock.day(), per_day):
        raise Refused(45009, "reach max api daily quota limit")
    limit = 60 if "/mass/" in call.path else sim.world.limits.api_per_minute
    if not sim.ledger.take(f"minute {account.app_id} {call.path}", limit, MINUTE):
        raise Refused(45011, "api minute-quota reach limit, must slower, retry next minute")


def quota_key(account: OfficialAccount, path: str) -> str:
    return f"wechat {account.app_id} {path}"


def parse(raw: bytes, path: str) -> Json:
    r"""Menus refuse ``\uXXXX``; other calls keep the escapes as they stand, and readers see them."""
    if escaped(raw):
        if "/menu/" in path:
            raise Refused(
                40033, r"invalid charset. please check your request, if include \uxxxx will create fail!"
            )
        raw = re.sub(rb"\\u(?=[0-9a-fA-F]{4})", rb"\\\\u", raw)
    if not raw:
        raise Refused(44002, "empty post data")
    return loads(raw, 47001, "data format error")


def complain(no: Refused, ip: str) -> str:
    return f"{no.text} rid: {secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"


# What acts and answers with a number says errcode as well; all that is read, made or uploaded does not.
_SAYS_OK = ("/message/", "/freepublish/submit", "/ticket/getticket")


def terse(path: str) -> bool:
    return not any(part in path for part in _SAYS_OK)


HOUSE = House(
    prefix="/wechat",
    wrong_method={"POST": (43002, "require POST method"), "GET": (43001, "require GET method")},
    identify=identify,
    admit=admit,
    parse=parse,
    complain=complain,
    terse=terse,
)


def _account(call: Call, app_id: str, secret: str) -> OfficialAccount:
    account = call.sim.world.account(app_id)
    if not app_id or account is None:
        raise Refused(40013, "invalid appid")
    if not secret:
        raise Refused(41004, "appsecret missing")
    if secret != account.secret:
        raise Refused(40125, "invalid appsecret")
    if call.ip not in account.trusted_ips:
        raise Refused(40164, f"invalid ip {call.ip} ipv6 ::ffff:{call.ip}, not in whitelist")
    return account


def _grant(kind: object) -> None:
    if kind != "client_credential":
        raise Refused(40002, "invalid grant_type")


async def token(call: Call) -> Json:
    """Each call issues a new token and kills the last one; 2000 a day (test accounts 200)."""
    _grant(call.query.get("grant_type"))
    account = _account(call, call.query.get("appid", ""), call.query.get("secret", ""))
    sim = call.sim
    per_day = 200 if account.test_account else 2000
    if not sim.ledger.take_period(quota_key(account, call.path), sim.clock.day(), per_day):
        raise Refused(45009, "reach max api daily quota limit")
    made = sim.tokens.issue(OWNER + account.app_id, sim.world.limits.token_seconds, "plain", replace=True)
    return {"access_token": made.value, "expires_in": sim.tokens.seconds_left(made)}


async def stable_token(call: Call) -> Json:
    """The same token until five minutes before its end; ``force_refresh`` 20 a day, 30 s apart."""
    _grant(call.body.get("grant_type"))
    account = _account(call, str(call.body.get("appid", "")), str(call.body.get("secret", "")))
    sim, owner = call.sim, OWNER + account.app_id
    current = sim.tokens.current(owner, "stable")
    if call.body.get("force_refresh") is True:
        if not sim.ledger.take(f"force {owner}", 1, timedelta(seconds=30)):
            raise Refused(45011, "api minute-quota reach limit, must slower, retry next minute")
        if not sim.ledger.take_period(f"force {owner}", sim.clock.day(), 20):
            raise Refused(45009, "reach max api daily quota limit")
        current = sim.tokens.issue(owner, sim.world.limits.token_seconds, "stable", replace=True)
    elif current is None or sim.tokens.seconds_left(current) <= 300:
        current = sim.tokens.issue(owner, sim.world.limits.token_seconds, "stable")
    return {"access_token": current.value, "expires_in": sim.tokens.seconds_left(current)}


async def quota_get(call: Call) -> Json:
    account, path = asker(call), str(call.body.get("cgi_path", ""))
    if path not in ABILITIES:
        raise Refused(76021, "cgi_path not found")
    limit = ABILITIES[path][1]
    used = call.sim.ledger.used(quota_key(account, path), call.sim.clock.day())
    return {"quota": {"daily_limit": limit, "used": used, "remain": max(limit - used, 0)}}


async def clear_quota(call: Call) -> Json:
    """Ten a month."""
    account, sim = asker(call), call.sim
    if call.body.get("appid") != account.app_id:
        raise Refused(40013, "invalid appid")
    if not sim.ledger.take_period(f"clear {account.app_id}", sim.clock.month(), 10):
        raise Refused(48006, "forbid to clear quota because of reaching the limit")
    for path in ABILITIES:
        sim.ledger.clear(quota_key(account, path), sim.clock.day())
    return {}
