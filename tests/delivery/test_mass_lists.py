"""A service account without templates: its silent followers are told together, four times a month at most."""

from __future__ import annotations

from datetime import timedelta

from bot.delivery import actions, mass
from bot.delivery.actions_mass import mass_costs
from bot.delivery.rules import Standing
from bot.delivery.wording import why
from tests.delivery.mass_cast import LIST, PARENTS, STUDENTS, MassPost, post
from tests.delivery.post import CUSTOM

__all__ = ["post"]  # the fixture


async def test_the_silent_are_told_together(post: MassPost) -> None:
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(LIST) == ["ok"]
    assert post.told(*STUDENTS) == [1] * 6
    assert post.told(*PARENTS) == [0, 0, 0], "a list reaches nobody else"
    assert await post.states(campaign) == {Standing.DELIVERED: 6}
    await post.sends()
    (job,) = await post.jobs()
    assert (job["people"], job["tag"], job["status"], job["reached"]) == (6, "", "send success", 6)
    assert set((await post.months()).values()) == {1}


async def test_who_has_just_written_is_told_in_person(post: MassPost) -> None:
    await post.follower(f"o{STUDENTS[0]}").says("你好")
    before = post.told(STUDENTS[0])[0]
    await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(CUSTOM)[-1] == "ok"
    assert post.told(STUDENTS[0])[0] == before + 1
    assert post.told(*STUDENTS[1:]) == [1] * 5
    assert STUDENTS[0] not in await post.months()


async def test_one_alone_cannot_be_a_list(post: MassPost) -> None:
    """Five have written and are told in person; the sixth is not tried, because it would be refused."""
    for code in STUDENTS[1:]:
        await post.follower(f"o{code}").says("你好")
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(LIST) == []
    assert (await post.ends(campaign))[STUDENTS[0]] == ("refused", mass.ALONE)
    assert why(mass.ALONE) == "公众号群发至少要两人"


async def test_routine_campaigns_leave_the_fourth_of_the_month_to_alerts(post: MassPost) -> None:
    ends = []
    for _week in range(4):
        campaign = await post.launched("weekly-reminder")
        await post.sends()
        ends.append((await post.ends(campaign))[STUDENTS[0]])
        post.stage.clock.turn(timedelta(days=4))  # 12, 16, 20, 24 October
    assert ends == [("sent", "")] * 3 + [("refused", mass.MONTH_FULL)]
    assert post.calls(LIST) == ["ok"] * 3
    async with post.work() as work:
        school = post.stage.bot.school
        (cost,) = await mass_costs(work, school, school.plan.duties["weekly-reminder"].to, post.now)
    assert (cost.followers, cost.spent, cost.day_used) == (6, 6, None)
    alert = await post.sound()
    assert post.calls(LIST) == ["ok"] * 4
    assert post.told(*STUDENTS) == [4] * 6
    assert (await post.ends(alert))[STUDENTS[0]] == ("sent", "")
    assert set((await post.months()).values()) == {4}
    post.stage.clock.turn(timedelta(days=1))
    fifth = await post.sound("alert-refund")
    assert post.calls(LIST) == ["ok"] * 4, "the fifth of the month is not even tried"
    assert (await post.ends(fifth))[STUDENTS[0]] == ("refused", mass.MONTH_FULL)
    post.stage.clock.turn(timedelta(days=9))
    november = await post.launched("weekly-reminder")
    await post.sends()
    assert (await post.ends(november))[STUDENTS[0]] == ("sent", "")


async def test_what_the_platform_forbids_stops_mass_sends_and_nothing_else(post: MassPost) -> None:
    post.stage.sim.faults.errcode(LIST, 48003)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert await post.states(campaign) == {Standing.REFUSED: 6}
    assert await post.stopped("public") == ""
    assert (await post.stopped("public/mass")).startswith("48003")
    post.member("chen").received("群发已停用")
    post.stage.clock.turn(timedelta(days=7))
    second = await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(LIST) == ["48003"]
    assert (await post.ends(second))[STUDENTS[0]] == ("refused", mass.RESTS)
    await post.follower(f"o{STUDENTS[0]}").says("你好")
    await post.queue("还在", openid=f"o{STUDENTS[0]}")
    await post.sends()
    assert post.seen(post.follower(f"o{STUDENTS[0]}"), "还在") == 1


async def test_the_limit_of_the_minute_is_the_shipments_alone(post: MassPost) -> None:
    post.stage.sim.faults.errcode(LIST, 45011)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.follower(f"o{STUDENTS[0]}").says("你好")
    await post.queue("还在", openid=f"o{STUDENTS[0]}")
    await post.sends()
    assert post.seen(post.follower(f"o{STUDENTS[0]}"), "还在") == 1, "the account does not rest"
    await post.passes(minutes=2)
    assert post.calls(LIST) == ["45011", "ok"]
    assert await post.states(campaign) == {Standing.DELIVERED: 6}


async def test_reminders_and_digests_never_go_by_mass(post: MassPost) -> None:
    campaign = await post.launched("term-test")
    await post.sends()
    assert post.calls(LIST) == ["ok"]
    for _ in range(20):
        await post.passes(days=1)
        await post.stage.rings()
    ends = await post.ends(campaign)
    assert {end[0] for end in ends.values()} == {"sent"}
    assert set((await post.months()).values()) <= {1, 2}, "only what was launched meanwhile"


async def test_a_paused_campaign_waits_and_a_stopped_one_does_not_leave(post: MassPost) -> None:
    campaign = await post.launched("weekly-reminder")
    async with post.work() as work:
        assert await actions.pause(work, campaign)
    await post.sends()
    assert post.calls(LIST) == []
    async with post.work() as work:
        assert await actions.resume(work, post.stage.bot.school, campaign, post.now)
    post.stage.sim.faults.http(LIST, 503)
    await post.sends()
    async with post.work() as work:
        assert await actions.pause(work, campaign), "between two tries"
    await post.passes(minutes=10)
    assert post.calls(LIST) == ["HTTP 503"]
    async with post.work() as work:
        assert await actions.resume(work, post.stage.bot.school, campaign, post.now)
    await post.passes(minutes=10)
    assert post.calls(LIST) == ["HTTP 503", "ok"]
    assert post.told(*STUDENTS) == [1] * 6


async def test_who_unfollows_leaves_no_trace_here(post: MassPost) -> None:
    await post.launched("weekly-reminder")
    await post.sends()
    assert STUDENTS[0] in await post.months()
    await post.follower(f"o{STUDENTS[0]}").unfollow()
    assert STUDENTS[0] not in await post.months()
