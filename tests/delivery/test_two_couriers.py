"""Two couriers decide about one person at the same instant: together they keep to what is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.app import Bot, built
from bot.delivery.actions_attention import admit
from bot.delivery.store_courier import CourierRows
from bot.messages import Urgency
from tests.delivery.post import CAMPUS, Post

ROUTINE, ALERT = Urgency.ROUTINE, Urgency.ALERT


@asynccontextmanager
async def workers(post: Post, root: Path) -> AsyncIterator[tuple[Bot, Bot]]:
    settings = CAMPUS.settings(post.stage.url, post.stage.bot_url, str(post.stage.bot.settings.database))
    async with (
        built(settings, root, clock=post.stage.clock, rng=Random(3)) as one,
        built(settings, root, clock=post.stage.clock, rng=Random(4)) as other,
    ):
        yield one, other


@pytest.mark.parametrize("urgency", [ROUTINE, ALERT])
async def test_each_holds_one_of_two_messages(post: Post, root: Path, urgency: Urgency) -> None:
    """One more is allowed: whoever holds the earlier one may send it, the other's waits for that."""
    if post.stage.bot.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    if urgency is ROUTINE:
        await post.queue("第零条。", "2301001", urgency=urgency)
        await post.sends()
    for number in "一二":
        await post.queue(f"第{number}条。", "2301001", urgency=urgency)
    school, urgent = post.stage.bot.school, urgency is ALERT
    async with workers(post, root) as (one, other):
        async with one.database.begin() as first, other.database.begin() as second:
            mine, theirs = CourierRows(first), CourierRows(second)
            held = [await rows.claim("campus", post.now, 1, urgent=urgent) for rows in (mine, theirs)]
            assert len({row.id for rows in held for row in rows}) == 2
            assert await admit(theirs, school, held[1], post.now) == []
            assert len(await admit(mine, school, held[0], post.now)) == 1
        await post.sends()
    assert [post.seen(post.lin, f"第{number}条。") for number in "一二"] == [1, 0]


async def test_what_waited_for_the_other_leaves_next(post: Post, root: Path) -> None:
    """Within the cap both go, however the two couriers meet."""
    async with workers(post, root) as both:
        for week in range(6):
            for number in (0, 1):
                await post.queue(f"第{week}周第{number}条。", "2301001", urgency=ROUTINE)
            await asyncio.gather(*(bot.courier.drain() for bot in both))
            assert [post.seen(post.lin, f"第{week}周第{number}条。") for number in (0, 1)] == [1, 1]
            post.stage.clock.turn(timedelta(days=7))
