"""A service account without templates: its silent followers are told together, four times a month at most."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import migrate
from bot.delivery import actions, mass
from bot.delivery.actions_mass import mass_costs
from bot.delivery.ledger import Ledger
from bot.delivery.mass_desk import MassDesk
from bot.delivery.rules import Standing
from bot.delivery.wording import why
from bot.messages import Address, Realm
from bot.people.records import How
from bot.simulator.campus import APP
from bot.simulator.wechat_api.mass import decide, release
from tests.delivery.mass_cast import GET, LIST, PARENTS, STUDENTS, MassPost, opened
from tests.delivery.post import CUSTOM


@pytest.fixture
async def post(database_url: str, root: Path) -> AsyncIterator[MassPost]:
    async with opened(database_url, root, templates=False) as post:
        await migrate.check(post.stage.bot.database)
        await post.bind_all(STUDENTS)
        yield post


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
        (cost,) = await mass_costs(work, school, school.plan.duties["weekly-reminder"], post.now)
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


async def test_a_courier_that_dies_after_the_call_is_followed_by_another(post: MassPost) -> None:
    campaign = await post.launched("weekly-reminder")
    bot = post.stage.bot
    desk = MassDesk(bot.database, bot.lines.clients, lambda: bot.school, Ledger())
    while sum([await bot.courier._lane("public", urgent=False)]):
        pass
    (ship,), _ = await desk.look("public", post.now)
    await bot.lines.clients["public", Realm.OPENID].send(ship.packed)  # and here it dies
    await post.passes(minutes=3)
    assert post.calls(LIST) == ["ok", "45065"]
    assert post.told(*STUDENTS) == [1] * 6
    assert await post.states(campaign) == {Standing.DELIVERED: 6}


async def test_two_couriers_take_one_crowd_once(post: MassPost) -> None:
    await post.launched("weekly-reminder")
    bot = post.stage.bot
    while sum([await bot.courier._lane("public", urgent=False)]):
        pass
    desks = [MassDesk(bot.database, bot.lines.clients, lambda: bot.school, Ledger()) for _ in range(4)]
    looks = await asyncio.gather(*(desk.look("public", post.now) for desk in desks))
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


@pytest.mark.parametrize("when", ["early", "held"])
async def test_the_event_comes_when_it_comes_and_as_often_as_it_likes(post: MassPost, when: str) -> None:
    post.account.mass_event = when
    post.account.mass_outcome = "err(20008)"
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    for _ in range(3):
        post.stage.clock.turn(timedelta(minutes=3))
        await release(post.stage.sim, post.account)
        await post.sends()
    assert post.calls(LIST) == ["ok"]
    assert await post.states(campaign) == {Standing.REFUSED: 6}
    assert (await post.ends(campaign))[STUDENTS[0]] == ("refused", "mass failed 20008")
    assert why("mass failed 20008") == "公众号群发失败：平台判为涉嫌欺诈"
    for admin in ("chen", "wu", "qin"):
        assert post.seen(post.member(admin), "平台判为涉嫌欺诈") == 1
    post.member("chen").received("请人工看一遍文字，改好后明天可再发")
    async with post.work() as work:
        tasks = await work.duties.tasks_for(campaign)
        assert not any(task.told_at for task, _ in tasks), "nobody was told"


async def test_the_first_event_stands(post: MassPost) -> None:
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.sends()
    for job in post.stage.sim.books.jobs.values():
        job.done |= {"Status": "err(20008)", "SentCount": 0}
    post.stage.clock.turn(timedelta(minutes=3))
    await release(post.stage.sim, post.account)
    await post.sends()
    assert await post.states(campaign) == {Standing.DELIVERED: 6}
    assert (await post.jobs())[0]["reached"] == 6


async def test_a_failure_sends_people_to_their_next_channel(post: MassPost) -> None:
    """The first student also follows with another phone, from which they have just written."""
    post.account.mass_event = "held"
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert (await post.states(campaign)) == {Standing.DELIVERED: 6}
    second = post.follower(f"o{PARENTS[0]}")
    async with post.work() as work:
        found = await work.people.by_code(STUDENTS[0])
        assert found is not None
        work.people.bind(Address.follower(APP, f"o{PARENTS[0]}"), "public", found.id, How.CHAT, post.now)
    await second.says("你好")
    job = next(iter(post.stage.sim.books.jobs.values()))
    job.done |= {"Status": "send fail", "SentCount": 0}
    await release(post.stage.sim, post.account)
    await post.sends()
    assert (await post.states(campaign)) == {Standing.DELIVERED: 1, Standing.REFUSED: 5}
    assert post.calls(CUSTOM)[-1] == "ok"


async def test_the_administrator_who_does_not_confirm(post: MassPost) -> None:
    post.account.mass_confirm = "every"
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert post.told(*STUDENTS) == [0] * 6
    assert await post.states(campaign) == {Standing.DELIVERED: 6}, "submitted, which is all we know"
    await decide(post.stage.sim, post.account, None)
    await post.sends()
    assert await post.states(campaign) == {Standing.REFUSED: 6}
    post.member("chen").received("管理员30分钟内没有在手机上确认")


async def test_an_api_that_waits_for_the_phone_is_asked_again_for_half_an_hour(post: MassPost) -> None:
    post.stage.sim.faults.errcode(LIST, 89504, times=99)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    post.member("chen").received("请在手机微信里点确认")
    for _ in range(9):
        await post.passes(minutes=6)
    assert 5 <= len(post.calls(LIST)) <= 9
    assert await post.states(campaign) == {Standing.REFUSED: 6}
    assert post.seen(post.member("chen"), "请在手机微信里点确认") == 1
    assert set((await post.months()).values()) == {0}, "surely not sent: given back"


@pytest.mark.parametrize(("state", "end"), [("SEND_SUCCESS", "sent"), ("SEND_FAIL", "refused")])
async def test_without_an_event_the_platform_is_asked(post: MassPost, state: str, end: str) -> None:
    post.account.mass_event = "held"
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.passes(hours=2)
    assert post.calls(GET) == []
    next(iter(post.stage.sim.books.jobs.values())).state = "SENDING"
    await post.passes(hours=1, minutes=1)
    assert post.calls(GET) == ["ok"]
    next(iter(post.stage.sim.books.jobs.values())).state = state
    await post.passes(hours=3, minutes=1)
    await post.passes(hours=30)
    assert post.calls(GET) == ["ok", "ok"]
    assert (await post.ends(campaign))[STUDENTS[0]][0] == end
    await release(post.stage.sim, post.account)
    await post.sends()
    assert (await post.jobs())[0]["total"] == 6, "the event still brings its counts"
    assert (await post.ends(campaign))[STUDENTS[0]][0] == end


async def test_silence_for_a_day_is_no_success(post: MassPost) -> None:
    post.account.mass_event = "held"
    await post.launched("weekly-reminder")
    await post.sends()
    next(iter(post.stage.sim.books.jobs.values())).state = "SENDING"
    for _ in range(12):
        await post.passes(hours=4)
    (job,) = await post.jobs()
    assert (job["status"], job["total"]) == ("SENDING", None)
    assert job["ended_at"] is not None
    assert len(post.calls(GET)) <= 8


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


async def test_administrators_see_what_the_platform_counted(post: MassPost) -> None:
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.sends()
    chen = post.member("chen")
    await chen.says("/login")
    door = await chen.opens()
    csrf = re.search(r'name="csrf" value="([^"]+)"', door.text)
    assert csrf is not None
    await chen.visit(door.url, {"csrf": csrf[1]})
    page = await chen.visit(f"{post.stage.bot_url}/console/campaign?id={campaign}")
    assert "群发给6人：平台说已发出。平台报数（约数）：名单6，可发6，发到6，失败0" in page.text


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
    post.stage.sim.faults.errcode(LIST, -1, times=1)
    await post.sends()
    async with post.work() as work:
        assert await actions.pause(work, campaign), "between two tries"
    await post.passes(minutes=10)
    assert post.calls(LIST) == ["-1"]
    async with post.work() as work:
        assert await actions.resume(work, post.stage.bot.school, campaign, post.now)
    await post.passes(minutes=10)
    assert post.calls(LIST) == ["-1", "ok"]
    assert post.told(*STUDENTS) == [1] * 6


async def test_who_unfollows_leaves_no_trace_here(post: MassPost) -> None:
    await post.launched("weekly-reminder")
    await post.sends()
    assert STUDENTS[0] in await post.months()
    await post.follower(f"o{STUDENTS[0]}").unfollow()
    assert STUDENTS[0] not in await post.months()
