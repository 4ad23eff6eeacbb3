"""A mass send whose answer was lost: repeated inside its window, seen once, or unknown."""

from __future__ import annotations

import asyncio

from bot.delivery.ledger import Ledger
from bot.delivery.mass_desk import MassDesk
from bot.delivery.rules import Standing
from bot.messages import Realm
from tests.delivery.mass_cast import LIST, STUDENTS, MassPost, post

__all__ = ["post"]  # the fixture


async def desks(post: MassPost, many: int) -> list[MassDesk]:
    """Of so many couriers; the crowd has gathered, and none of them has looked yet."""
    bot = post.stage.bot
    while sum([await bot.courier._lane("public", urgent=False)]):
        pass
    return [MassDesk(bot.database, bot.lines.clients, lambda: bot.school, Ledger()) for _ in range(many)]


async def test_a_lost_answer_is_repeated_and_seen_once(post: MassPost) -> None:
    """Killed between the call and its settling: 45066 within the minute, then 45065 with the first number."""
    post.stage.sim.faults.drop(LIST)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.passes(seconds=30)
    await post.passes(seconds=90)
    await post.passes(seconds=90)
    assert post.calls(LIST) == ["ok", "45066", "45065"]
    assert post.told(*STUDENTS) == [1] * 6
    assert await post.states(campaign) == {Standing.DELIVERED: 6}
    assert set((await post.months()).values()) == {1}
    assert (await post.jobs())[0]["status"] == "send success", "the event came long before our settling"


async def test_a_busy_platform_may_have_sent_it(post: MassPost) -> None:
    post.stage.sim.faults.busy(LIST)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.passes(seconds=90)
    await post.passes(seconds=90)
    assert post.calls(LIST) == ["-1", "45065"]
    assert post.told(*STUDENTS) == [1] * 6
    assert await post.states(campaign) == {Standing.DELIVERED: 6}
    assert set((await post.months()).values()) == {1}


async def test_a_courier_that_dies_after_the_call_is_followed_by_another(post: MassPost) -> None:
    campaign = await post.launched("weekly-reminder")
    (desk,) = await desks(post, 1)
    (ship,), _ = await desk.look("public", post.now)
    await post.stage.bot.lines.clients["public", Realm.OPENID].send(ship.packed)  # and here it dies
    await post.passes(minutes=3)
    assert post.calls(LIST) == ["ok", "45065"]
    assert post.told(*STUDENTS) == [1] * 6
    assert await post.states(campaign) == {Standing.DELIVERED: 6}


async def test_two_couriers_take_one_crowd_once(post: MassPost) -> None:
    await post.launched("weekly-reminder")
    looks = await asyncio.gather(*(desk.look("public", post.now) for desk in await desks(post, 4)))
    ships = [ship for found, _ in looks for ship in found]
    assert [ship.size for ship in ships] == [6]
    assert set((await post.months()).values()) == {1}


async def test_a_lost_answer_is_unknown_after_a_day(post: MassPost) -> None:
    post.stage.sim.faults.drop(LIST)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.passes(hours=25)
    assert post.calls(LIST) == ["ok"]
    assert await post.states(campaign) == {Standing.UNKNOWN: 6}
