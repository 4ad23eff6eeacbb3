"""One API call of either platform: token, method, JSON, quota, handler, answer; and the faults on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.simulator.faults import Fault, Mishap
from bot.simulator.simulation import Simulation
from bot.simulator.wire import describe

Json = dict[str, Any]
_HUGE = 5 << 20
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


class Refused(Exception):
    """The call is answered with this error code. ``extra`` travels beside it."""

    def __init__(self, code: int, text: str, **extra: Any) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text
        self.extra = extra


@dataclass(slots=True)
class Call:
    """What a handler works on. ``body`` is the JSON object of a POST, ``form`` the parts of an upload."""

    sim: Simulation
    path: str
    query: Mapping[str, str]
    ip: str
    raw: bytes = b""
    body: Json = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""

    def need(self, name: str, code: int) -> str:
        """A query parameter; its absence is refused with ``code``."""
        value = self.query.get(name, "")
        if not value:
            raise Refused(code, f"{name} missing")
        return value


Handler = Callable[[Call], Awaitable[Json]]


@dataclass(frozen=True, slots=True)
class House:
    """How one platform greets, parses and complains.

    ``terse``: an answer of this path that holds something comes without errcode (official account 5.1).
    """

    prefix: str
    wrong_method: Mapping[str, tuple[int, str]]
    identify: Callable[[Call], None]
    admit: Callable[[Call], None]
    parse: Callable[[bytes, str], Json]
    complain: Callable[[Refused, str], str]
    terse: Callable[[str], bool] = lambda path: False


def loads(raw: bytes, code: int, text: str) -> Json:
    """A JSON object in UTF-8, or Refused."""
    try:
        body = json.loads(raw.decode("utf-8"))
    except ValueError as error:
        raise Refused(code, text) from error
    if not isinstance(body, dict):
        raise Refused(code, text)
    return body


def escaped(raw: bytes) -> bool:
    r"""Whether the body holds ``\uXXXX`` escapes, which some calls refuse (40033)."""
    return bool(_ESCAPED.search(raw))


def _said(result: Json, mishap: Mishap | None) -> web.Response:
    """The answer as it arrives: whole, or garbled on the way."""
    if mishap is Mishap.HTML:
        return web.Response(text="<!doctype html><title>上网认证</title>", content_type="text/html")
    if mishap is Mishap.HUGE:
        result = {**result, "padding": " " * _HUGE}
    if mishap is Mishap.ODD:
        result = {**result, "errcode": []}
    text = json.dumps(result, ensure_ascii=False)
    if mishap is Mishap.CUT:
        text = text[: len(text) // 2]
    return web.Response(text=text, content_type="application/json")


def route(
    sim: Simulation,
    house: House,
    method: str,
    path: str,
    handler: Handler,
    *,
    token: bool = True,
    upload: bool = False,
) -> web.RouteDef:
    """The route below ``/wecom`` or ``/wechat``; every method arrives, as the platforms answer 200 to all."""

    async def answer(request: web.Request) -> web.StreamResponse:
        fault = sim.faults.take(path)
        if fault is not None and fault.mishap is Mishap.HTTP:
            sim.wire.note("in", path, "", 0, status=f"HTTP {fault.code}")
            return web.Response(status=fault.code, text="Bad Gateway")
        call = Call(sim, path, request.query, request.remote or "")
        result = await _result(request, call, fault)
        status = "ok" if not result.get("errcode") else str(result["errcode"])
        size = len(call.raw) or (request.content_length or 0)
        sim.wire.note("in", path, describe(call.body), size, status=status)
        if fault is not None and fault.mishap is Mishap.HANG:
            await sim.faults.hanging()
        if fault is not None and fault.mishap in (Mishap.HANG, Mishap.DROP) and request.transport:
            request.transport.abort()
        return _said(result, fault.mishap if fault is not None else None)

    async def _result(request: web.Request, call: Call, fault: Fault | None) -> Json:
        try:
            if upload and request.content_type == "multipart/form-data":
                call.form = await request.post()
            else:
                call.raw = await request.read()
            if fault is not None and fault.mishap is Mishap.ERRCODE:
                raise Refused(fault.code, "system busy" if fault.code == -1 else "injected fault")
            if token:
                house.identify(call)
            if request.method != method:
                raise Refused(*house.wrong_method[method])
            house.admit(call)
            if method == "POST" and not upload:
                call.body = house.parse(call.raw, path)
            found = await handler(call)
            if fault is not None and fault.mishap is Mishap.BUSY:
                raise Refused(fault.code, "system error")
            return found if found and house.terse(path) else {"errcode": 0, "errmsg": "ok", **found}
        except Refused as no:
            return {"errcode": no.code, "errmsg": house.complain(no, call.ip), **no.extra}

    return web.route("*", house.prefix + path, answer)
