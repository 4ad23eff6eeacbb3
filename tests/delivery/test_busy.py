"""-1: the platform is busy. It is asked three times more at most, and where it may have acted not at all."""

from __future__ import annotations

import pytest

from bot.delivery import actions
from bot.delivery.rules import DeliveryState
from bot.messages import Notice, Text, Urgency
from tests.delivery.post import CUSTOM, SUBSCRIBE, TEMPLATE, WEBHOOK, Post

SENT, UNKNOWN, DEAD = DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DEAD
LETTER = Notice("给家长的信", "两分钟读完", "https://example.edu.cn/a/x")


async def test_busy_is_no_proof_where_nothing_notices_a_repeat(post: Post) -> None:
    """The document warns of duplicates: it may have been sent, so it is unknown and not sent again."""
    post.stage.sim.faults.busy(CUSTOM)
    await post.follower("oFang").says("你好")
    await post.queue("给方方的话", openid="oFang")
    await post.sends()
    await post.passes(hours=1)
    assert post.calls(CUSTOM) == ["-1"]
    assert post.seen(post.follower("oFang"), "给方方的话") == 1
    assert await post.deliveries() == [(UNKNOWN, "-1")]


@pytest.mark.parametrize("times", [1, 3])
async def test_a_busy_template_message_is_repeated_under_its_own_number(post: Post, times: int) -> None:
    post.stage.sim.faults.busy(TEMPLATE, times=times)
    await post.queue(LETTER, openid="oFang")
    for _ in range(12):
        await post.passes(seconds=45)
    assert post.calls(TEMPLATE) == ["-1"] * times + ["ok"]
    assert post.seen(post.follower("oFang"), "给家长的信") == 1
    assert await post.deliveries() == [(SENT, "")]


async def test_a_template_message_that_stays_busy_is_unknown(post: Post) -> None:
    post.stage.sim.faults.errcode(TEMPLATE, -1, times=20)
    await post.queue(LETTER, openid="oFang")
    for _ in range(20):
        await post.passes(seconds=45)
    assert post.calls(TEMPLATE) == ["-1"] * 4
    assert await post.deliveries() == [(UNKNOWN, "-1")]


async def test_a_busy_group_is_tried_three_times_more(post: Post) -> None:
    """A webhook notices no repeat, but of it no document warns."""
    post.stage.sim.faults.errcode(WEBHOOK, -1, times=20)
    async with post.work() as work:
        actions.tell_groups(work, post.stage.bot.school, "x@y", Text("各位老师"), Urgency.ALERT, post.now)
    for _ in range(8):
        await post.passes(minutes=30)
    assert post.calls(WEBHOOK) == ["-1"] * 4
    assert await post.deliveries() == [(DEAD, "-1")]


async def test_busy_is_no_proof_and_counts_as_used(post: Post) -> None:
    """订阅通知 has no duplicate check, and the document warns of repeating what was busy."""
    await post.accepts(times=2)
    post.stage.sim.faults.busy(SUBSCRIBE)
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    await post.passes(hours=1)
    assert post.calls(SUBSCRIBE) == ["-1"]
    assert post.seen(post.follower("oZheng"), "给家长的信") == 1
    assert await post.deliveries() == [(UNKNOWN, "-1")]
    assert await post.accepted() == 1
