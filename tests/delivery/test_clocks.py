"""Clocks that jump, clocks that differ, and a database that is of yesterday: nothing is said twice."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import aiohttp
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot.app import Bot, built
from bot.cli.db import backed_up, resumed
from bot.delivery.rules import DeliveryState
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import delivery, shipment
from bot.duties.tables import occurrence
from bot.errors import Refusal
from tests.delivery.house import written
from tests.delivery.post import CAMPUS, SEND, Post
from tests.delivery.yard import seed
from tests.postgres import found_binaries

EVERYBODY = ("2301001", "2301002", "T1001", "T1003", "T1004", "T1005")
USERIDS = ("s2301001", "s2301002", "su", "chen", "wu", "qin")


def said(post: Post) -> Counter[str]:
    """How often each phone shows each text."""
    return Counter(
        f"{userid} {b.seen}" for userid in USERIDS for b in post.member(userid).bubbles if not b.mine
    )


async def test_a_day_forward_and_back(post: Post) -> None:
    """What was launched while the clock was wrong is not launched again; what is new leaves at once."""
    await post.stage.rings()
    for number in range(12):
        await post.queue(f"第{number}条。", EVERYBODY[number % 6])
    post.stage.sim.faults.drop(SEND, times=2)
    await post.stage.bot.courier.round()
    await post.passes(days=1)
    await post.stage.rings()
    before, known = said(post), await occurrences(post)
    assert len(known) > 1, "a day of duties"
    await post.passes(days=-1)
    for hour in range(30):
        post.stage.clock.turn(timedelta(hours=1))
        await post.stage.rings()
        if hour == 0:
            await post.queue("现在的话", "2301001")
            await post.sends()
            assert post.seen(post.lin, "现在的话") == 1
    after = said(post)
    assert max(after.values()) == 1, [text for text, count in after.items() if count > 1]
    assert before.keys() <= after.keys()
    assert set((await occurrences(post)).values()) == {1}
    assert not await post.rows(sa.select(shipment.c.id).where(shipment.c.state.in_(("sending", "waiting"))))


async def test_the_clock_steps_back_during_a_call(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform has it, its answer never comes, and by our clock the call has not been made yet."""
    monkeypatch.setattr("bot.platforms.http.TIMEOUT", aiohttp.ClientTimeout(total=0.6))
    post.stage.sim.faults.hang(SEND)
    await post.queue("请看这一条", "2301001")
    running = asyncio.create_task(post.stage.bot.courier.round())
    while post.seen(post.lin, "请看这一条") == 0:
        await asyncio.sleep(0.01)
    post.stage.clock.turn(timedelta(hours=-6))
    await running
    post.stage.sim.faults.heal()
    assert await post.deliveries() == [(DeliveryState.UNKNOWN, "0")], "nobody can say how long ago it was"
    for _ in range(8):
        await post.passes(hours=1)
    assert post.seen(post.lin, "请看这一条") == 1
    assert len(post.calls(SEND)) == 1


async def occurrences(post: Post) -> dict[str, int]:
    """How often each planned time was launched."""
    same = sa.select(occurrence.c.duty, occurrence.c.planned_at, sa.func.count().label("times")).group_by(
        occurrence.c.duty, occurrence.c.planned_at
    )
    return {f"{row.duty} {row.planned_at}": row.times for row in await post.rows(same)}


@asynccontextmanager
async def two_clocks(post: Post, root: Path) -> AsyncIterator[tuple[Bot, Bot]]:
    """Two workers of one database, fifteen seconds before and behind the platform's time."""
    settings = CAMPUS.settings(post.stage.url, post.stage.bot_url, str(post.stage.bot.settings.database))
    apart = timedelta(seconds=15)
    async with (
        built(settings, root, clock=lambda: post.now + apart, rng=Random(3)) as ahead,
        built(settings, root, clock=lambda: post.now - apart, rng=Random(3)) as behind,
    ):
        yield ahead, behind


async def test_clocks_thirty_seconds_apart(post: Post, root: Path) -> None:
    """Two workers send, lose answers and take over from each other for an hour."""
    number = seed("CLOCK_SEED")
    chance, faults = Random(number), post.stage.sim.faults
    async with two_clocks(post, root) as workers:
        for start in range(0, 60, 12):
            for one in range(start, start + 12):
                await post.queue(f"第{one}条。", EVERYBODY[one % 6])
            faults.drop(SEND, times=chance.randrange(3))
            faults.errcode(SEND, chance.choice((-1, 45009, 45033)), times=chance.randrange(3))
            await asyncio.gather(*(bot.ticker.tick() for bot in workers))
            for _ in range(4):
                await asyncio.gather(*(bot.courier.round() for bot in workers))
                post.stage.clock.turn(timedelta(seconds=chance.uniform(1, 200)))
        for _ in range(8):
            await asyncio.gather(*(bot.courier.round() for bot in workers))
            post.stage.clock.turn(timedelta(minutes=5))
    heard = said(post)
    assert max(heard.values()) == 1, (number, [text for text, count in heard.items() if count > 1])
    assert sum("条。" in text for text in heard) == 60, number
    states = {state for state, _ in await post.deliveries()}
    assert not states & {DeliveryState.UNKNOWN, DeliveryState.DEAD}, (number, states)


async def test_a_lease_of_the_slower_clock_still_covers_a_call(post: Post, root: Path) -> None:
    """The faster one sees it end half a minute early, a minute and a half after it began, and not before."""
    await post.queue("请看这一条", "2301001")
    post.stage.clock.turn(timedelta(seconds=15))
    async with two_clocks(post, root) as (ahead, behind):
        async with behind.database.begin() as tx:
            rows = CourierRows(tx)
            await rows.hold(await rows.claim("campus", behind.clock(), 10, urgent=True), behind.clock())
        post.stage.clock.turn(timedelta(seconds=89))
        await ahead.courier.drain()
        assert post.calls(SEND) == []
        post.stage.clock.turn(timedelta(seconds=2))
        await ahead.courier.drain()
        assert post.seen(post.lin, "请看这一条") == 1


async def test_a_backup_of_the_middle_of_a_fan_out(post: Post, root: Path, tmp_path: Path) -> None:
    """Taken while messages are due, held, in the air or refused for now; brought back after all have left."""
    for number in range(24):
        await post.queue(f"第{number}条。", EVERYBODY[number % 6])
    await post.launched("weekly-reminder")
    post.stage.sim.faults.errcode(SEND, -1, times=2)
    post.stage.sim.faults.drop(SEND, times=3)
    await post.stage.bot.courier.round()
    for number in range(24, 36):
        await post.queue(f"第{number}条。", EVERYBODY[number % 6])
    async with post.stage.bot.database.begin() as tx:
        rows = CourierRows(tx)
        await rows.hold(await rows.claim("campus", post.now, 5, urgent=True), post.now)
    under_way = Counter(state for state, _ in await post.deliveries())
    assert {DeliveryState.DUE, DeliveryState.LEASED, DeliveryState.SENT} <= under_way.keys()
    settings = CAMPUS.settings(post.stage.url, post.stage.bot_url, str(post.stage.bot.settings.database))
    copy = await restored(post, written(settings, tmp_path), tmp_path)
    for _ in range(4):
        await post.passes(minutes=5)
    seen, calls = said(post), len(post.calls(SEND))
    assert sum("条。" in text for text in seen) == 36
    again = settings.model_copy(update={"database": copy})
    async with built(again, root, clock=post.stage.clock, rng=Random(3)) as bot:
        for _ in range(6):
            await bot.courier.drain()
            post.stage.clock.turn(timedelta(hours=1))
        assert len(post.calls(SEND)) == calls, "paused, whatever was in the air"
        said_so = await resumed(written(again, tmp_path), [], send=False)
        assert any("可能已经发过，不再发送" in line for line in said_so), said_so
        for _ in range(6):
            await bot.courier.drain()
            post.stage.clock.turn(timedelta(hours=1))
        assert len(post.calls(SEND)) == calls, "and not afterwards"
        async with bot.database.reading() as tx:
            open_ = await tx.rows(sa.select(delivery.c.state).where(delivery.c.state.in_(("due", "leased"))))
        assert open_ == []
    assert said(post) == seen


async def restored(post: Post, settings: Path, folder: Path) -> str:
    """The address of a database as it is at this moment, by the way that ``db backup`` shows."""
    database, target = post.stage.bot.database, folder / "copy.db"
    if database.is_sqlite:
        await backed_up(settings, target)
        return f"sqlite+aiosqlite:///{target}"
    binaries = found_binaries()
    host, name = str(database.url.query.get("host", "")), str(database.url.database)
    if binaries is None or not host.startswith("/"):
        pytest.skip("a dump needs pg_dump and a server on this machine")
    with pytest.raises(Refusal) as shown:
        await backed_up(settings, target)
    for words in (
        ["pg_dump", "--format=custom", f"--file={target}", name],
        ["createdb", f"{name}_copy"],
        ["pg_restore", "-d", f"{name}_copy", str(target)],
    ):
        process = await asyncio.create_subprocess_exec(
            binaries / words[0], "-h", host, "-U", "test", *words[1:]
        )
        assert await process.wait() == 0, words
    url = database.url.set(database=f"{name}_copy").render_as_string(hide_password=False)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        statements = re.findall(r'-c "([^"]+)"', shown.value.sentence)
        assert len(statements) == 3, "one for each account"
        for statement in statements:
            await connection.execute(sa.text(statement))
    await engine.dispose()
    return url
