"""Stopped or paused in a hurry: what is in the air, what has left, and what people are told about it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from bot.delivery import actions
from bot.delivery.actions_reminders import remind_due
from bot.delivery.rules import DeliveryState, Stopped
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import delivery, shipment
from bot.messages import Urgency
from bot.people.tables import contact
from bot.simulator.ears import Speaker
from tests.delivery.post import CUSTOM, SEND, Post

RECALL = "/cgi-bin/message/recall"
THREE = ("s2301001", "s2301002", "su")


async def test_stopping_counts_people_and_not_messages(post: Post) -> None:
    """Both had the test and a reminder of it; only the reminder is young enough to be taken back."""
    campaign = await post.launched("term-test")
    await post.sends()
    await post.passes(days=11)
    async with post.work() as work:
        assert await remind_due(work, post.stage.bot.school, post.now) == 2
    await post.sends()
    async with post.work() as work:
        assert await actions.stop(work, campaign, post.now) == Stopped(2, 0, 0)
    await post.sends()
    async with post.work() as work:
        assert await work.outbox.stopped(campaign) == Stopped(2, 0, 0)


async def under_way(post: Post, campaign: str) -> asyncio.Task[int]:
    """Three calls of a campaign that the platform has seen: one without an answer yet, one taken, one not."""
    post.stage.sim.faults.hang(SEND)
    post.stage.sim.faults.spare(SEND)
    post.stage.sim.faults.errcode(SEND, -1)
    for code in ("2301001", "2301002", "T1001"):
        words = f"给{code}的话"
        await post.queue(words, code, occurrence=campaign, key=f"{campaign}/{code}", urgency=Urgency.ROUTINE)
    courier = asyncio.create_task(post.stage.bot.courier.round())
    while len(post.calls(SEND)) < 3:
        await asyncio.sleep(0.01)
    return courier


def without_word(post: Post) -> Speaker:
    """The one of the three whose call was refused; calls made together arrive in any order."""
    (left_out,) = [phone for who in THREE if not post.seen(phone := post.member(who), "的话")]
    return left_out


async def launched_to_nobody(post: Post) -> str:
    campaign = await post.launched("weekly-reminder")
    async with post.work() as work:
        await work.tx.execute(sa.delete(delivery))
    return campaign


async def test_stopping_while_calls_are_under_way(post: Post) -> None:
    """What was taken meanwhile is taken back, what was refused is not tried again, and where no answer came
    nobody knows; it is not repeated to find out.
    """
    campaign = await launched_to_nobody(post)
    courier = await under_way(post, campaign)
    left_out = without_word(post)
    async with post.work() as work:
        assert await actions.stop(work, campaign, post.now) == Stopped(0, 0, 0)
    post.stage.sim.faults.heal()
    await courier
    for _ in range(3):
        await post.passes(minutes=3)
    left_out.never_received("的话")
    found = [b.recalled for who in THREE for b in post.member(who).bubbles]
    assert sorted(found) == [False, True], "what was never answered has no id to take it back by"
    assert len(post.calls(SEND)) == 3, "as many as had begun"
    async with post.work() as work:
        counts = await work.outbox.stopped(campaign)
    assert (counts.sent, counts.unsent) == (1, 1)
    assert [end for end, _ in await post.deliveries()].count(DeliveryState.UNKNOWN) == 1


async def test_pausing_while_calls_are_under_way(post: Post) -> None:
    campaign = await launched_to_nobody(post)
    courier = await under_way(post, campaign)
    left_out = without_word(post)
    async with post.work() as work:
        await actions.pause(work, campaign)
    post.stage.sim.faults.heal()
    await courier
    for _ in range(3):
        await post.passes(minutes=3)
    left_out.never_received("的话")
    async with post.work() as work:
        await actions.resume(work, post.stage.bot.school, campaign, post.now)
    await post.sends()
    assert [post.seen(post.member(who), "的话") for who in THREE] == [1, 1, 1]


async def test_taking_back_goes_on_when_the_trouble_is_mended(post: Post) -> None:
    """Our IP was not on the list at that moment; the wrong words must not stay on the phones for that."""
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    post.stage.sim.faults.errcode(RECALL, 60020, times=2)
    async with post.work() as work:
        await actions.stop(work, campaign, post.now)
    for _ in range(3):
        await post.passes(minutes=3)
    assert post.calls(RECALL) == ["60020", "60020", "ok"]
    assert all(b.recalled for b in post.lin.bubbles)


async def test_taking_back_ends_with_the_day(post: Post) -> None:
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    post.stage.sim.faults.errcode(RECALL, 48002, times=2)
    async with post.work() as work:
        await actions.stop(work, campaign, post.now)
    await post.sends()
    await post.passes(minutes=3)
    for _ in range(3):
        await post.passes(days=1)
    assert post.calls(RECALL) == ["48002", "48002", "42052"]


async def left_in_window(post: Post, openid: str = "oZheng") -> int:
    (row,) = await post.rows(
        sa.select(contact.c.window_left).where(contact.c.address == post.follower(openid).key)
    )
    return int(row.window_left)


async def waits_for_a_repeat(post: Post) -> str:
    """A campaign of two customer messages to one follower, which a gateway has just not let through."""
    campaign = await launched_to_nobody(post)
    await post.follower("oZheng").says("你好")
    post.stage.sim.faults.http(CUSTOM, 503, times=2)
    for number in (1, 2):
        key = f"{campaign}/oZheng{number}"
        await post.queue(f"第{number}句", openid="oZheng", occurrence=campaign, key=key)
    await post.stage.bot.courier.round()
    await post.stage.bot.courier.round()
    assert (post.calls(CUSTOM), await left_in_window(post)) == (["HTTP 503"] * 2, 3)
    return campaign


async def test_pausing_gives_back_what_was_drawn_of_a_window(post: Post) -> None:
    """Five within two days, and each is drawn when it is fixed; drawn twice the fifth would be refused."""
    campaign = await waits_for_a_repeat(post)
    async with post.work() as work:
        await actions.pause(work, campaign)
    assert await left_in_window(post) == 5
    async with post.work() as work:
        await actions.resume(work, post.stage.bot.school, campaign, post.now)
    await post.passes(minutes=1)
    await post.passes(minutes=1)
    assert [post.seen(post.follower("oZheng"), f"第{n}句") for n in (1, 2)] == [1, 1]
    assert await left_in_window(post) == 3


async def test_stopping_gives_back_what_was_drawn_of_a_window(post: Post) -> None:
    campaign = await waits_for_a_repeat(post)
    async with post.work() as work:
        await actions.stop(work, campaign, post.now)
    assert await left_in_window(post) == 5


async def test_a_window_that_is_new_by_now_is_not_made_wider(post: Post) -> None:
    campaign = await waits_for_a_repeat(post)
    await post.follower("oZheng").says("还在吗")
    assert await left_in_window(post) == 5
    async with post.work() as work:
        await actions.pause(work, campaign)
    assert await left_in_window(post) == 5


async def test_a_message_that_nobody_takes_costs_nothing_of_the_window(post: Post) -> None:
    await post.follower("oZheng").says("你好")
    post.stage.sim.faults.errcode(CUSTOM, 40008)
    await post.queue("没有人要的", openid="oZheng")
    await post.sends()
    assert (post.calls(CUSTOM), await left_in_window(post)) == (["40008"], 5)
    post.stage.sim.faults.errcode(CUSTOM, 45047)
    await post.queue("太多的", openid="oZheng")
    await post.sends()
    assert (post.calls(CUSTOM), await left_in_window(post)) == (["40008", "45047"], 0), "none, it said"


async def test_pausing_leaves_alone_what_a_courier_is_just_taking_up(post: Post) -> None:
    """Its call is about to be made: who is aboard stays aboard, else they would hear of it twice."""
    campaign = await waits_for_a_repeat(post)
    post.stage.clock.turn(timedelta(minutes=1))
    async with post.stage.bot.database.begin() as tx:
        assert len(await CourierRows(tx).abandoned(post.now)) == 2
        pausing = asyncio.create_task(paused(post, campaign))
        await asyncio.sleep(0.3)
        assert not pausing.done()
    await pausing
    aboard = await post.rows(sa.select(delivery.c.state, delivery.c.shipment_id))
    assert {row.state for row in aboard} == {DeliveryState.LEASED}
    assert all(row.shipment_id for row in aboard)
    assert {row.state for row in await post.rows(sa.select(shipment.c.state))} == {"sending"}


async def paused(post: Post, campaign: str) -> None:
    async with post.work() as work:
        await actions.pause(work, campaign)
