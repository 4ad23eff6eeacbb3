"""The people of the simulator's own stories, and a small bot that echoes."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise import parse_message as parse_wecom
from wechatpy.enterprise.crypto import WeChatCrypto as WeComCrypto
from wechatpy.parser import parse_message as parse_wechat
from wechatpy.replies import create_reply

from bot.simulator.account import OfficialAccount
from bot.simulator.ears import Speaker
from bot.simulator.page_api import Hooks
from bot.simulator.server import SIMULATION, build
from bot.simulator.simulation import Simulation
from bot.simulator.world import Clock, World

CORP, AGENT, APP, GH = "ww0123456789abcdef", 1000002, "wx0123456789abcdef", "gh_0123456789ab"
WECOM_KEY, WECHAT_KEY = (
    "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)
TEMPLATE = "message/template/send"
NOON = datetime(2026, 9, 4, 4, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def world() -> dict[str, Any]:
    members = [
        {"userid": "XiaoLin", "name": "林小满", "departments": [2], "tags": [7]},
        {"userid": "ateng", "name": "阿腾", "departments": [2]},
        {"userid": "teacher_su", "name": "苏老师", "departments": [3]},
        {"userid": "plugin", "name": "方晴", "departments": [3], "client": "wechat"},
        {"userid": "outsider", "name": "范围外"},
    ]
    app = {"agent_id": AGENT, "secret": "campus-secret", "token": "campusToken", "aes_key": WECOM_KEY}
    app |= {"school": True, "visible": ["XiaoLin", "ateng", "teacher_su", "plugin"]}
    other = {"agent_id": 1000009, "secret": "other-secret", "token": "otherToken", "aes_key": WECOM_KEY}
    other |= {"visible": ["ateng"], "name": "图书馆"}
    school = {
        "departments": [
            {"id": 1, "name": "示例附属中学", "type": 5},
            {"id": 10, "name": "七年级", "parentid": 1, "type": 2},
            {
                "id": 11,
                "name": "七(1)",
                "parentid": 10,
                "department_admins": [{"userid": "teacher_su", "type": 3}],
            },
        ],
        "students": [{"student_userid": "s_yu", "name": "小雨", "department": [11]}],
        "parents": [
            {
                "parent_userid": "P_yu_ma",
                "name": "小雨妈妈",
                "children": [{"student_userid": "s_yu", "relation": "妈妈"}],
            },
            {
                "parent_userid": "p_yu_ba",
                "name": "小雨爸爸",
                "is_subscribe": False,
                "children": [{"student_userid": "s_yu", "relation": "爸爸"}],
            },
        ],
    }
    departments = [
        {"id": 1, "name": "学院"},
        {"id": 2, "name": "学生", "parentid": 1},
        {"id": 3, "name": "教师", "parentid": 1},
    ]
    corp = {"corp_id": CORP, "name": "示例职业技术学院", "headcount": 10, "members": members}
    corp |= {"departments": departments, "apps": [app, other], "school": school}
    account = {"app_id": APP, "secret": "public-secret", "token": "publicToken", "original_id": GH}
    account |= {"name": "示例学院", "aes_key": WECHAT_KEY}
    account["templates"] = {
        "TPL": {"title": "待办提醒", "fields": {"thing1": "事项", "time2": "截止时间"}},
        "SUB": {"title": "测试提醒", "fields": {"phrase1": "结果"}, "subscription": True},
    }
    account["followers"] = [
        {"openid": "oFang", "name": "方姐", "tags": [100]},
        {"openid": "oMinor", "name": "小同学", "minor": True},
        {"openid": "oGone", "name": "走了的人", "follows": False},
    ]
    webhook = {"key": "hook-key", "name": "反诈工作群", "members": [f"{CORP}|member|teacher_su"]}
    places = {
        "学生": [f"{CORP}|member|xiaolin", f"{CORP}|member|ateng"],
        "教师": [f"{CORP}|member|teacher_su"],
        "管理员": [f"{APP}|openid|oFang"],
        "家长": [f"{CORP}|parent|p_yu_ma", f"{CORP}|parent|p_yu_ba"],
    }
    return {"corps": [corp], "accounts": [account], "webhooks": [webhook], "phones": places}


def app_text(to: str = "xiaolin", **more: Any) -> dict[str, Any]:
    return {
        "touser": to,
        "msgtype": "text",
        "agentid": AGENT,
        "text": {"content": "今天别点陌生链接"},
        **more,
    }


def reminder(to: str = "oFang", **more: Any) -> dict[str, Any]:
    data = {"thing1": {"value": "反诈每周一测"}, "time2": {"value": "2026-11-21 19:00"}}
    return {"touser": to, "template_id": "TPL", "data": data, **more}


def vote_card(task: str, to: str = "xiaolin", **more: Any) -> dict[str, Any]:
    options = [{"id": "A", "text": "立即转账"}, {"id": "B", "text": "挂断并拨打110"}]
    card = {
        "card_type": "vote_interaction",
        "source": {"desc": "反诈小测"},
        "main_title": {"title": "第1题", "desc": "公安要你转钱到安全账户，怎么办？"},
        "task_id": task,
        "checkbox": {"question_key": "q1", "mode": 0, "option_list": options},
        "submit_button": {"text": "提交", "key": "submit"},
    }
    return {"touser": to, "msgtype": "template_card", "agentid": AGENT, "template_card": card | more}


Answer = Callable[[Any], Any]


@dataclass
class EchoBot:
    """Answers text with 「收到：…」; ``answer`` may be replaced, ``raw`` sends a body as it is."""

    heard: list[Any] = field(default_factory=list)
    answer: Answer = lambda message: f"收到：{message.content}" if message.type == "text" else ""
    raw: Callable[[Any], web.Response] | None = None
    pages: list[str] = field(default_factory=list)

    @property
    def event(self) -> Any:
        """The fields of what was heard last."""
        return self.heard[-1]._data

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/callback/campus", self.wecom)
        app.router.add_route("*", "/callback/public", self.wechat)
        app.router.add_get("/page", self.page)
        return app

    async def page(self, request: web.Request) -> web.Response:
        self.pages.append(request.query_string)
        response = web.Response(
            text=f"code={request.query.get('code', '')} cookie={request.cookies.get('who', '')}"
        )
        if "code" in request.query:
            response.set_cookie("who", request.query["code"])
        return response

    async def wecom(self, request: web.Request) -> web.Response:
        crypto = WeComCrypto("campusToken", WECOM_KEY, CORP)
        q = request.query
        if request.method == "GET":
            echo = crypto.check_signature(q["msg_signature"], q["timestamp"], q["nonce"], q["echostr"])
            return web.Response(text=echo)
        xml = crypto.decrypt_message(await request.read(), q["msg_signature"], q["timestamp"], q["nonce"])
        return self._reply(parse_wecom(xml), crypto, q)

    async def wechat(self, request: web.Request) -> web.Response:
        q = request.query
        if request.method == "GET":
            return web.Response(text=q["echostr"])
        crypto = WeChatCrypto("publicToken", WECHAT_KEY, APP)
        xml = crypto.decrypt_message(await request.read(), q["msg_signature"], q["timestamp"], q["nonce"])
        return self._reply(parse_wechat(xml), crypto, q)

    def _reply(self, message: Any, crypto: Any, query: Any) -> web.Response:
        self.heard.append(message)
        if self.raw is not None:
            return self.raw(message)
        words = self.answer(message)
        if not words:
            return web.Response(text="")
        reply = create_reply(words, message)
        sealed = crypto.encrypt_message(reply.render(), query["nonce"], query["timestamp"])
        return web.Response(text=sealed, content_type="text/xml")


@dataclass
class Stage:
    """A running simulator, the echo bot behind it, and a client to call the platforms with."""

    sim: Simulation
    bot: EchoBot
    clock: Clock
    base: str
    http: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> OfficialAccount:
        return self.sim.world.accounts[0]

    def member(self, userid: str) -> Speaker:
        return self.sim.phone(CORP, "member", userid)

    def parent(self, userid: str) -> Speaker:
        return self.sim.phone(CORP, "parent", userid)

    def follower(self, openid: str) -> Speaker:
        return self.sim.phone(APP, "openid", openid)

    async def get(self, path: str, **query: Any) -> Any:
        async with self.http.get(self.base + path, params=query) as answer:
            assert answer.status == 200
            return await answer.json()

    async def post(self, path: str, body: Any, **query: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        async with self.http.post(self.base + path, data=data, params=query) as answer:
            assert answer.status == 200
            return await answer.json()

    async def token(self, secret: str = "campus-secret") -> str:
        answer = await self.get("/wecom/cgi-bin/gettoken", corpid=CORP, corpsecret=secret)
        return str(answer["access_token"])

    async def wecom(self, path: str, body: Any, secret: str = "campus-secret") -> Any:
        return await self.post(f"/wecom/cgi-bin/{path}", body, access_token=await self.token(secret))

    async def read(self, path: str, **query: Any) -> Any:
        return await self.get(f"/wecom/cgi-bin/{path}", access_token=await self.token(), **query)

    async def public_token(self) -> str:
        body = {"grant_type": "client_credential", "appid": APP, "secret": "public-secret"}
        answer = await self.post("/wechat/cgi-bin/stable_token", body)
        return str(answer["access_token"])

    async def wechat(self, path: str, body: Any) -> Any:
        return await self.post(f"/wechat/cgi-bin/{path}", body, access_token=await self.public_token())

    async def code(self, path: str, body: Any) -> int:
        """The errcode of a call in the name of the official account."""
        return int((await self.wechat(path, body))["errcode"])

    async def upload(self, house: str, kind: str, name: str, data: bytes) -> Any:
        token = await (self.token() if house == "wecom" else self.public_token())
        form = aiohttp.FormData()
        form.add_field("media", io.BytesIO(data), filename=name, content_type="application/octet-stream")
        query = {"access_token": token, "type": kind}
        async with self.http.post(
            f"{self.base}/{house}/cgi-bin/media/upload", data=form, params=query
        ) as answer:
            return await answer.json()


async def _serve(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@asynccontextmanager
async def staged(data: dict[str, Any] | None = None, hooks: Hooks | None = None) -> AsyncIterator[Stage]:
    bot, clock = EchoBot(), Clock(lambda: NOON)
    bot_runner, bot_base = await _serve(bot.app())
    data = world() if data is None else data
    data["corps"][0]["apps"][0].setdefault("callback_url", f"{bot_base}/callback/campus")
    data["accounts"][0].setdefault("callback_url", f"{bot_base}/callback/public")
    app = build(World.from_dict(data), clock, hooks)
    runner, base = await _serve(app)
    app[SIMULATION].base_url = base
    async with aiohttp.ClientSession() as http:
        stage = Stage(app[SIMULATION], bot, clock, base, http)
        stage.tokens["bot"] = bot_base
        yield stage
    await runner.cleanup()
    await bot_runner.cleanup()
