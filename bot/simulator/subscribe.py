"""The pretended JS-SDK with its tag ``<wx-open-subscribe>``: a question before the page, yes or no (5.5).

Pages load ``/open/jssdk.js``. Both the check of a configuration and the question live in frames of our own,
so a page has to let frames of the platform in, as it has to for the real client.
"""

from __future__ import annotations

import html
import json
from importlib.resources import files

from aiohttp import web

from bot.simulator.authorize import COOKIE
from bot.simulator.simulation import Simulation
from bot.simulator.wechat_api.events import consent
from bot.simulator.wechat_api.jssdk import refusal

_MOST = 5  # notices one tag may ask for
_STYLE = "font:16px/1.6 sans-serif;margin:0;padding:1.2em;background:#fff;color:#1d2733"
_BUTTON = "font:inherit;padding:.5em 1.2em;margin-right:.8em"


def routes(sim: Simulation) -> list[web.RouteDef]:
    script = (files("bot.simulator") / "page" / "jssdk.js").read_text(encoding="utf-8")

    async def sdk(request: web.Request) -> web.Response:
        return web.Response(text=script, content_type="text/javascript", charset="utf-8")

    async def check(request: web.Request) -> web.Response:
        """In a hidden frame: tells the page whether its configuration holds."""
        query = request.query
        account = sim.world.account(query.get("appid", ""))
        names = ("url", "timestamp", "nonce", "signature")
        values = [query.get(name, "") for name in names]
        trouble = refusal(sim, account, *values) if account else "config:invalid appid"
        sim.wire.note("in", "/open/jssdk/check", "JS-SDK 验签", 0, status=trouble or "ok")
        return _tells({"config": trouble or "ok"})

    async def ask(request: web.Request) -> web.Response:
        """The question, in the words of the platform's own sheet."""
        account, templates = _asked(sim, request.query.get("appid", ""), request.query.get("templates", ""))
        titles = "、".join(html.escape(sim.world.account(account).templates[t].title) for t in templates)  # type: ignore[union-attr]
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in (("appid", account), ("templates", ",".join(templates)))
        )
        buttons = "".join(
            f'<button style="{_BUTTON}" name="answer" value="{value}">{label}</button>'
            for value, label in (("accept", "允许"), ("reject", "取消"))
        )
        body = f"<p>服务号请求给您发送一条通知：{titles}</p>{hidden}{buttons}"
        return _page(f'<form method="post" action="/open/subscribe">{body}</form>')

    async def answer(request: web.Request) -> web.Response:
        form = await request.post()
        app_id, templates = _asked(sim, str(form.get("appid", "")), str(form.get("templates", "")))
        account, key = sim.world.account(app_id), request.cookies.get(COOKIE, "")
        if account is None or key not in sim.phones or sim.phones[key].corp != app_id:
            raise web.HTTPForbidden(text="请在微信里打开")
        word = "accept" if form.get("answer") == "accept" else "reject"
        for template in templates:
            await consent(sim, account, sim.phones[key], template, word == "accept")
        return _tells({"subscribe": dict.fromkeys(templates, word)})

    return [
        web.get("/open/jssdk.js", sdk),
        web.get("/open/jssdk/check", check),
        web.get("/open/subscribe", ask),
        web.post("/open/subscribe", answer),
    ]


def _asked(sim: Simulation, app_id: str, names: str) -> tuple[str, list[str]]:
    """Templates of one kind that the account owns, at most five."""
    account = sim.world.account(app_id)
    templates = [name.strip() for name in names.split(",") if name.strip()]
    owned = [account.templates.get(name) for name in templates] if account else []
    kinds = {template.lasting for template in owned if template is not None and template.subscription}
    sound = owned and all(template is not None and template.subscription for template in owned)
    if not sound or len(templates) > _MOST or len(kinds) != 1:
        raise web.HTTPBadRequest(text="订阅通知的模板不对")
    return app_id, templates


def _tells(message: dict[str, object]) -> web.Response:
    """A frame that says one thing to the page around it."""
    told = json.dumps(message, ensure_ascii=False).replace("<", "\\u003c")
    return _page(f'<script>parent.postMessage({told}, "*")</script>')


def _page(body: str) -> web.Response:
    text = f'<!doctype html><meta charset="utf-8"><body style="{_STYLE}">{body}</body>'
    return web.Response(text=text, content_type="text/html")
