"""The database goes away, or its disk is full, in the middle of sending."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy import event

from bot.app import working
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import delivery, shipment
from tests.delivery.post import SEND, Post

SENT = DeliveryState.SENT


async def test_postgresql_restarts_in_the_middle(post: Post) -> None:
    """Every connection is cut while messages are on their way; nothing is lost, nothing comes twice."""
    database = post.stage.bot.database
    if database.is_sqlite:
        pytest.skip("a server that can restart")
    for number in range(80):
        await post.queue(f"第{number}条。", "2301001" if number % 2 else "2301002")
    running = asyncio.create_task(post.stage.bot.courier.run(0.05))
    while len(post.calls(SEND)) < 10:
        await asyncio.sleep(0.01)
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
    for _ in range(2):
        other = sa.ext.asyncio.create_async_engine(database.url, isolation_level="AUTOCOMMIT")
        async with other.connect() as connection:
            await connection.execute(sa.text(f"{cut} and pid <> pg_backend_pid()"))
        await other.dispose()
        await asyncio.sleep(0.1)
    for _ in range(60):
        post.stage.clock.turn(timedelta(seconds=20))
        await asyncio.sleep(0.05)
        if not await left_over(post):
            break
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    seen = [post.seen(post.lin if n % 2 else post.zhou, f"第{n}条。") for n in range(80)]
    assert seen == [1] * 80


async def left_over(post: Post) -> int:
    async with post.stage.bot.database.engine.connect() as connection:
        try:
            found = await connection.scalar(
                sa.select(sa.func.count()).where(delivery.c.state.in_(("due", "leased")))
            )
        except sa.exc.DBAPIError:
            return 1
    return int(found or 0)


async def test_the_disk_is_full(post: Post) -> None:
    """SQLite says so; nothing is half done, the log is plain, and it goes on once there is room."""
    database = post.stage.bot.database
    if not database.is_sqlite:
        pytest.skip("one server has one disk; SQLite can be given a small one")
    for number in range(40):
        await post.queue(f"第{number}条。" + "长" * 300, "2301001")
    async with database.reading() as tx:
        pages = await tx.scalar(sa.text("PRAGMA page_count"))

    def small(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    event.listen(database.engine.sync_engine, "connect", small)
    await database.engine.dispose()
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(post.stage.bot.courier.run(0.05))
        await asyncio.sleep(1.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert any("full" in line.get("reason", "") for line in logs), logs
    assert not any("第" in str(line) for line in logs), "a statement's values are people's"
    event.remove(database.engine.sync_engine, "connect", small)
    await database.engine.dispose()
    await post.passes(minutes=3)
    await post.passes(minutes=3)
    assert {post.seen(post.lin, f"第{n}条。") for n in range(40)} == {1}
    assert {state for state, _ in await post.deliveries()} == {SENT}
    assert not await post.rows(sa.select(shipment.c.id).where(shipment.c.state != "done"))


async def test_a_worker_starts_though_its_first_look_at_the_clock_fails(post: Post) -> None:
    """What is wrong with one campaign, or for one moment, keeps nobody else's messages."""
    await post.queue("请看这一条", "2301001")
    async with post.work() as work:
        await work.tx.execute(sa.text("alter table watermark rename to away"))
    async with working(post.stage.bot), asyncio.timeout(20):
        while not post.seen(post.lin, "请看这一条"):
            await asyncio.sleep(0.05)
    assert post.stage.bot.ticked_at, "in three minutes /readyz says that the clock has not rung"
