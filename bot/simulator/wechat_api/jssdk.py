"""The JS-SDK's side of the platform (7.2): the ticket, and whether a page may use what it asks for."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from bot.simulator.account import OfficialAccount
from bot.simulator.door import Call, Json, Refused
from bot.simulator.simulation import Simulation
from bot.simulator.wechat_api.house import asker

_OWNER = "jsapi:"


async def ticket(call: Call) -> Json:
    """The same ticket until five minutes before its end, as with the stable token (unverified)."""
    if call.query.get("type") != "jsapi":
        raise Refused(40097, "invalid args: type")
    sim, owner = call.sim, _OWNER + asker(call).app_id
    current = sim.tokens.current(owner)
    if current is None or sim.tokens.seconds_left(current) <= 300:
        current = sim.tokens.issue(owner, sim.world.limits.token_seconds)
    return {"ticket": current.value, "expires_in": sim.tokens.seconds_left(current)}


def refusal(
    sim: Simulation, account: OfficialAccount, url: str, stamp: str, nonce: str, signature: str
) -> str:
    """What ``wx.error`` would say to this configuration; empty when the page is let in."""
    if account.trusted_domains and urlsplit(url).netloc not in account.trusted_domains:
        return "config:invalid url domain"
    current = sim.tokens.current(_OWNER + account.app_id)
    value = current.value if current else ""
    text = f"jsapi_ticket={value}&noncestr={nonce}&timestamp={stamp}&url={url.partition('#')[0]}"
    right = hashlib.sha1(text.encode()).hexdigest()
    return "" if current is not None and signature == right else "config:invalid signature"
