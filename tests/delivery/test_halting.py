"""A campaign too large for one turn: it is stopped at once, and put away in slices by whoever comes by."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.delivery import actions
from bot.delivery.actions_attention import admit
from bot.delivery.rules import HELD, IN_A_TURN, DeliveryState, Standing, Stopped, Stopping
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import clearing, delivery
from bot.duties.tables import task
from bot.messages import Address, Text, Urgency
from bot.people.tables import person
from bot.simulator.campus import CORP
from bot.work import Work
from tests.delivery.post import SEND, Post

RECALL = "/cgi-bin/message/recall"
MANY = IN_A_TURN + 100
_PERSON, _TASK, _DELIVERY = person.insert(), task.insert(), delivery.insert()
FIRST = 100_000  # the number of the first of many people whom the platform has never heard of


async def large(post: Post) -> str:
    """A campaign which the three people of the app have, and for which very many are still waiting."""
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    told = len(post.calls(SEND))
    assert told
    later = post.now + timedelta(hours=1)
    async with post.work() as work:
        for number in range(FIRST, FIRST + MANY):
            work.tx.write(
                _PERSON, id=number, code=f"x{number}", name="某某", kind="student", unit="示例",
                joined_at=post.now,
            )  # fmt: skip
            work.tx.write(_TASK, occurrence_id=campaign, person_id=number, unit="示例")
            work.tx.write(
                _DELIVERY, key=f"{campaign}/{number}", account="campus", person_id=number,
                address=Address.member(CORP, f"x{number}").key, occurrence_id=campaign, payload="",
                urgency="routine", state=DeliveryState.DUE, not_before=later,
            )  # fmt: skip
    return campaign


async def counted(post: Post, campaign: str) -> tuple[Stopped, dict[Standing, int], bool]:
    async with post.work() as work:
        outbox = work.outbox
        return (
            await outbox.stopped(campaign),
            await outbox.states(campaign),
            await outbox.is_clearing(campaign),
        )


async def test_stopped_at_once_and_put_away_in_slices(post: Post) -> None:
    """From the first moment nothing leaves, and the counts are what they will be."""
    campaign = await large(post)
    told = post.lin.bubbles[-1]
    await post.queue("还没发的", "2301002", occurrence=campaign, key=f"{campaign}/zhou")
    chen, calls = post.member("chen"), len(post.calls(SEND))
    before, _, _ = await counted(post, campaign)
    await chen.says(f"/stop {campaign} 停止")
    chen.hears("已停止：没发的不再发")
    assert not told.recalled
    slices = 0
    while (now := await counted(post, campaign))[2]:
        assert (now[0].sent, now[0].unsent) == (before.sent, MANY), "from the beginning to the end"
        assert now[1][Standing.STOPPED] == MANY
        async with post.work() as work:
            slices += await work.outbox.clear(post.now)
        assert slices < 20
    assert slices > 2
    await post.sends()
    await post.passes(hours=2)
    assert post.seen(post.zhou, "还没发的") == 0
    assert len(post.calls(SEND)) == calls
    assert told.recalled
    assert set(post.calls(RECALL)) == {"ok"}
    left = await post.rows(sa.select(delivery.c.state).where(delivery.c.occurrence_id == campaign).distinct())
    assert {row.state for row in left} == {DeliveryState.SENT, DeliveryState.CANCELLED}
    after, _, _ = await counted(post, campaign)
    await chen.says(f"/stop {campaign}")
    chen.hears(f"已发{before.sent}人，其中撤回{after.recalled}人，未发{MANY}人。")


async def test_what_waits_for_another_try_is_not_tried_again(post: Post) -> None:
    """Before any slice: a call that a gateway did not let through, and a message that is only just due."""
    campaign = await large(post)
    post.stage.sim.faults.http(SEND, 503)
    await post.queue("第一句", "2301002", occurrence=campaign, key=f"{campaign}/a")
    await post.stage.bot.courier.round()
    calls = len(post.calls(SEND))
    await post.queue("第二句", "2301002", occurrence=campaign, key=f"{campaign}/b")
    post.stage.clock.turn(timedelta(minutes=10))
    async with post.work() as work:
        assert await actions.stop(work, campaign, post.now) == Stopping()
        await work.tx.execute(sa.delete(clearing))  # as if nobody ever came to put it away
    await post.sends()
    await post.passes(hours=1)
    assert len(post.calls(SEND)) == calls
    assert (await counted(post, campaign))[0].unsent == MANY
    left = await post.rows(sa.select(delivery.c.state).where(delivery.c.occurrence_id == campaign).distinct())
    assert {row.state for row in left} == {DeliveryState.SENT, DeliveryState.CANCELLED}


async def test_resumed_before_all_was_held_back(post: Post) -> None:
    """The newest word counts, and nothing is held back for ever."""
    campaign = await large(post)
    await post.queue("等一等的", "2301002", occurrence=campaign, key=f"{campaign}/zhou")
    async with post.work() as work:
        await actions.pause(work, campaign)
    async with post.work() as work:
        assert await work.outbox.clear(post.now)
        assert await work.outbox.clear(post.now)
        assert await work.outbox.clear(post.now)
    await post.stage.bot.courier._lane("campus", urgent=True)
    assert post.seen(post.zhou, "等一等的") == 0
    held = sa.select(sa.func.count()).where(delivery.c.not_before == HELD)
    assert 0 < (await post.rows(held))[0][0] < MANY
    async with post.work() as work:
        await actions.resume(work, post.stage.bot.school, campaign, post.now)
    async with post.work() as work:
        while await work.outbox.clear(post.now):
            pass
    assert (await post.rows(held))[0][0] == 0
    await post.stage.bot.courier._lane("campus", urgent=True)
    assert post.seen(post.zhou, "等一等的") == 1


async def test_calls_that_were_fixed_and_not_yet_begun_are_not_made(post: Post) -> None:
    """Eight are in the air and the rest of the wave stands behind them when somebody says stop."""
    campaign = await large(post)
    calls = len(post.calls(SEND))
    async with post.work() as work:
        for number in range(FIRST, FIRST + 20):
            work.outbox.queue(
                key=f"{campaign}/again/{number}", account="campus", person=number, occurrence=campaign,
                address=Address.member(CORP, f"x{number}").key, content=Text(f"第{number}号的话"),
                urgency=Urgency.SOLICITED, not_before=post.now,
            )  # fmt: skip
    post.stage.sim.faults.hang(SEND, times=8)
    courier = asyncio.create_task(post.stage.bot.courier.round())
    async with asyncio.timeout(20):
        while len(post.calls(SEND)) < calls + 8:
            await asyncio.sleep(0.01)
    async with post.work() as work:
        assert await actions.stop(work, campaign, post.now) == Stopping()
    post.stage.clock.turn(timedelta(seconds=2))
    post.stage.sim.faults.heal()
    await courier
    await post.passes(minutes=10)
    assert len(post.calls(SEND)) == calls + 8
    ends = [end for end, _ in await post.deliveries()]
    assert (ends.count(DeliveryState.UNKNOWN), ends.count(DeliveryState.CANCELLED)) == (8, MANY + 12)


async def test_nobody_stops_between_a_look_and_a_call(post: Post) -> None:
    """Who decides holds the campaign as it is, who stops it waits for that; who comes while it is being
    stopped sends nothing, and waits for nobody.
    """
    if post.stage.bot.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    campaign, school = await large(post), post.stage.bot.school
    await post.queue("刚要发的", "2301002", occurrence=campaign, key=f"{campaign}/zhou")
    calls = len(post.calls(SEND))
    async with post.stage.bot.database.begin() as tx:
        rows = CourierRows(tx)
        due = await rows.claim("campus", post.now, 100, urgent=True)
        assert len(await admit(rows, school, due, post.now)) == 1
        pausing = asyncio.create_task(paused(post, campaign))
        await asyncio.sleep(0.3)
        assert not pausing.done()
    await pausing
    async with post.work() as work:
        await actions.resume(work, school, campaign, post.now)
    async with post.stage.bot.database.begin() as tx:
        assert await actions.stop(Work(tx), campaign, post.now) == Stopping()
        await asyncio.wait_for(post.stage.bot.courier.round(), 20)
    await post.passes(minutes=5)
    assert len(post.calls(SEND)) == calls


async def paused(post: Post, campaign: str) -> None:
    async with post.work() as work:
        await actions.pause(work, campaign)
