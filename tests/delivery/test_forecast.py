"""What a person is told before sending is what happens: people, ways, hours, quotas, caps, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import wording_forecast as say
from bot.delivery.actions_forecast import outlook
from bot.delivery.forecast import Forecast, Readings, Room, Share, Way, foretell, reading_seconds
from bot.delivery.rules import DeliveryState, Standing
from bot.delivery.store_forecast import CAPS, EXACT, SAMPLE
from bot.delivery.store_forecast import Readings as Counting
from bot.delivery.tables import quota
from bot.duties.plan import parse_plan
from bot.duties.plan_values import ZONE, Plan
from bot.duties.rules import Ask
from bot.duties.statutory import china
from bot.messages import Realm, Urgency
from bot.people.rules import PersonKind, Stage
from bot.people.store_statements import GIVE_WARD
from bot.work import Work
from tests.delivery.post import SEND, Post

STUDENT, STAFF, PARENT = PersonKind
APP = Way("campus", Realm.MEMBER, "app", 1000)
NOTICE = Way("campus", Realm.PARENT, "notice", 1000)
FOLLOWER = Way("public", Realm.OPENID, "template", 1)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ROOMS: Mapping[int, Sequence[Room]] = {
    0: [Room("app", DAY, 160_000, 160_000)],
    1: [Room("notice", MINUTE, 10_000, 10_000)],
    2: [Room("template", DAY, 80_000, 80_000), Room("calls template", MINUTE, 5_000, 5_000)],
}
PLAN = """\
timezone: Asia/Shanghai
calendar:
  terms: [{name: 2026秋, from: 2026-09-01, to: 2027-01-15}]
  breaks: ["09:40"]
quiet_hours: ["21:30-07:00", "13:00-14:00"]
caps: {学生: 2 per week, 家长: 2 per month}
packs:
  p:
    duties:
      - {id: letter, title: 一封信, owner: 处, do: letter, what: letter, to: 家长 or 学生, when: every friday}
      - {id: weekly, title: 周提醒, owner: 处, do: send, what: weekly, to: 学生, when: every friday}
"""


def at(hour: int, minute: int = 0, day: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=ZONE)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return parse_plan(PLAN, "schedules.yaml", china())


def counted(*shares: Share, **more: object) -> Readings:
    kinds: dict[PersonKind, int] = {}
    for share in shares:
        kinds[share.kind] = kinds.get(share.kind, 0) + share.people
    found = Readings(at(9), kinds, (APP, NOTICE, FOLLOWER), shares, {}, {"大学": 20, "家长/大学": 60}, {})
    return replace(found, **more)  # type: ignore[arg-type]


def share(
    kind: PersonKind, people: int, way: int | None = 0, stage: Stage = Stage.COLLEGE, **more: bool
) -> Share:
    return Share(kind, stage, way, more.get("less", False), more.get("exempt", False), people)


def told(
    plan: Plan, found: Readings, moment: datetime, duty: str = "weekly", **rooms: Sequence[Room]
) -> Forecast:
    mine = {**ROOMS, **{int(place[1:]): line for place, line in rooms.items()}}
    return foretell(plan, "p", plan.duties[duty], found, mine, moment)


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%m-%d %H:%M}"


def test_the_example_of_the_administrators(plan: Plan) -> None:
    found = counted(
        share(PARENT, 2844, 1), share(PARENT, 26, None), share(STUDENT, 344),
        used={PARENT: {0: 2870}, STUDENT: {1: 344}},
    )  # fmt: skip
    lines = say.preview("一封信", told(plan, found, at(19, 40), "letter")).splitlines()
    assert lines == [
        "「一封信」将发给3,214人（家长2,870、学生344）；10-12 19:40发，约19:55发完。",
        "渠道：campus 企业微信344人、campus 学校通知2,844人；无渠道26人（由老师转达）。",
        "占用本周学生额度2/2。",
        "占用本月家长额度1/2。",
        "campus 企业微信当日额度：用344，可用160,000。",
        "总阅读时间约49.3小时。",
    ]


def test_a_small_campaign_is_through_in_a_minute(plan: Plan) -> None:
    found = told(plan, counted(share(STUDENT, 40)), at(10))
    assert (local(found.start), local(found.through)) == ("10-12 10:00", "10-12 10:01")


def test_at_night_it_begins_in_the_morning(plan: Plan) -> None:
    found = told(plan, counted(share(STUDENT, 40)), at(22))
    assert (local(found.start), local(found.through)) == ("10-13 07:00", "10-13 07:01")


def test_quiet_hours_in_the_middle_are_a_pause(plan: Plan) -> None:
    found = told(plan, counted(share(STUDENT, 40_000)), at(12, 55))
    assert (local(found.start), local(found.through)) == ("10-12 12:55", "10-12 14:10")


def test_pupils_wait_for_the_break(plan: Plan) -> None:
    both = counted(share(STUDENT, 30), share(STUDENT, 12, 0, Stage.JUNIOR))
    found = told(plan, both, at(9))
    assert (local(found.start), local(found.through), found.waiting) == ("10-12 09:00", "10-12 09:41", 12)
    assert "其中12名学生在上课" in say.preview("周提醒", found)


def test_a_day_that_is_too_small_says_so(plan: Plan) -> None:
    found = told(plan, counted(share(STUDENT, 1000)), at(10), _0=[Room("app", DAY, 300, 400)])
    assert local(found.through) == "10-14 07:15", "300 today, 400 tomorrow, 300 the day after"
    assert "用1,000，可用300，今天不够，余下700人明天起发" in say.preview("周提醒", found)


def test_one_follower_a_call_takes_its_time(plan: Plan) -> None:
    """20,000 calls of 0.4 seconds, eight at once: 17 minutes; 5,000 a minute would take six."""
    slow = counted(share(STUDENT, 20_000, 2), calls={"public": timedelta(seconds=0.4)})
    assert local(told(plan, slow, at(10)).through) == "10-12 10:17"
    fast = counted(share(STUDENT, 60_000, 2), calls={"public": timedelta(seconds=0.01)})
    assert local(told(plan, fast, at(10)).through) == "10-12 10:22", "two minutes share 5,000"


def test_caps_in_another_week_begin_anew(plan: Plan) -> None:
    found = counted(share(STUDENT, 100), used={STUDENT: {0: 10, 1: 60, 2: 30}})
    (use,) = told(plan, found, at(10)).caps
    assert (use.number, use.full) == (2, 30)
    assert say.cap(use) == "占用本周学生额度2/2；30人已满，并入下周一早上的汇总。"
    (use,) = told(plan, found, at(10, day=19)).caps
    assert (use.number, use.full) == (1, 0)
    full = counted(share(STUDENT, 5), used={STUDENT: {2: 5}})
    assert told(plan, full, at(10)).caps[0].full == 5


def test_less_is_kept_for_letters(plan: Plan) -> None:
    found = counted(share(STUDENT, 10), share(STUDENT, 3, less=True), share(STUDENT, 2, exempt=True))
    assert (told(plan, found, at(10)).less, told(plan, found, at(10), "letter").less) == (3, 0)
    assert "少发3人不发、豁免2人。" in say.preview("周提醒", told(plan, found, at(10)))


@pytest.mark.parametrize(("approve", "words"), [(0, ""), (1, "需要另一位审批。"), (2, "需要另外两位审批。")])
def test_how_many_others_must_agree_is_said_before(plan: Plan, approve: int, words: str) -> None:
    found = replace(told(plan, counted(share(STUDENT, 9)), at(10)), approve=approve)
    lines = say.preview("周提醒", found).splitlines()
    assert [line for line in lines if "审批" in line] == [words] * bool(words)
    if approve:
        assert words.removeprefix("需要")[:-1] in say.asked_for_approval("x", None, approve)



def test_what_reading_costs() -> None:
    assert reading_seconds(600, Ask.NOTHING) == 120
    assert reading_seconds(600, Ask.SIGN) == 140
    assert reading_seconds(0, Ask.FULL_MARKS, 15) == 380, "fifteen questions and a signature: six minutes"


shares = st.lists(
    st.builds(
        Share, st.sampled_from(PersonKind), st.sampled_from([None, *Stage]), st.sampled_from([None, 0, 1, 2]),
        st.booleans(), st.booleans(), st.integers(1, 3000),
    ),
    max_size=12,
)  # fmt: skip
moments = st.datetimes(datetime(2026, 10, 10), datetime(2026, 10, 20)).map(lambda m: m.replace(tzinfo=UTC))


@given(shares, moments, st.sampled_from(["letter", "weekly"]), st.integers(1, 5))
def test_everybody_is_somewhere_and_nothing_ends_before_it_begins(
    plan: Plan, some: list[Share], moment: datetime, duty: str, sample: int
) -> None:
    looked = counted(*some)
    found = told(plan, looked, moment, duty)
    assert sum(d.people for d in found.draws) + found.nowhere + found.less + found.exempt == found.people
    assert moment <= found.start < found.through
    assert not plan.is_quiet(found.start)
    assert not plan.is_quiet(found.through - MINUTE)
    whole = replace(looked, kinds={kind: count * sample for kind, count in looked.kinds.items()})
    assert told(plan, whole, moment, duty).people == found.people * sample
    assert len(say.preview("一封信", found).encode()) < 1200


async def test_a_guardian_is_excused_when_every_child_is(post: Post) -> None:
    """From a letter, which asks about each child; the mother of two is asked about the other one."""
    assert (await forecast(post, "parent-letter")).exempt == 0
    mother, brother = await post.person("P1"), await post.person("2301002")
    async with post.work() as work:
        work.people.exempt(await post.person("2301001"), "parent-letter", "监护人不同意", post.now)
    assert (await forecast(post, "parent-letter")).exempt == 2
    async with post.work() as work:
        work.tx.write(GIVE_WARD, parent_id=mother, child_id=brother)
    found = await forecast(post, "parent-letter")
    assert (found.exempt, found.kinds) == (1, {PARENT: 2})
    await post.launched("parent-letter")
    async with post.work() as work:
        given = await work.duties.tasks_for((await work.duties.occurrences(duty="parent-letter"))[0].id)
    assert sorted(task.exempt for task, _ in given) == ["", "监护人不同意", "监护人不同意"]


async def test_it_is_what_happens(post: Post) -> None:
    """少发, an exemption, nobody's channel, a used cap and quota: foretold, then sent and counted."""
    await post.zhou.says("少发")
    async with post.work() as work:
        work.people.exempt(await post.person("T1004"), "weekly-reminder", "病假", post.now)
    await post.queue("常规", "2301001", urgency=Urgency.ROUTINE)
    await post.sends()
    found = await forecast(post, "weekly-reminder")
    assert found.kinds == {STUDENT: 3}
    assert [(d.way.account, d.people, d.left) for d in found.draws] == [("campus", 1, 159_999)]
    assert (found.nowhere, found.less, found.exempt) == (1, 1, 0)
    assert [(use.number, use.full) for use in found.caps] == [(1, 0)], "most have had none this week"
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    states = await post.states(campaign)
    assert states == {Standing.DELIVERED: 1, Standing.HELD: 1, Standing.NO_CHANNEL: 1}
    assert (await forecast(post, "weekly-reminder")).caps[0].full == 1


async def test_ways_in_the_order_of_a_launch(post: Post) -> None:
    await post.bind("2301003", "oZheng")
    await post.bind("2301001", "oLin")
    found = await forecast(post, "weekly-reminder")
    assert [(d.way.account, d.way.line, d.people) for d in found.draws] == [
        ("campus", "app", 2), ("public", "template", 1),
    ]  # fmt: skip
    letter = await forecast(post, "parent-letter")
    assert [(d.way.line, d.people, d.left) for d in letter.draws] == [("notice", 2, None)]


async def test_a_quota_that_others_have_used(post: Post) -> None:
    async with post.stage.bot.database.begin() as tx:
        tx.write(quota.insert(), name="campus/app/2026-10-12T00:00", used=159_999, until=post.now)
    found = await forecast(post, "weekly-reminder")
    assert [(d.left, d.later) for d in found.draws] == [(1, 1)]
    assert local(found.through) == "10-13 07:15"
    campaign = await post.launched("weekly-reminder")
    await post.sends()
    assert [state for state, _ in await post.deliveries()].count(DeliveryState.SENT) == 1
    await post.stage.turn_to(found.through)
    assert (await post.states(campaign))[Standing.DELIVERED] == 2
    assert post.calls(SEND) == ["ok", "ok"]


async def test_a_sample_is_some_of_the_people(post: Post) -> None:
    """Above the limit every so many-th id is looked at; every person is in exactly one of the samples."""
    school = post.stage.bot.school
    async with post.stage.bot.database.reading() as tx:
        counting = Counting(tx, school.plan.duties["weekly-reminder"].to, school.plan.asks, None)
        some = await counting.shares(EXACT + 1, (APP,), {"campus": True}, "weekly-reminder", post.now)
        used = await counting.used(EXACT + 1, {STUDENT: post.now})
        ids = [(await post.person(code)) for code in ("2301001", "2301002", "2301003")]
    assert sum(one.people for one in some) == sum(id_ % -(-(EXACT + 1) // SAMPLE) == 0 for id_ in ids)
    assert sum(used.get(STUDENT, {}).values()) == sum(id_ % -(-(EXACT + 1) // CAPS) == 0 for id_ in ids)


def test_a_sample_stands_for_everybody(plan: Plan) -> None:
    looked = counted(share(STUDENT, 900), share(STUDENT, 100, None), used={STUDENT: {0: 300, 2: 200}})
    found = told(plan, replace(looked, kinds={STUDENT: 200_000}), at(10))
    assert (found.people, found.draws[0].people, found.nowhere) == (200_000, 180_000, 20_000)
    assert found.caps[0].full == 80_000
    assert "渠道约：" in say.preview("周提醒", found)
    assert "渠道：" in say.preview("周提醒", told(plan, looked, at(10)))


async def forecast(post: Post, duty: str, unit: str = "") -> Forecast:
    school = post.stage.bot.school
    async with post.stage.bot.database.reading() as tx:
        seen = await outlook(
            Work(tx), school, school.default_pack, school.plan.duties[duty], post.now, unit=unit
        )
        return await seen.at(post.now)
