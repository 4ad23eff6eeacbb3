"""Thirty a minute for one member, whoever sends: couriers, processes and lanes draw on one budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.actions_attention import admit
from bot.delivery.store_courier import CourierRows
from bot.messages import Urgency
from tests.delivery.post import SEND, Post
from tests.delivery.test_two_couriers import workers

SOLICITED, ROUTINE = Urgency.SOLICITED, Urgency.ROUTINE


def shown(post: Post) -> int:
    """How many of the numbered messages are on the phone; one that the platform dropped is on none."""
    return sum("号条" in bubble.seen for bubble in post.lin.bubbles)


async def queue(post: Post, first: int, last: int, urgency: Urgency = SOLICITED) -> None:
    for number in range(first, last + 1):
        await post.queue(f"第{number:02}号条", "2301001", urgency=urgency)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("second", [SOLICITED, ROUTINE])
async def test_what_another_has_in_the_air_is_counted(post: Post, root: Path, second: Urgency) -> None:
    """29 are on the phone and one is on its way: whoever looks meanwhile has none left to send."""
    await queue(post, 1, 29)
    await post.sends()
    async with workers(post, root) as (one, other):
        post.stage.sim.faults.hang(SEND, times=1)
        await queue(post, 30, 30)
        sending = asyncio.create_task(one.courier.round())
        await until(lambda: len(post.calls(SEND)) == 30)
        await queue(post, 31, 31, second)
        await asyncio.wait_for(other.courier.drain(), 20)
        assert len(post.calls(SEND)) == 30, "one more than the platform shows"
        post.stage.sim.faults.heal()
        await sending
    await post.passes(seconds=61)
    assert shown(post) == 31, "the platform dropped none"


@pytest.mark.parametrize("second", [SOLICITED, ROUTINE])
async def test_what_another_decides_about_is_counted(post: Post, root: Path, second: Urgency) -> None:
    """Neither has said yet what it will send; together it is never more than thirty."""
    if post.stage.bot.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    school = post.stage.bot.school
    async with workers(post, root) as (one, other):
        async with one.database.begin() as first, other.database.begin() as later:
            mine, theirs = CourierRows(first), CourierRows(later)
            await queue(post, 1, 30)
            held = await mine.claim("campus", post.now, 30, urgent=True)
            more = 1 if second is ROUTINE else 30
            await queue(post, 31, 30 + more, second)
            taken = await theirs.claim("campus", post.now, 30, urgent=second is SOLICITED)
            assert (len(held), len(taken)) == (30, more)
            going = len(await admit(theirs, school, taken, post.now))
            going += len(await admit(mine, school, held, post.now))
            assert going <= 30
        for _ in range(3):
            await asyncio.gather(*(bot.courier.drain() for bot in (one, other)))
            assert shown(post) == len(post.calls(SEND)), "the platform dropped none"
            post.stage.clock.turn(timedelta(seconds=61))
    assert shown(post) == 30 + more
