"""Nobody is written to in a lesson: on any timetable the next moment is a break, an end, a later hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.duties.audience import stages_named
from bot.duties.audience_parser import parse_audience
from bot.duties.calendar import SchoolCalendar, Statutory, Term
from bot.duties.lessons import BREAK, PUPILS, USUAL, Hours, in_order, lesson_end
from bot.duties.plan import parse_plan
from bot.duties.plan_values import ZONE, Plan, QuietHours
from bot.duties.starting import start_of
from bot.people.rules import Stage

NIGHT = QuietHours(time(21, 30), time(7))
LUNCH = QuietHours(time(13), time(14))
TERM = Term("2026秋", date(2026, 9, 1), date(2027, 1, 15))
_MINUTE = timedelta(minutes=1)


def clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Any timetable of a day: up to four stretches, none inside another."""
    ends = sorted(draw(st.lists(st.integers(0, 1439), max_size=8, unique=True)))
    return tuple(Hours(clock(a), clock(b)) for a, b in zip(ends[::2], ends[1::2], strict=False))


times = st.integers(0, 1439).map(clock)
quiet = st.lists(
    st.tuples(times, times).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: QuietHours(*pair)),
    max_size=3,
)
plans = st.builds(
    lambda hours, breaks, quiet: Plan(
        SchoolCalendar((TERM,), Statutory(), breaks=tuple(sorted(breaks)), lessons=hours),
        tuple(quiet), {}, {}, {},
    ),
    st.fixed_dictionaries({stage: stretches() for stage in PUPILS}),
    st.lists(times, max_size=4, unique=True),
    quiet,
)  # fmt: skip
moments = st.datetimes(datetime(2026, 11, 19), datetime(2026, 11, 25)).map(lambda at: at.replace(tzinfo=ZONE))


def is_free(plan: Plan, at: datetime, stages: Sequence[Stage]) -> bool:
    local = at.astimezone(ZONE)
    begins = [datetime.combine(local.date(), pause, ZONE) for pause in plan.calendar.breaks]
    if any(local.time() in hours for hours in plan.quiet_hours):
        return False
    if local.date() not in TERM or local.weekday() > 4 or any(b <= local < b + BREAK for b in begins):
        return True
    return not any(local.time() in hours for stage in stages for hours in plan.calendar.lessons[stage])


@given(plans, moments, st.sets(st.sampled_from(PUPILS)))
def test_the_first_free_moment_and_no_later_one(plan: Plan, at: datetime, stages: set[Stage]) -> None:
    """Compared with a walk minute by minute."""
    whole = at.replace(second=0, microsecond=0)
    steps = (whole + number * _MINUTE for number in range(1, 5 * 1440))
    wanted = at if is_free(plan, at, list(stages)) else None
    wanted = wanted or next((step for step in steps if is_free(plan, step, list(stages))), None)
    assume(wanted is not None)
    found = plan.free_from(at.astimezone(UTC), stages)
    assert found == wanted
    assert not stages & plan.lessons_at(found)
    assert not plan.is_quiet(found)


@given(plans, moments)
def test_without_pupils_there_are_no_lessons(plan: Plan, at: datetime) -> None:
    assert plan.free_from(at) == plan.quiet_until(at)
    assert plan.free_from(at, [Stage.COLLEGE]) == plan.quiet_until(at)


@pytest.fixture
def school() -> Plan:
    off = frozenset({date(2026, 11, 24)})
    calendar = SchoolCalendar((TERM,), Statutory(), off=off, breaks=(time(9, 40),))
    return Plan(calendar, (NIGHT, LUNCH), {}, {}, {})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "free"),
    [
        (at(19, 7, 30), at(19, 7, 30)),
        (at(19, 8), at(19, 9, 40)),  # the class break
        (at(19, 9, 59), at(19, 9, 59)),
        (at(19, 10), at(19, 11, 50)),
        (at(19, 12, 10), at(19, 12, 10)),
        (at(19, 13, 10), at(19, 16, 50)),  # lunch, and at its end a lesson begins
        (at(19, 21, 40), at(20, 7)),
        (at(21, 9), at(21, 9)),  # a Saturday
        (at(24, 9), at(24, 9)),  # the school's own day off
    ],
)
def test_a_day_of_junior_school(school: Plan, moment: datetime, free: datetime) -> None:
    assert school.free_from(moment, [Stage.JUNIOR]) == free


def test_two_timetables_at_once(school: Plan) -> None:
    """A teacher of two 学段 is free when both are."""
    assert school.free_from(at(19, 8, 5), [Stage.PRIMARY, Stage.JUNIOR]) == at(19, 9, 40)
    assert school.free_from(at(19, 11, 45), [Stage.PRIMARY, Stage.JUNIOR]) == at(19, 11, 50)
    assert school.lessons_at(at(19, 11, 45)) == {Stage.JUNIOR, Stage.SENIOR}


def test_the_usual_hours_are_sound() -> None:
    assert all(in_order(hours) for hours in USUAL.values())
    assert lesson_end(USUAL[Stage.PRIMARY], (), time(8, 10)) is None, "小学 begins at 08:20"
    assert not in_order([Hours(time(9), time(8))])
    assert not in_order([Hours(time(8), time(10)), Hours(time(9), time(11))])


def test_a_break_at_the_very_end_of_a_day() -> None:
    assert lesson_end([Hours(time(23), time(23, 59))], [time(23, 50)], time(23, 55)) is None


def test_where_a_message_starts(small: str) -> None:
    plan = parse_plan(small, "schedules.yaml", Statutory())
    (duty,) = plan.duties.values()
    starts = {
        words: start_of(plan, "college-generic", duty, at(19, 10, 30), words)
        for words in ((), ("初中",), ("初中", "大学"), ("家长/初中",))
    }
    assert starts == dict.fromkeys(starts, at(19, 10, 30)) | {("初中",): at(19, 11, 50)}


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("学生", ""),
        ("学生 and (高中 or 初中)", "初中高中"),
        ("小学 or 家长", ""),
        ("学生 and 初中 except 高中", "初中"),
        ("unit 附属中学", ""),
    ],
)
def test_the_stages_an_audience_is_limited_to(text: str, stages: str) -> None:
    assert stages_named(parse_audience(text)) == {stage for stage in Stage if stage in stages}
