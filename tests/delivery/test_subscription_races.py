"""One follower, several couriers: one acceptance is one message, and never two calls at once (43108)."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
import sqlalchemy as sa

from bot.delivery.courier import Courier
from bot.delivery.ledger import Ledger
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import subscription_call
from bot.messages import Notice, Urgency
from tests.delivery.post import SUBSCRIBE, TEMPLATE, Post

UNKNOWN = DeliveryState.UNKNOWN


def letter(number: int = 1) -> Notice:
    return Notice(f"第{number}封信", "两分钟读完", "https://example.edu.cn/a/x")


def another(post: Post, seed: int) -> Courier:
    """The courier of another process."""
    bot = post.stage.bot
    return Courier(bot.database, bot.lines.clients, lambda: bot.school, bot.clock, Random(seed), Ledger())


async def under_way(post: Post) -> int:
    return len(await post.rows(sa.select(subscription_call.c.address)))


async def test_two_workers_one_acceptance_one_message(post: Post) -> None:
    """A courier of another process holds a call to the same follower: ours waits and then sees none left."""
    await post.accepts()
    for number in range(6):
        urgency = Urgency.SOLICITED if number % 2 else Urgency.ROUTINE
        await post.queue(letter(number), openid="oZheng", urgency=urgency)
    couriers = [another(post, n) for n in range(4)]
    await asyncio.gather(*(courier.drain() for courier in couriers))
    await post.passes(minutes=3)
    assert post.calls(SUBSCRIBE) == ["ok"], "no 43101, no 43108"
    shown = [post.seen(post.follower("oZheng"), f"第{n}封信") for n in range(6)]
    assert shown == [1] * 6
    assert len(post.calls(TEMPLATE)) == 5


async def test_many_acceptances_leave_one_after_the_other(post: Post) -> None:
    await post.accepts(times=6)
    for number in range(6):
        await post.queue(letter(number), openid="oZheng", urgency=Urgency.SOLICITED)
    couriers = [another(post, n) for n in range(3)]
    for _ in range(8):
        await asyncio.gather(*(courier.drain() for courier in couriers))
        await post.passes(seconds=20)
    assert post.calls(SUBSCRIBE) == ["ok"] * 6, "43108 was never provoked"
    assert await post.accepted() == 0


async def test_a_courier_that_died_in_the_call_blocks_nobody(post: Post) -> None:
    """Its shipment is unknown after the lease; the next message goes its own way."""
    await post.accepts(times=2)
    await post.queue(letter(1), openid="oZheng")
    gone = another(post, 1)

    async def dies(shipment: object) -> object:
        raise asyncio.CancelledError

    gone._crew._send = dies  # type: ignore[method-assign,assignment]
    with pytest.raises(asyncio.CancelledError):
        await gone.round()
    assert (await post.accepted(), await under_way(post)) == (1, 1)
    await post.queue(letter(2), openid="oZheng")
    await post.sends()
    assert post.calls(SUBSCRIBE) == [], "the second waits for what may be under way"
    await post.passes(minutes=3)
    await post.passes(seconds=30)
    assert post.calls(SUBSCRIBE) == ["ok"]
    assert (UNKNOWN, "0") in await post.deliveries()
    assert (await post.accepted(), await under_way(post)) == (0, 0)
