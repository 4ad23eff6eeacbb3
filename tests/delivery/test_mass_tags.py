"""A subscription account: one send a day, to a whole kind; the others wait, or take another way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.delivery import mass
from bot.delivery.actions_mass import mass_costs
from bot.delivery.rules import Standing
from bot.delivery.tables import delivery
from bot.delivery.tables_mass import mass_tagged
from bot.delivery.wording import why
from bot.duties.tables import task
from bot.messages import Address, Urgency
from bot.simulator.campus import APP
from tests.delivery.mass_cast import ALL, PARENTS, PUT_TAG, STUDENTS, MassPost, opened
from tests.delivery.post import CUSTOM


@pytest.fixture
async def post(database_url: str, root: Path) -> AsyncIterator[MassPost]:
    async with opened(database_url, root, account="subscription") as post:
        await post.bind_all((*STUDENTS, *PARENTS))
        yield post


def tags(post: MassPost, code: str) -> set[str]:
    """By the platform's own books."""
    names = {number: name for name, number in post.account.tags.items()}
    follower = post.account.follower(f"o{code}")
    assert follower is not None
    return {names[number] for number in follower.tags}


async def test_tags_follow_who_is_bound_what_they_are_and_what_they_want(post: MassPost) -> None:
    await post.sends()
    student = {"反诈学生", "反诈学生教职工", "反诈学生家长", "反诈全体"}
    assert tags(post, STUDENTS[0]) == student | {f"{name}常规" for name in student}
    parent = {"反诈家长", "反诈学生家长", "反诈教职工家长", "反诈全体"}
    assert tags(post, PARENTS[0]) == parent | {f"{name}常规" for name in parent}
    calls = len(post.calls(PUT_TAG))
    async with post.work() as work:
        work.people.less(await post.person(STUDENTS[0]), True)
        work.people.unbind(Address.follower(APP, f"o{STUDENTS[1]}"))
    await post.passes(minutes=6)
    assert tags(post, STUDENTS[0]) == student
    assert tags(post, STUDENTS[1]) == set()
    await post.passes(minutes=6)
    assert len(post.calls(PUT_TAG)) == calls, "what is in step costs no call"


async def test_a_whole_kind_is_told_by_its_tag(post: MassPost) -> None:
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(ALL) == ["ok"]
    assert post.told(*STUDENTS) == [1] * 6
    assert post.told(*PARENTS) == [0] * 3
    assert await post.states(campaign) == {Standing.DELIVERED: 6}
    (job,) = await post.jobs()
    assert (job["tag"], job["people"], job["reached"]) == ("反诈学生", 6, 6)


async def test_who_has_just_written_is_in_the_tag_and_gets_it_once(post: MassPost) -> None:
    writer = post.follower(f"o{STUDENTS[0]}")
    await writer.says("你好")
    before = post.told(STUDENTS[0])[0]
    await post.launched("weekly-reminder")
    await post.sends()
    assert post.told(STUDENTS[0])[0] == before + 1
    assert post.calls(CUSTOM) == []


async def test_who_said_less_is_left_out_of_routine_but_not_of_a_letter(post: MassPost) -> None:
    async with post.work() as work:
        work.people.less(await post.person(STUDENTS[0]), True)
    weekly = await post.launched("weekly-reminder")
    await post.sends()
    assert post.told(*STUDENTS) == [0, 1, 1, 1, 1, 1]
    assert (await post.jobs())[0]["tag"] == "反诈学生常规"
    assert (await post.states(weekly))[Standing.HELD] == 1
    post.stage.clock.turn(timedelta(days=1))
    await post.launched("term-test")
    await post.sends()
    assert post.told(*STUDENTS) == [1, 2, 2, 2, 2, 2]
    assert (await post.jobs())[1]["tag"] == "反诈学生"


async def test_a_part_of_a_kind_is_never_sent_to_all_of_it(post: MassPost) -> None:
    """Somebody of the kind is not meant: the writer is told in person, the silent take the next channel."""
    campaign = await post.launched("weekly-reminder")
    outside = await post.person(STUDENTS[5])
    async with post.work() as work:
        await work.tx.execute(sa.delete(task).where(task.c.person_id == outside))
        await work.tx.execute(sa.delete(delivery).where(delivery.c.person_id == outside))
    writer = post.follower(f"o{STUDENTS[0]}")
    await writer.says("你好")
    before = post.told(STUDENTS[0])[0]
    await post.sends()
    assert post.calls(ALL) == []
    ends = await post.ends(campaign)
    assert ends[STUDENTS[0]] == ("sent", "")
    assert post.told(STUDENTS[0])[0] == before + 1
    assert {ends[code] for code in STUDENTS[1:5]} == {("refused", mass.NOT_WHOLE)}
    assert why(mass.NOT_WHOLE) == "订阅号只能整类群发"


async def test_a_day_holds_one_and_the_other_waits_for_tomorrow(post: MassPost) -> None:
    first = await post.launched("weekly-reminder")
    post.stage.clock.turn(timedelta(seconds=60))
    second = await post.launched("term-test")
    await post.sends()
    assert post.calls(ALL) == ["ok"]
    assert await post.states(first) == {Standing.DELIVERED: 6}
    assert await post.states(second) == {Standing.WAITING: 6}
    async with post.work() as work:
        school = post.stage.bot.school
        (cost,) = await mass_costs(work, school, school.plan.duties["weekly-reminder"].to, post.now)
    assert (cost.followers, cost.spent, cost.day_used) == (6, 0, True)
    await post.passes(hours=17)  # two in the morning: the day is new, the hour is quiet
    assert post.calls(ALL) == ["ok"]
    await post.passes(hours=6)
    assert post.calls(ALL) == ["ok", "ok"]
    assert await post.states(second) == {Standing.DELIVERED: 6}
    assert post.told(*STUDENTS) == [2] * 6


async def test_an_alert_goes_first_and_does_not_wait(post: MassPost) -> None:
    """When the day is used up, its people take the next channel at once."""
    staff = "T2001"
    await post.bind_all([staff])
    weekly = await post.launched("weekly-reminder")
    alert = await post.sound()
    assert post.calls(ALL) == ["ok"]
    assert post.told(*STUDENTS, staff) == [1] * 7
    assert post.told(*PARENTS) == [0] * 3, "the plan's alerts are for students and staff"
    assert (await post.jobs())[0]["tag"] == "反诈学生教职工"
    assert (await post.states(alert))[Standing.DELIVERED] == 7 + 3
    assert await post.states(weekly) == {Standing.WAITING: 6}
    post.stage.clock.turn(timedelta(days=1))
    await post.sends()
    assert await post.states(weekly) == {Standing.DELIVERED: 6}
    late = await post.sound("alert-refund")
    assert post.calls(ALL) == ["ok", "ok"]
    assert (await post.ends(late))[STUDENTS[0]] == ("refused", mass.DAY_USED)


async def test_a_refused_call_leaves_the_day_to_an_alert(post: MassPost) -> None:
    """The platform did not like the words (45168) and has sent nothing, so the day is as free as before."""
    post.stage.sim.faults.errcode(ALL, 45168)
    weekly = await post.launched("weekly-reminder")
    await post.sends()
    await post.sound()
    assert post.calls(ALL) == ["45168", "ok"]
    assert post.told(*STUDENTS) == [1] * 6
    assert {end for end, _ in (await post.ends(weekly)).values()} == {"refused"}


async def test_a_campaign_that_never_gets_its_day_is_over_with_a_reason(post: MassPost) -> None:
    post.stage.sim.faults.errcode(ALL, 45028, times=99)  # the school posts in the console every day
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert await post.states(campaign) == {Standing.WAITING: 6}
    for _ in range(9):
        await post.passes(days=1)
    assert 5 <= len(post.calls(ALL)) <= 8, "one try a day"
    assert (await post.ends(campaign))[STUDENTS[0]] == ("refused", mass.TOO_LATE)


async def test_a_lost_answer_is_repeated_and_seen_once(post: MassPost) -> None:
    post.stage.sim.faults.drop(ALL)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    for _ in range(3):
        await post.passes(seconds=90)
    assert post.calls(ALL)[-1] == "45065"
    assert post.told(*STUDENTS) == [1] * 6
    assert await post.states(campaign) == {Standing.DELIVERED: 6}


async def test_newcomers_after_the_send_do_not_make_it_go_again(post: MassPost) -> None:
    async with post.work() as work:
        work.people.unbind(Address.follower(APP, f"o{STUDENTS[0]}"))
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert post.told(*STUDENTS) == [0, 1, 1, 1, 1, 1]
    await post.bind_all(STUDENTS[:1])
    async with post.work() as work:
        found = await work.people.by_code(STUDENTS[0])
        assert found is not None
        row = await work.tx.row(sa.select(delivery).where(delivery.c.occurrence_id == campaign))
        assert row is not None
        content = (await work.outbox.kept([row.payload]))[row.payload]
        work.outbox.queue(
            key=f"{campaign}/{found.id}", account="public", person=found.id, content=content,
            address=Address.follower(APP, f"o{STUDENTS[0]}").key, urgency=Urgency.ROUTINE,
            not_before=post.now, occurrence=campaign,
        )  # fmt: skip
    await post.sends()
    await post.passes(days=1)
    assert post.calls(ALL) == ["ok"]
    assert (await post.ends(campaign))[STUDENTS[0]] == ("refused", mass.NOT_TAGGED)


async def test_one_who_does_not_follow_does_not_spoil_the_others_tags(post: MassPost) -> None:
    """The unsubscribe event was lost; the platform refuses the whole call (40003)."""
    gone = post.account.follower(f"o{STUDENTS[2]}")
    assert gone is not None
    gone.follows = False
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert post.told(*STUDENTS) == [1, 1, 0, 1, 1, 1]
    ends = await post.ends(campaign)
    assert ends[STUDENTS[2]][0] == "refused"
    assert {ends[code] for code in STUDENTS if code != STUDENTS[2]} == {("sent", "")}
    left = await post.rows(sa.select(mass_tagged).where(mass_tagged.c.address.endswith(f"o{STUDENTS[2]}")))
    assert left == []


async def test_who_unfollows_and_comes_back_is_tagged_again(post: MassPost) -> None:
    await post.sends()
    phone = post.follower(f"o{STUDENTS[0]}")
    await phone.unfollow()
    await post.passes(minutes=6)
    await phone.follow()
    await phone.says(f"绑定 黎甲 {STUDENTS[0]}")
    await post.passes(minutes=6)
    assert "反诈学生" in tags(post, STUDENTS[0])


async def test_a_tag_somebody_deleted_in_the_console_is_made_again(post: MassPost) -> None:
    await post.sends()
    post.account.tags.clear()
    for follower in post.account.followers:
        follower.tags = ()
    first = await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(ALL) == ["40152"]
    assert (await post.ends(first))[STUDENTS[0]][0] == "dead"
    await post.passes(days=1)
    await post.launched("weekly-reminder")
    await post.sends()
    assert post.calls(ALL) == ["40152", "ok"]


async def test_an_account_that_may_not_tag_says_so_and_goes_on(post: MassPost) -> None:
    post.stage.sim.faults.errcode("/cgi-bin/tags/create", 48001, times=9)
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    await post.passes(minutes=1)
    assert (await post.stopped("public/mass")).startswith("48001")
    assert (await post.ends(campaign))[STUDENTS[0]] == ("refused", mass.RESTS)
    assert await post.stopped("public") == ""
