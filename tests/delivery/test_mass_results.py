"""What the platform says of a mass send afterwards, and what nobody says."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.delivery.rules import Standing
from bot.delivery.wording import why
from bot.messages import Address
from bot.people.records import How
from bot.simulator.campus import APP
from bot.simulator.wechat_api.mass import decide, release
from tests.delivery.mass_cast import GET, LIST, PARENTS, STUDENTS, MassPost, post
from tests.delivery.post import CUSTOM

__all__ = ["post"]  # the fixture


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
        reader = Address.follower(APP, f"o{PARENTS[0]}")
        await work.people.bind(reader, "public", found.id, How.CHAT, post.now)
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
