"""The simulated web login page (91022, 91857, 7.1 of the official-account facts): whose phone is this?

A phone opens pages through ``/sim/open``, which leaves the cookie ``sim_as``; ``?sim_as=`` works as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.simulator.simulation import Simulation

COOKIE = "sim_as"
_STATE = re.compile(r"[A-Za-z0-9]{0,128}")


def routes(sim: Simulation) -> list[web.RouteDef]:
    async def authorize(request: web.Request) -> web.StreamResponse:
        query = request.query
        person = query.get(COOKIE) or request.cookies.get(COOKIE, "")
        house, back = query.get("appid", ""), query.get("redirect_uri", "")
        trouble = _trouble(sim, house, back, query.get("scope", ""), query.get("response_type", ""))
        if not trouble and not _STATE.fullmatch(query.get("state", "")):
            trouble = "state 参数错误"
        if trouble:
            return _page(trouble)
        if person not in sim.phones:
            return _page("请在微信或企业微信客户端打开链接")
        code = sim.codes.issue(house, person, query["scope"])
        sim.wire.note("out", "/connect/oauth2/authorize", f"{sim.phones[person].name} 网页登录", 0)
        found = {"code": code} | ({"state": query["state"]} if "state" in query else {})
        base, _, fragment = back.partition("#")
        target = f"{base}{'&' if '?' in base else '?'}{urlencode(found)}"
        raise web.HTTPFound(target + (f"#{fragment}" if fragment else ""))

    return [web.get("/open/connect/oauth2/authorize", authorize)]


def _trouble(sim: Simulation, house: str, back: str, scope: str, kind: str) -> str:
    """What the page complains about; empty when the link is good."""
    corp, account = sim.world.corp(house), sim.world.account(house)
    if corp is None and account is None:
        return "appid 参数错误"
    if kind != "code" or scope not in {"snsapi_base", "snsapi_userinfo", "snsapi_privateinfo"}:
        return "Scope 参数错误或没有 Scope 权限（10005）"
    domains: Sequence[str] = ()
    if account is not None:
        if not account.web_login:
            return "该公众号没有网页授权权限（10005）"
        domains, code = account.trusted_domains, 10003
    else:
        assert corp is not None
        domains, code = [d for app in corp.apps for d in app.trusted_domains], 50001
    target = urlsplit(back)
    if target.scheme not in {"http", "https"} or not target.netloc:
        return f"redirect_uri 参数错误（{code}）"
    if domains and target.netloc not in domains:
        return f"redirect_uri 域名与后台配置不一致（{code}）"
    return ""


def _page(sentence: str) -> web.Response:
    style = "font:16px/1.7 sans-serif;text-align:center;padding:30vh 2em;color:#555"
    text = (
        f'<!doctype html><meta charset="utf-8"><title>网页登录</title><body style="{style}">{sentence}</body>'
    )
    return web.Response(text=text, content_type="text/html", status=400)
