from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.calendar import SchoolCalendar, Statutory, Term, overlapping
from bot.duties.plan_values import Plan
from bot.duties.statutory import china
from bot.duties.when import OnEvent, SchoolDays, Weekday, parse_when


@pytest.fixture
def calendar(plan: Plan) -> SchoolCalendar:
    return plan.calendar


def test_published_makeup_days_of_2026() -> None:
    makeups = {day: like for day, like in china().makeups.items() if day.year == 2026}
    assert makeups == {
        date(2026, 1, 4): Weekday.FRIDAY,
        date(2026, 2, 14): Weekday.FRIDAY,
        date(2026, 2, 28): Weekday.MONDAY,
        date(2026, 5, 9): Weekday.TUESDAY,
        date(2026, 9, 20): Weekday.TUESDAY,
        date(2026, 10, 10): Weekday.WEDNESDAY,
    }


@pytest.mark.parametrize(
    ("day", "followed"),
    [
        (date(2026, 8, 31), None),  # before the term
        (date(2026, 9, 1), Weekday.TUESDAY),
        (date(2026, 9, 20), Weekday.TUESDAY),  # a Sunday made up for
        (date(2026, 9, 25), None),  # 中秋
        (date(2026, 9, 26), None),
        (date(2026, 9, 30), None),  # the school's own day off
        (date(2026, 10, 1), None),
        (date(2026, 10, 7), None),
        (date(2026, 10, 8), Weekday.THURSDAY),
        (date(2026, 10, 10), Weekday.FRIDAY),  # the school's line wins over the package
        (date(2027, 1, 1), None),
        (date(2027, 1, 15), Weekday.FRIDAY),
        (date(2027, 1, 18), None),
    ],
)
def test_whose_timetable_a_day_follows(
    calendar: SchoolCalendar, day: date, followed: Weekday | None
) -> None:
    assert calendar.weekday_followed(day) is followed
    assert calendar.is_school_day(day) is (followed is not None)


def test_weeks_of_term_and_school_year(calendar: SchoolCalendar) -> None:
    assert [calendar.term_week(date(2026, 9, d)) for d in (1, 6, 7, 14)] == [1, 1, 2, 3]
    assert calendar.term_week(date(2026, 8, 31)) is None
    assert calendar.school_year_week(date(2026, 9, 1)) == 1
    assert calendar.school_year_week(date(2027, 1, 15)) == 20
    assert calendar.school_year_week(date(2027, 2, 10)) == 20
    assert calendar.school_year_week(date(2027, 3, 1)) == 21
    assert calendar.school_year_week(date(2027, 7, 9)) == 39
    assert calendar.school_year_week(date(2020, 1, 1)) == 1


def test_exams_and_offices(calendar: SchoolCalendar) -> None:
    assert calendar.is_exam_day(date(2027, 1, 4))
    assert not calendar.is_exam_day(date(2027, 1, 3))
    assert calendar.is_open_day(date(2026, 8, 25))  # a vacation, but the offices work
    assert not calendar.is_open_day(date(2026, 8, 23))


def test_unpublished_years_warn_and_never_raise(calendar: SchoolCalendar) -> None:
    assert calendar.provisional(date(2026, 12, 31)) == ""
    assert "2027年的调休安排尚未公布" in calendar.provisional(date(2027, 4, 5))
    told = SchoolCalendar(calendar.terms, Statutory(), makeups={date(2027, 4, 10): Weekday.MONDAY})
    assert told.provisional(date(2027, 4, 5)) == ""


@given(st.dates())
def test_any_date_has_an_answer(day: date) -> None:
    calendar = SchoolCalendar((Term("2026秋", date(2026, 9, 1), date(2027, 1, 15)),), china(2026, 2027))
    assert calendar.is_school_day(day) <= calendar.is_open_day(day)
    assert calendar.school_year_week(day) >= 1
    assert (calendar.term_week(day) is None) is (calendar.term_of(day) is None)
    assert isinstance(calendar.provisional(day), str)


def test_time_of_day(calendar: SchoolCalendar) -> None:
    assert calendar.time_of(parse_when("on 06-20")) == time(9, 20)
    assert calendar.time_of(SchoolDays()) == time(9, 40)
    assert calendar.time_of(parse_when("on event alert")) is None
    assert SchoolCalendar(()).time_of(SchoolDays()) is None
    assert isinstance(parse_when("on event alert"), OnEvent)


def test_overlapping_terms() -> None:
    autumn = Term("秋", date(2026, 9, 1), date(2027, 1, 15))
    spring = Term("春", date(2027, 1, 15), date(2027, 7, 9))
    assert overlapping((spring, autumn)) == (autumn, spring)
    assert overlapping((autumn,)) is None
