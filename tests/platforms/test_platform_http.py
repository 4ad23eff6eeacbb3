"""What a failed call means: sent or not, answered or not."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import PlatformError, Verdict
from bot.messages import Text
from bot.platforms.http import Http
from bot.platforms.wecom.client import WecomClient

from .cast import LI_MING, OK, SEND
from .conftest import FakePlatform


async def test_a_stale_token_is_replaced_once_then_the_account_stops(
    app: WecomClient, platform: FakePlatform
) -> None:
    stale = {"errcode": 42001, "errmsg": "access_token expired"}
    packed = app.pack([LI_MING], Text("在吗"), key="s", media={})
    platform.answers_with(SEND, stale, OK)
    await app.send(packed)
    assert [query["access_token"] for query, _ in platform.asked(SEND)] == ["T1", "T2"]
    platform.answers_with(SEND, stale)
    with pytest.raises(PlatformError) as caught:
        await app.send(packed)
    assert caught.value.verdict is Verdict.STOP
    assert len(platform.asked(SEND)) == 4


@pytest.mark.parametrize(
    ("code", "verdict"),
    [(81013, Verdict.DROP), (45009, Verdict.WAIT), (-1, Verdict.RETRY), (60020, Verdict.STOP)],
)
async def test_an_errcode_is_a_verdict(
    app: WecomClient, platform: FakePlatform, code: int, verdict: Verdict
) -> None:
    platform.answers_with(SEND, {"errcode": code, "errmsg": "hint: [1], from ip: 192.0.2.7"})
    with pytest.raises(PlatformError) as caught:
        await app.send(app.pack([LI_MING], Text("在吗"), key="s", media={}))
    assert (caught.value.verdict, caught.value.code) == (verdict, code)


async def test_what_was_sent_and_not_answered_is_unknown(app: WecomClient, platform: FakePlatform) -> None:
    def dropped(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def broken(_request: web.Request) -> web.Response:
        return web.Response(text="<html>")

    def gateway(_request: web.Request) -> web.Response:
        return web.Response(status=504)

    def busy(_request: web.Request) -> web.Response:
        return web.Response(status=503)

    def endless(_request: web.Request) -> web.Response:
        return web.Response(text='{"errcode": 0, "padding": "' + " " * (5 << 20) + '"}')

    lost = (dropped, broken, gateway, endless)
    for answer, verdict in (*((one, Verdict.UNKNOWN) for one in lost), (busy, Verdict.RETRY)):
        platform.answers_with(SEND, answer)
        with pytest.raises(PlatformError) as caught:
            await app.send(app.pack([LI_MING], Text("在吗"), key="s", media={}))
        assert caught.value.verdict is verdict
        assert "access_token" not in str(caught.value)


async def test_what_never_left_may_be_repeated(session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    http = Http(session, f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(PlatformError) as caught:
        await http.post("/x", {"access_token": "SECRET"}, b"{}")
    assert caught.value.verdict is Verdict.WAIT, "the line is down, which is no fault of the message"
    assert "SECRET" not in str(caught.value)
    with pytest.raises(PlatformError) as caught:
        await Http(session, "not a url").post("/x", {}, b"{}")
    assert caught.value.verdict is Verdict.STOP


async def test_a_slow_answer_is_unknown(
    platform: FakePlatform, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return web.json_response(OK)

    monkeypatch.setattr("bot.platforms.http.TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    platform.answers_with("/slow", slow)
    with pytest.raises(PlatformError) as caught:
        await http.post("/slow", {}, b"{}")
    assert caught.value.verdict is Verdict.UNKNOWN
    with pytest.raises(PlatformError) as caught:
        await http.get("/slow", {})
    assert caught.value.verdict is Verdict.RETRY


async def test_a_large_file_has_more_time_than_a_call(
    platform: FakePlatform, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        await request.read()
        return web.json_response(OK)

    monkeypatch.setattr("bot.platforms.http.TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    platform.answers_with("/upload", slow)
    assert await http.upload("/upload", {}, "一封信.pdf", bytes(1 << 19)) == OK
    with pytest.raises(PlatformError) as caught:
        await http.upload("/upload", {}, "图.png", bytes(6))
    assert caught.value.verdict is Verdict.RETRY


async def test_a_picture_is_read_to_its_end(session: aiohttp.ClientSession) -> None:
    """It comes in pieces, with pauses between them; one that has no end is refused, not cut."""
    whole = b"\x89PNG\r\n\x1a\n" + b"x" * 300_000

    async def pieces(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for start in range(0, len(whole), 100_000):
            await response.write(whole[start : start + 100_000])
            await asyncio.sleep(0.02)
        return response

    app = web.Application()
    app.router.add_get("/code.png", pieces)
    async with TestServer(app) as server:
        http, address = Http(session, "http://127.0.0.1"), str(server.make_url("/code.png"))
        assert await http.picture(address) == whole
        with pytest.raises(PlatformError) as caught:
            await http.picture(address, most=200_000)
    assert caught.value.verdict is Verdict.RETRY
