"""The front door answers what is whole and usual; for everything else nobody can tell that it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from bot.committer import Committer
from bot.messages import Inbound, Reply
from bot.platforms.envelope import Envelope, sign
from bot.platforms.wecom.codec import WecomCodec
from bot.simulator.stage import free_port
from bot.web.callbacks import Callbacks
from bot.web.front import listening, usual

CORP, TOKEN, KEY = "ww0123456789abcdef", "QDG6eK", "A" * 43
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
ENVELOPE = Envelope(TOKEN, KEY, CORP)
HEAD = "Host: bot\r\nUser-Agent: Mozilla/4.0\r\nContent-Type: text/xml\r\n"


def callback(said: str, message: int, head: str = HEAD, signature: str = "") -> bytes:
    plain = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[u{message}]]></FromUserName>"
        f"<CreateTime>{STAMP}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{said}]]></Content><MsgId>{message}</MsgId><AgentID>1</AgentID></xml>"
    )
    sealed = ENVELOPE.encrypt(plain.encode(), b"0123456789abcdef")
    body = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    query = f"msg_signature={signature or sign(TOKEN, STAMP, 'n', sealed)}&timestamp={STAMP}&nonce=n"
    length = f"Content-Length: {len(body)}\r\n"
    return f"POST /callback/campus?{query} HTTP/1.1\r\n{head}{length}\r\n{body}".encode()


class Talk:
    """A connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0.02)

    async def hears(self) -> tuple[int, bool, str]:
        """Status, whether aiohttp answered, and the words."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        body = await self._reader.readexactly(length)
        sealed = body.partition(b"<Encrypt><![CDATA[")[2].partition(b"]]>")[0].decode()
        text = ENVELOPE.decrypt(sealed).decode() if sealed else body.decode()
        said = text.partition("<Content><![CDATA[")[2].partition("]]>")[0]
        return int(head[9:12]), "\r\nServer:" in head, said or text

    async def ended(self) -> bool:
        return await self._reader.read() == b""


Dial = Callable[[], Awaitable[Talk]]
Receive = Callable[[Sequence[Inbound]], Awaitable[list[Reply]]]


async def echo(batch: Sequence[Inbound]) -> list[Reply]:
    return [Reply(one.text + "！") for one in batch]


@asynccontextmanager
async def house(receive: Receive = echo) -> AsyncIterator[Dial]:
    committer = Committer(receive)
    committer.start()
    codec = WecomCodec("campus", CORP, TOKEN, KEY, 1)
    callbacks = Callbacks({"campus": codec}, committer, lambda: NOW)
    app = web.Application()
    app.router.add_post("/callback/{account}", callbacks.receive)
    app.router.add_get("/healthz", alive)
    port = free_port("127.0.0.1")

    async def dial() -> Talk:
        return Talk(*await asyncio.open_connection("127.0.0.1", port))

    async with listening(app, callbacks, "127.0.0.1", port):
        yield dial
    await committer.close()


async def alive(_: web.Request) -> web.Response:
    return web.Response(text="ok")


async def test_usual_callbacks_are_answered_at_the_door_one_after_the_other() -> None:
    async with house() as dial:
        talk = await dial()
        for number in range(3):
            await talk.send(callback(f"第{number}", number))
            assert await talk.hears() == (200, False, f"第{number}！")


async def test_a_request_in_pieces_is_answered_the_same() -> None:
    whole = callback("你好", 1)
    async with house() as dial:
        for at in (1, 20, 200, whole.index(b"\r\n\r\n") + 4, len(whole) - 1):
            talk = await dial()
            await talk.send(whole[:at], whole[at:])
            assert await talk.hears() == (200, True, "你好！")


async def test_pages_and_callbacks_may_share_a_connection() -> None:
    """As they do behind a proxy that keeps its connections."""
    async with house() as dial:
        talk = await dial()
        await talk.send(callback("一", 1))
        assert await talk.hears() == (200, False, "一！")
        await talk.send(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        assert await talk.hears() == (200, True, "ok")
        await talk.send(callback("二", 2))
        assert await talk.hears() == (200, True, "二！")


async def test_what_comes_before_the_answer_waits_its_turn() -> None:
    """Whether the next ones are usual, pages, or cut in pieces."""
    gate = asyncio.Event()

    async def slowly(batch: Sequence[Inbound]) -> list[Reply]:
        await gate.wait()
        return await echo(batch)

    async with house(slowly) as dial:
        talk, other, third = await dial(), await dial(), await dial()
        second = callback("二", 2)
        await talk.send(callback("一", 1), second[:50], second[50:])
        await other.send(callback("三", 3), b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        await third.send(callback("四", 4) + callback("五", 5))
        gate.set()
        assert [(await talk.hears())[2] for _ in range(2)] == ["一！", "二！"]
        assert [(await other.hears())[2] for _ in range(2)] == ["三！", "ok"]
        assert [(await third.hears())[2] for _ in range(2)] == ["四！", "五！"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (callback("甲", 1, signature="0" * 40), 403),
        (callback("甲", 1).replace(b"campus", b"nobody"), 404),
        (callback("甲", 1).replace(b"HTTP/1.1", b"HTTP/9.z"), 400),
        (b"POST /callback/campus?nonce=n HTTP/1.1\r\nHost: bot\r\nContent-Length: 300000\r\n\r\n", 413),
        (b"POST /callback/campus?nonce=n HTTP/1.1\r\nHost: bot\r\nContent-Length: 0\r\n\r\n", 403),
    ],
)
async def test_what_is_wrong_is_told_by_aiohttp(request_: bytes, status: int) -> None:
    async with house() as dial:
        talk = await dial()
        await talk.send(request_)
        assert (await talk.hears())[:2] == (status, True)


async def test_a_long_body_is_refused_whether_or_not_it_says_how_long_it_is() -> None:
    """Nothing vouches for it: not 200, as what is authentic gets."""
    head = b"POST /callback/campus?nonce=n HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with house() as dial:
        talk = await dial()
        await talk.send(head + b"%x\r\n%s\r\n0\r\n\r\n" % (300_000, b"x" * 300_000))
        assert (await talk.hears())[:2] == (413, True)


async def test_who_hangs_up_before_the_answer_costs_nobody_else_theirs() -> None:
    gate = asyncio.Event()

    async def slowly(batch: Sequence[Inbound]) -> list[Reply]:
        await gate.wait()
        return await echo(batch)

    async with house(slowly) as dial:
        gone, stays = await dial(), await dial()
        await asyncio.gather(gone.send(callback("走", 1)), stays.send(callback("留", 2)))
        gone.writer.transport.abort()
        await asyncio.sleep(0.05)
        gate.set()
        assert await stays.hears() == (200, False, "留！")


async def test_a_commit_that_fails_is_500_and_only_for_its_own_message() -> None:
    async def sometimes(batch: Sequence[Inbound]) -> list[Reply]:
        if any(one.text == "坏" for one in batch):
            raise OSError("no room")
        return await echo(batch)

    async with house(sometimes) as dial:
        bad, good = await dial(), await dial()
        bad.writer.write(callback("坏", 1))
        good.writer.write(callback("好", 2))
        assert await good.hears() == (200, False, "好！")
        assert (await bad.hears())[0] == 500
        assert await bad.ended()


async def test_stopping_answers_what_was_accepted() -> None:
    gate = asyncio.Event()

    async def slowly(batch: Sequence[Inbound]) -> list[Reply]:
        await gate.wait()
        return await echo(batch)

    async with house(slowly) as dial:
        waits, idle = await dial(), await dial()
        await waits.send(callback("还在", 1))
        asyncio.get_running_loop().call_later(0.2, gate.set)
    assert await waits.hears() == (200, False, "还在！")
    assert await waits.ended()
    assert await idle.ended()


async def test_a_late_answer_is_503_while_the_turn_goes_on() -> None:
    gate, kept = asyncio.Event(), list[str]()

    async def slowly(batch: Sequence[Inbound]) -> list[Reply]:
        await gate.wait()
        kept.extend(one.text for one in batch)
        return await echo(batch)

    async with house(slowly) as dial:
        talk = await dial()
        begun = asyncio.get_running_loop().time()
        await talk.send(callback("慢", 1))
        assert (await talk.hears())[0] == 503
        assert 4.4 < asyncio.get_running_loop().time() - begun < 5
        assert await talk.ended()
        before = counted("answered"), counted("late")
        gate.set()
        await asyncio.sleep(0.05)
    assert kept == ["慢"]
    assert (counted("answered"), counted("late")) == before, "it was late, and is not counted as answered too"


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("kdb_callbacks_total", {"account": "campus", "outcome": outcome}) or 0


NASTY = (
    "Transfer-Encoding: chunked\r\n",
    "transfer-encoding : chunked\r\n",
    "Content-Length: 5\r\n",
    "Content-Length : 5\r\n",
    "X: y\nTransfer-Encoding: chunked\r\n",
    "X: y\rContent-Length: 5\r\n",
    " folded: 1\r\n",
    "Expect: 100-continue\r\n",
    "Connection: close\r\n",
    "Host: other\r\n",
    "Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "Content-Encoding: gzip\r\n",
    "X: \r\n\r\n",
    "X-Forwarded-For: 10.0.0.1\r\n",
    "Connection: keep-alive\r\n",
    "Accept-Encoding: gzip, deflate\r\n",
    "X-Real: transfer-encoding\r\n",
)


@given(
    heads=st.lists(st.sampled_from(NASTY), max_size=4),
    tail=st.sampled_from([b"", b"", b"x", b"POST / HTTP/1.1\r\n\r\n"]),
    cut=st.integers(0, 3),
    hit=st.tuples(st.integers(0, 400), st.sampled_from([b"", b"\n", b"\r", b"\x00", b" ", b":"])),
)
async def test_whatever_the_door_takes_aiohttp_reads_the_same(
    heads: list[str], tail: bytes, cut: int, hit: tuple[int, bytes]
) -> None:
    data = callback("甲", 1, HEAD + "".join(heads))
    data = data[: hit[0]] + hit[1] + data[hit[0] :] + tail
    data = data[: len(data) - cut]
    found = usual(data)
    if found is None:
        return
    loop = asyncio.get_running_loop()
    parser = HttpRequestParser(BaseProtocol(loop), loop, 2**16)
    messages, upgraded, rest = parser.feed_data(data)
    assert (len(messages), upgraded, rest) == (1, False, b"")
    message, payload = messages[0]
    assert not message.should_close
    assert not message.chunked
    assert message.compression is None
    assert message.url.raw_path == f"/callback/{found[0]}"
    assert message.path.partition("?")[2] == found[1]
    assert payload.is_eof()
    assert (await payload.read() if found[2] else b"") == found[2]
