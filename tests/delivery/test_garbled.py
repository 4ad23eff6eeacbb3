"""What comes back is no answer, or nobody is there: every client, every way in which a line can fail."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa

from bot.app import Bot, built
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import account_state, shipment
from bot.messages import Address, Content, Notice, Realm, Text, Urgency
from bot.simulator.campus import APP, CORP
from bot.simulator.faults import Mishap
from tests.delivery.house import self_signed
from tests.delivery.post import CAMPUS, CUSTOM, NOTICE, SEND, TEMPLATE, WEBHOOK, Post

PATHS = {"app": SEND, "notice": NOTICE, "template": TEMPLATE, "customer": CUSTOM, "webhook": WEBHOOK}
REPEATED = ("app", "notice", "template")  # their platforms notice a repeat
WAYS: dict[str, tuple[str, Address, Content]] = {
    "app": ("campus", Address.member(CORP, "s2301001"), Text("给学生的话")),
    "notice": ("campus", Address.parent(CORP, "p_lin_ma"), Text("给家长的话")),
    "template": ("public", Address.follower(APP, "oLin"), Notice("给关注者的信", "两分钟", "https://x.cn/a/x")),
    "customer": ("public", Address.follower(APP, "oFang"), Text("给方方的话")),
    "webhook": ("staffroom", Address("staffroom", Realm.GROUP, "staffroom"), Text("给工作群的话")),
}


async def queue_all(post: Post, *only: str) -> None:
    """One message by each client; 方方 wrote just now, so she may be written to."""
    await post.follower("oFang").says("你好")
    async with post.work() as work:
        for way in only or WAYS:
            account, to, content = WAYS[way]
            work.outbox.queue(
                key=f"way/{way}", account=account, address=to.key, person=0, content=content,
                urgency=Urgency.SOLICITED, not_before=post.now,
            )  # fmt: skip


async def ends(post: Post) -> dict[str, str]:
    """The state of each way's message."""
    rows = await post.rows(sa.text("select key, state from delivery where key like 'way/%'"))
    return {row.key.removeprefix("way/"): row.state for row in rows}


def shown(post: Post) -> dict[str, int]:
    """How often each message was seen by whom it was for."""
    return {
        "app": post.seen(post.lin, "给学生的话"),
        "notice": post.seen(post.parent("p_lin_ma"), "给家长的话"),
        "template": post.seen(post.follower("oLin"), "给关注者的信"),
        "customer": post.seen(post.follower("oFang"), "给方方的话"),
        "webhook": post.seen(post.member("wu"), "给工作群的话"),
    }


@pytest.mark.parametrize("mishap", [Mishap.DROP, Mishap.HTML, Mishap.CUT, Mishap.HUGE, Mishap.ODD])
async def test_accepted_but_the_answer_cannot_be_read(post: Post, mishap: Mishap) -> None:
    """Repeated where the platform notices it, else unknown after one call; seen once by everybody."""
    for path in PATHS.values():
        post.stage.sim.faults.garble(path, mishap)
    await queue_all(post)
    await post.sends()
    assert post.stage.sim.faults.waiting() == 0, "every client met its trouble"
    await post.passes(minutes=4)
    await post.passes(hours=5)
    assert await ends(post) == {way: "sent" if way in REPEATED else "unknown" for way in WAYS}
    assert {way: len(post.calls(path)) for way, path in PATHS.items()} == {
        way: 2 if way in REPEATED else 1 for way in WAYS
    }
    assert shown(post) == dict.fromkeys(WAYS, 1)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_gateway_does_not_know_what_happened_behind_it(post: Post, status: int) -> None:
    """So what nobody would notice twice is not sent twice."""
    for path in PATHS.values():
        post.stage.sim.faults.http(path, status)
    await queue_all(post)
    await post.sends()
    await post.passes(minutes=4)
    assert await ends(post) == {way: "sent" if way in REPEATED else "unknown" for way in WAYS}


async def test_only_503_says_that_nothing_was_done(post: Post) -> None:
    for path in PATHS.values():
        post.stage.sim.faults.http(path, 503)
    await queue_all(post)
    await post.sends()
    await post.passes(minutes=4)
    assert await ends(post) == dict.fromkeys(WAYS, "sent")
    assert shown(post) == dict.fromkeys(WAYS, 1)


@asynccontextmanager
async def elsewhere(post: Post, root: Path, change: Callable[[str], str]) -> AsyncIterator[Bot]:
    """A second worker which looks for the platforms at another address."""
    url = change(post.stage.url)
    settings = CAMPUS.settings(url, post.stage.bot_url, str(post.stage.bot.settings.database))
    async with built(settings, root, clock=post.stage.clock, rng=Random(3)) as bot:
        yield bot


async def rests(post: Post) -> set[str]:
    """The accounts that wait for something."""
    rows = await post.rows(sa.select(account_state.c.account).where(account_state.c.not_before > post.now))
    return {row.account for row in rows}


async def test_the_name_is_not_found_for_two_hours(
    post: Post, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS fails and comes back: nothing is given up, nothing doubled, and calls are not made in vain."""
    really, broken, asked = socket.getaddrinfo, [True], []

    def look_up(host: Any, *args: Any, **more: Any) -> Any:
        if host != "platform.invalid":
            return really(host, *args, **more)
        asked.append(host)
        if broken[0]:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return really("127.0.0.1", *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with elsewhere(post, root, lambda url: url.replace("127.0.0.1", "platform.invalid")) as bot:
        await queue_all(post, "app", "notice", "template", "webhook")
        for number in range(40):
            await post.queue(f"第{number}条。", "2301002")
        for _ in range(24):
            await bot.courier.drain()
            post.stage.clock.turn(timedelta(minutes=5))
        assert len(asked) < 24 * 12, "an account whose line is down rests"
        assert {state for state, _ in await post.deliveries()} <= {DeliveryState.LEASED, DeliveryState.DUE}
        broken[0] = False
        await queue_all(post, "customer")
        for _ in range(3):
            await bot.courier.drain()
            post.stage.clock.turn(timedelta(minutes=1))
    assert {state for state, _ in await post.deliveries()} == {DeliveryState.SENT}
    assert set(await post.attempts()) == {1}
    assert shown(post) == dict.fromkeys(WAYS, 1)
    assert [post.seen(post.zhou, f"第{number}条。") for number in range(40)] == [1] * 40


@pytest.mark.parametrize("trouble", ["not signed", "no tls"])
async def test_a_line_that_cannot_be_trusted_carries_nothing(
    post: Post, root: Path, tmp_path: Path, trouble: str
) -> None:
    """A broken certificate, or no TLS at all: not a byte of a message leaves, and later all is well."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    self_signed(tmp_path)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(
        listen, "127.0.0.1", 0, ssl=context if trouble == "not signed" else None
    )
    port = server.sockets[0].getsockname()[1]
    async with elsewhere(post, root, lambda _: f"https://127.0.0.1:{port}") as bot:
        await queue_all(post)
        await bot.courier.drain()
        assert await rests(post) == {"campus", "public", "staffroom"}
    server.close()
    assert not any(b"POST" in one or b"GET" in one for one in heard)
    await post.passes(minutes=2)
    assert await ends(post) == dict.fromkeys(WAYS, "sent")
    assert shown(post) == dict.fromkeys(WAYS, 1)


async def test_the_platform_hangs_for_a_whole_hour(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """No tokens, then no answers to what it takes: rounds stay short, and in the end all is known."""
    monkeypatch.setattr("bot.platforms.http.TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    everybody = ("2301001", "2301002", "T1001", "T1003", "T1004", "T1005")
    faults, loop = post.stage.sim.faults, asyncio.get_running_loop()
    for path in (SEND, "/cgi-bin/gettoken", "/cgi-bin/stable_token"):
        faults.hang(path, times=1000)
    await queue_all(post)
    for number in range(24):
        await post.queue(f"第{number}条。", everybody[number % 6])
    for number in range(6):
        before = loop.time()
        await post.stage.bot.courier.round()
        assert loop.time() - before < 6, "and no round takes as long as its calls one after another"
        if number == 0:
            assert len(post.calls("/cgi-bin/gettoken")) <= 2, "calls that wait for a token wait together"
            assert post.calls(SEND) == post.calls(CUSTOM) == []
            assert await rests(post) == {"campus", "public"}
        if number == 1:
            faults.heal()
            faults.hang(SEND, times=1000)
        post.stage.clock.turn(timedelta(minutes=10))
    assert not {DeliveryState.UNKNOWN, DeliveryState.DEAD} & {state for state, _ in await post.deliveries()}
    faults.heal()
    for _ in range(8):
        await post.passes(minutes=15)
    phones = [b.seen for userid in ("s2301001", "s2301002", "su", "chen", "wu", "qin")
              for b in post.member(userid).bubbles]  # fmt: skip
    assert [phones.count(f"第{number}条。") for number in range(24)] == [1] * 24
    assert shown(post) == dict.fromkeys(WAYS, 1)
    assert {state for state, _ in await post.deliveries()} == {DeliveryState.SENT}
    assert not await post.rows(sa.select(shipment.c.id).where(shipment.c.state != "done"))
