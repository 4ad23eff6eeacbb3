"""How WeCom greets and complains (90664, 90313), and its gettoken (91039)."""

from __future__ import annotations

import secrets

from bot.simulator.corp import App, Corp
from bot.simulator.door import Call, House, Json, Refused, escaped, loads
from bot.simulator.quota import HOUR, MINUTE
from bot.simulator.tokens import ExpiredToken, UnknownToken


def owner_of(corp: Corp, app: App) -> str:
    return f"{corp.corp_id}|{app.agent_id}"


def asker(call: Call) -> tuple[Corp, App]:
    """The corp and app whose token this call carries."""
    corp_id, _, agent = call.owner.partition("|")
    corp = call.sim.world.corp(corp_id)
    app = corp.app(int(agent)) if corp else None
    assert corp is not None
    assert app is not None
    return corp, app


def identify(call: Call) -> None:
    token = call.need("access_token", 41001)
    try:
        call.owner = call.sim.tokens.owner(token)
    except UnknownToken as error:
        raise Refused(40014, "invalid access_token") from error
    except ExpiredToken as error:
        raise Refused(42001, "access_token expired") from error
    if "|" not in call.owner or call.owner.startswith("wechat:"):
        raise Refused(40014, "invalid access_token")
    _corp, app = asker(call)
    if not app.enabled:
        raise Refused(50003, "app disabled")
    if call.ip not in app.trusted_ips:
        raise Refused(60020, "not allow to access from your ip")


def admit(call: Call) -> None:
    """Any one cgi, per corp: 10,000 a minute, else blocked for 60 s (90312)."""
    key = f"wecom cgi {call.owner.partition('|')[0]} {call.path}"
    if call.sim.ledger.blocked(key):
        raise Refused(45009, "reach max api daily quota limit")
    if not call.sim.ledger.take(key, call.sim.world.limits.api_per_minute, MINUTE):
        call.sim.ledger.block(key, MINUTE)
        raise Refused(45009, "api freq out of limit")


def parse(raw: bytes, path: str) -> Json:
    if escaped(raw):
        raise Refused(40033, r"invalid charset, \uxxxx characters")
    return loads(raw, 40035, "Warning: wrong json format. ")


def complain(no: Refused, ip: str) -> str:
    hint = secrets.token_hex(10)
    page = f"https://open.work.weixin.qq.com/devtool/query?e={no.code}"
    return f"{no.text}, hint: [{hint}], from ip: {ip}, more info at {page}"


HOUSE = House(
    prefix="/wecom",
    wrong_method={"POST": (40058, "invalid Request Parameter"), "GET": (40058, "invalid Request Parameter")},
    identify=identify,
    admit=admit,
    parse=parse,
    complain=complain,
)


async def gettoken(call: Call) -> Json:
    """The same token until it expires; the fifth wrong secret from one IP blocks that IP for an hour."""
    sim, corp_id = call.sim, call.need("corpid", 41002)
    secret = call.need("corpsecret", 41004)
    blocked = f"wecom secret {call.ip}"
    if sim.ledger.blocked(blocked):
        raise Refused(45009, "reach max api daily quota limit")
    corp = sim.world.corp(corp_id)
    if corp is None:
        raise Refused(40013, "invalid corpid")
    app = next((a for a in corp.apps if a.secret == secret and a.enabled), None)
    if app is None:
        limit = sim.world.limits.wrong_secrets
        sim.ledger.take(blocked, limit, HOUR)
        if sim.ledger.full(blocked, limit, HOUR):
            sim.ledger.block(blocked, HOUR)
            raise Refused(45009, "reach max api daily quota limit")
        raise Refused(40001, "invalid credential")
    if call.ip not in app.trusted_ips:
        raise Refused(60020, "not allow to access from your ip")
    owner = owner_of(corp, app)
    token = sim.tokens.current(owner) or sim.tokens.issue(owner, sim.world.limits.token_seconds)
    return {"access_token": token.value, "expires_in": sim.tokens.seconds_left(token)}
