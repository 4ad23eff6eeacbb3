"""What the page asks of the simulator, below ``/sim``: state, doing, clock, files."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import segno
from aiohttp import web

from bot.simulator.jars import Jars
from bot.simulator.phone import Phone
from bot.simulator.simulation import Simulation

_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


async def _nothing_next() -> datetime | None:
    return None


async def _idle() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the page needs of whoever runs the bot: the next planned moment, and a pause until it is done."""

    next_moment: Callable[[], Awaitable[datetime | None]] = _nothing_next
    wait_idle: Callable[[], Awaitable[None]] = _idle


class PageApi:
    def __init__(self, sim: Simulation, hooks: Hooks) -> None:
        self._sim = sim
        self._hooks = hooks
        self._jars = Jars()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sim/state", self.state),
            web.get("/sim/events", self.events),
            web.post("/sim/say", self.say),
            web.post("/sim/tap", self.tap),
            web.post("/sim/menu", self.menu),
            web.post("/sim/follow", self.follow),
            web.post("/sim/clock", self.clock),
            web.post("/sim/wear", self.wear),
            web.get("/sim/open", self.open),
            web.get("/sim/media/{media_id}", self.media),
            web.get("/sim/qr/{corp}", self.qr),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """The shown phones, everybody's names, the time, and what crossed the wire after ``wire``."""
        sim = self._sim
        shown = [key for key in request.query.getall("phone", []) if key in sim.phones]
        slots = sim.world.phones or _slots(sim)
        people: list[dict[str, Any]] = [
            {
                "title": title,
                "phones": [{"key": k, "name": sim.phones[k].name, "kind": sim.phones[k].kind} for k in keys],
            }
            for title, keys in slots.items()
        ]
        if not shown:
            shown = [row["phones"][0]["key"] for row in people if row["phones"]]
        return _json(
            {
                "beats": sim.pulse.beats,
                "now": sim.clock().isoformat(),
                "slots": people,
                "unread": {key: sum(not b.mine for b in phone.bubbles) for key, phone in sim.phones.items()},
                "phones": {key: sim.phones[key].to_json() for key in shown},
                "wire": sim.wire.after(int(request.query.get("wire", "0"))),
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: one beat for each change, and a breath every 15 s."""
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        beats = -1
        try:
            while not self._sim.pulse.closed:
                beats = await self._sim.pulse.after(beats, 15)
                await response.write(f"data: {beats}\n\n".encode())
                await asyncio.sleep(0.05)
        except (ConnectionResetError, ConnectionError):
            pass
        return response

    async def say(self, request: web.Request) -> web.Response:
        phone, body = await self._asked(request)
        await phone.say(str(body["text"])[:2000], str(body.get("chat", "")))
        return _json({})

    async def tap(self, request: web.Request) -> web.Response:
        """``choice`` is a word, or a list of option ids; the answer names the page to open, if any."""
        phone, body = await self._asked(request)
        bubble = next((b for b in phone.bubbles if b.id == body["bubble"]), None)
        if bubble is None:
            raise web.HTTPNotFound(text="没有这条消息")
        return _json({"open": _relative(await phone.tap(bubble, body.get("choice", "")), self._sim)})

    async def menu(self, request: web.Request) -> web.Response:
        phone, body = await self._asked(request)
        return _json(
            {"open": _relative(await phone.menu(str(body["name"]), str(body.get("chat", ""))), self._sim)}
        )

    async def follow(self, request: web.Request) -> web.Response:
        phone, _body = await self._asked(request)
        await (phone.unfollow() if phone.follows else phone.follow())
        return _json({})

    async def clock(self, request: web.Request) -> web.Response:
        """``step`` is next, hour or day; answers once the bot has come to rest."""
        body = await request.json()
        clock, step = self._sim.clock, body.get("step")
        if step == "next":
            moment = await self._hooks.next_moment()
            if moment is None:
                return _json({"error": "没有下一次提醒"})
            if moment > clock():
                clock.turn_to(moment)
        elif step in _STEPS:
            clock.turn(_STEPS[step])
        else:
            raise web.HTTPBadRequest(text="step")
        await self._hooks.wait_idle()
        await self._sim.settled()
        self._sim.pulse.beat()
        return _json({"now": clock().isoformat()})

    async def wear(self, request: web.Request) -> web.Response:
        phone, _body = await self._asked(request)
        response = _json({})
        self._jars.wear(request, response, phone.key)
        return response

    async def open(self, request: web.Request) -> web.Response:
        """Lead a phone's browser to a page, as that person."""
        key, target = request.query.get("as", ""), request.query.get("to", "")
        if key not in self._sim.phones or not target.startswith(("http://", "https://", "/")):
            raise web.HTTPBadRequest(text="as, to")
        response = web.Response(status=302, headers={"Location": target})
        self._jars.wear(request, response, key)
        return response

    async def media(self, request: web.Request) -> web.Response:
        medium = self._sim.media.show(request.match_info["media_id"])
        if medium is None:
            raise web.HTTPNotFound
        return web.Response(body=medium.data, content_type=medium.content_type)

    async def qr(self, request: web.Request) -> web.Response:
        """A picture about as wide as it was asked for, as the platform's are (92320)."""
        code = segno.make(f"https://work.weixin.qq.com/simulated/{request.match_info['corp']}", error="m")
        size = int(request.query.get("size", "430"))
        drawn = io.BytesIO()
        code.save(drawn, kind="png", scale=max(1, min(size, 1200) // code.symbol_size()[0]))
        return web.Response(body=drawn.getvalue(), content_type="image/png")

    async def _asked(self, request: web.Request) -> tuple[Phone, dict[str, Any]]:
        body = await request.json()
        phone = self._sim.phones.get(body.get("phone", ""))
        if phone is None:
            raise web.HTTPNotFound(text="没有这部手机")
        return phone, body


@web.middleware
async def gentle(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> Any:
    """What a person cannot do becomes a sentence for the page."""
    try:
        return await handler(request)
    except (LookupError, PermissionError) as error:
        if not request.path.startswith("/sim/"):
            raise
        return _json({"error": str(error)}, 409)


def _slots(sim: Simulation) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    titles = {"member": "成员", "parent": "家长", "follower": "关注者"}
    for key, phone in sim.phones.items():
        kinds.setdefault(titles[phone.kind], []).append(key)
    return kinds


def _relative(address: str, sim: Simulation) -> str:
    return address.removeprefix(sim.base_url) if sim.base_url else address


def _json(value: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=lambda x: json.dumps(x, ensure_ascii=False))
