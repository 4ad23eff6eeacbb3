"""App, then 学校通知, then the official account, then the teacher: everybody ends somewhere, and once."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from bot.cli.store_upkeep import Upkeep
from bot.delivery.rules import BEST_FIRST, DeliveryState, Standing, standing
from bot.delivery.tables import delivery
from bot.delivery.wording import why
from tests.delivery.post import CUSTOM, SEND, TEMPLATE, Post


async def test_the_official_account_takes_over(post: Post) -> None:
    """林小满 follows it too; 周一诺 does not, and 郑子安 has no account at all."""
    await post.bind("2301001", "oLin")
    post.stage.sim.faults.errcode(SEND, 81013)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(TEMPLATE) == ["ok"]
    assert len([b for b in post.follower("oLin").bubbles if not b.mine]) == 1
    assert await post.states(campaign) == {
        Standing.DELIVERED: 1,
        Standing.REFUSED: 1,
        Standing.NO_CHANNEL: 1,
    }
    zhou, zheng, lin = [await post.person(code) for code in ("2301002", "2301003", "2301001")]
    async with post.work() as work:
        missed = await work.outbox.unreached([(campaign, zhou), (campaign, zheng), (campaign, lin)])
        assert await work.outbox.refusals(campaign) == {"81013": 2}
    assert {pair[1]: why(reason) for pair, reason in missed.items()} == {
        zhou: "不在应用可见范围",
        zheng: "没有可用的账号",
    }


async def test_each_channel_is_tried_once(post: Post) -> None:
    await post.bind("2301001", "oLin")
    post.stage.sim.faults.errcode(SEND, 81013, times=9)
    post.stage.sim.faults.errcode(TEMPLATE, 43004, times=9)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.passes(days=1)
    assert (post.calls(SEND), post.calls(TEMPLATE)) == (["81013"], ["43004"])
    keys = await post.rows(
        sa.select(delivery.c.key).where(delivery.c.occurrence_id == campaign).order_by(delivery.c.id)
    )
    assert [row.key.endswith("#2") for row in keys] == [False, False, True]


async def test_somebody_outside_the_visible_scope_is_named_by_the_platform(post: Post) -> None:
    """A partial failure is an ordinary answer: the others were told."""
    (corp,) = post.stage.sim.world.corps
    corp.members = [m for m in corp.members if m.id != "s2301002"]
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert len([b for b in post.lin.bubbles if not b.mine]) == 1
    assert (await post.states(campaign))[Standing.REFUSED] == 1


async def test_the_sum_is_the_roster_whatever_happens(post: Post) -> None:
    """Random worlds: broken accounts, exemptions, 少发, followers, mishaps; one honest state a person."""
    chance = Random(20261012)
    faults = post.stage.sim.faults
    duties = ("weekly-reminder", "staff-reminder", "term-test", "staff-test")
    for world in range(10):
        if world == 3:
            await post.bind("2301003", "oZheng")
        if world == 5:
            await post.bind("2301001", "oLin")
        async with post.work() as work:
            someone = await work.people.by_code(chance.choice(("2301001", "2301002", "T1001", "T1004")))
            assert someone is not None
            work.people.less(someone.id, chance.random() < 0.5)
        for path in (SEND, TEMPLATE):
            match chance.randrange(6):
                case 0:
                    faults.drop(path, times=chance.randrange(1, 3))
                case 1:
                    faults.errcode(path, chance.choice((81013, 43004, 40008)), times=chance.randrange(1, 3))
                case 2:
                    faults.errcode(path, chance.choice((-1, 45009, 45033)), times=chance.randrange(1, 8))
                case 3:
                    faults.http(path, 502, times=chance.randrange(1, 8))
        duty = chance.choice(duties)
        campaign = await post.launched(duty)
        audience = sum((await post.states(campaign)).values())
        assert audience == (4 if duty.startswith("staff") else 3), "the roster"
        for _ in range(4):
            await post.passes(hours=chance.choice((1, 5, 9)))
            states = await post.states(campaign)
            assert sum(states.values()) == audience, (world, states)
        faults.heal()
        post.stage.clock.turn(timedelta(minutes=chance.randrange(1, 5000)))
    seen = await post.rows(sa.select(delivery.c.key, sa.func.count()).group_by(delivery.c.key))
    assert {row[1] for row in seen} == {1}


def test_every_end_of_a_delivery_is_a_standing() -> None:
    for state in DeliveryState:
        assert standing(state, "") in BEST_FIRST


async def test_a_silent_follower_is_told_by_a_template(post: Post) -> None:
    """A test is a text, for which 郑子安 would have to have written before; its page can always be shown."""
    await post.bind("2301003", "oZheng")
    campaign = await post.launched("term-test")
    await post.sends()
    assert post.calls(TEMPLATE) == ["ok"]
    assert await post.states(campaign) == {Standing.DELIVERED: 3}


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_window_that_somebody_else_used_up_is_closed_for_us_too(post: Post, code: int) -> None:
    """The school's staff answer in the console, which takes of the same five."""
    await post.bind("2301003", "oZheng")
    await post.follower("oZheng").says("帮助")
    post.stage.sim.faults.errcode(CUSTOM, code, times=9)
    campaign = await post.launched("term-test")
    await post.sends()
    await post.passes(seconds=6)
    await post.queue("再说一句", openid="oZheng")
    await post.sends()
    assert (post.calls(CUSTOM), post.calls(TEMPLATE)) == ([f"{code}"], ["ok"])
    assert await post.states(campaign) == {Standing.DELIVERED: 3}
    post.stage.sim.faults.heal()
    await post.follower("oZheng").says("帮助")
    await post.queue("现在可以", openid="oZheng")
    await post.sends()
    assert post.seen(post.follower("oZheng"), "现在可以") == 1


async def test_an_alert_does_not_wait_for_a_stopped_account(post: Post) -> None:
    """60020 stops the app. 林小满 follows the official account and hears there; 周一诺 once it is mended."""
    await post.bind("2301001", "oLin")
    post.stage.sim.faults.errcode(SEND, 60020, times=9)
    campaign = await post.sound()
    assert (await post.stopped()).startswith("60020")
    before = len(post.follower("oLin").bubbles)
    await post.stage.rings()
    assert post.calls(TEMPLATE) == ["ok"]
    assert len(post.follower("oLin").bubbles) == before + 1
    await post.stage.rings()
    assert post.calls(TEMPLATE) == ["ok"], "once"
    waiting = await post.states(campaign)
    assert waiting[Standing.DELIVERED] == 1
    assert waiting[Standing.WAITING] > 0
    post.stage.sim.faults.heal()
    async with post.stage.bot.database.begin() as tx:
        await Upkeep(tx).resume("campus", post.now)
    await post.passes(minutes=10)
    assert (await post.states(campaign)).get(Standing.WAITING, 0) == 0
    assert len([b for b in post.lin.bubbles if not b.mine]) == 0, "heard it on the other phone"
    assert len([b for b in post.zhou.bubbles if not b.mine]) == 1


async def test_administrators_hear_by_another_account_that_one_was_stopped(post: Post) -> None:
    await post.bind("2301003", "oZheng")
    post.stage.sim.faults.errcode(TEMPLATE, 40164, times=9)
    await post.launched("term-test")
    await post.sends()
    assert (await post.stopped("public")).startswith("40164")
    await post.passes(minutes=30)
    assert post.seen(post.member("chen"), "账号 public 停止发送了：平台答复「40164") == 1
    assert post.seen(post.member("su"), "停止发送") == 0


async def test_nobody_is_told_by_the_account_that_was_stopped(post: Post) -> None:
    post.stage.sim.faults.errcode(SEND, 60020)
    await post.queue("请看这一条", "2301001")
    await post.sends()
    async with post.stage.bot.database.begin() as tx:
        await Upkeep(tx).resume("campus", post.now)
    await post.passes(minutes=10)
    assert post.seen(post.member("chen"), "停止发送") == 0, "stale by now"


async def test_what_is_routine_waits_for_its_account(post: Post) -> None:
    await post.bind("2301001", "oLin")
    post.stage.sim.faults.errcode(SEND, 60020, times=9)
    await post.launched("weekly-reminder")
    await post.sends()
    await post.stage.rings()
    assert post.calls(TEMPLATE) == []


async def test_what_could_not_leave_in_time_does_not_leave_late(post: Post) -> None:
    """The app was stopped until the task was over; the teacher has heard of it by then."""
    post.stage.sim.faults.errcode(SEND, 60020, times=9)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    async with post.work() as work:
        found = await work.duties.occurrence(campaign)
    assert found is not None
    assert found.due_at is not None
    await post.queue("您的回执", "2301001")
    post.stage.sim.faults.heal()
    post.stage.clock.turn_to(found.due_at + timedelta(hours=14))
    async with post.stage.bot.database.begin() as tx:
        await Upkeep(tx).resume("campus", post.now)
    await post.passes(minutes=10)
    heard = [b for b in post.lin.bubbles if not b.mine]
    assert [b.seen for b in heard] == ["您的回执"]
    missed = (await post.states(campaign))[Standing.REFUSED]
    assert missed == 2
    async with post.work() as work:
        reasons = await work.outbox.refusals(campaign)
    assert {why(reason) for reason in reasons} == {"等到能发时已过截止时间"}
