"""Paused and told to go on while a courier is looking: nothing stays behind for ever."""

from __future__ import annotations

import asyncio

from bot.delivery import actions
from bot.delivery.actions_attention import admit
from bot.delivery.store_courier import CourierRows
from bot.messages import Urgency
from tests.delivery.post import Post


async def resumed(post: Post, campaign: str) -> bool:
    async with post.work() as work:
        return await actions.resume(work, post.stage.bot.school, campaign, post.now)


async def test_going_on_while_a_courier_looks_at_what_came_after_the_pause(post: Post) -> None:
    """It has seen the pause, and has not yet written down that this one waits."""
    campaign = await post.launched("weekly-reminder")
    async with post.work() as work:
        await actions.pause(work, campaign)
    await post.queue("后来的", "T1001", occurrence=campaign, urgency=Urgency.ROUTINE)
    database, school = post.stage.bot.database, post.stage.bot.school
    async with database.begin() as tx:
        rows = CourierRows(tx)
        claimed = await rows.claim("campus", post.now, 10)
        assert len(claimed) == 1
        assert await admit(rows, school, claimed, post.now) == []
        going_on = asyncio.create_task(resumed(post, campaign))
        await asyncio.sleep(0.2)
        assert not going_on.done(), "it waits until the courier has written down what it decided"
    assert await going_on
    await post.passes(minutes=2)
    assert post.seen(post.member("su"), "后来的") == 1
