"""From a duty to its moments, over holidays, make-up days and the ends of terms."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.duties.occurrences import days_of, due, occurrence_id, occurrences
from bot.duties.plan import parse_plan
from bot.duties.plan_values import ZONE, Plan
from bot.duties.statutory import china

YEAR = (date(2026, 8, 1), date(2027, 7, 31))


def days(small: str, when: str, if_holiday: str = "day before", do: str = "send") -> list[str]:
    """The days of one school year on which such a duty falls."""
    text = small.replace("every friday at 16:40", when).replace("day before", if_holiday)
    text = text.replace("do: send", f"do: {do}\n        title: 示例")
    if do == "tick":
        text = text.replace("ask: nothing", "ask: tick")
    if do == "quiz":
        text = text.replace("ask: nothing", "ask: tap").replace("what: weekly", "what: term-test")
    duty = parse_plan(text, "f.yaml", china()).duties["weekly-reminder"]
    calendar = parse_plan(text, "f.yaml", china()).calendar
    return [f"{day:%m-%d}" for day in days_of(duty, calendar, *YEAR)]


def test_fridays_move_before_a_holiday_once_a_day(small: str) -> None:
    found = days(small, "every friday at 16:40")
    assert found[:7] == ["09-04", "09-11", "09-18", "09-24", "09-29", "10-09", "10-16"]
    assert found[-4:] == ["12-25", "12-31", "01-08", "01-15"]


@pytest.mark.parametrize(
    ("if_holiday", "around"),
    [
        ("day before", ["09-29", "10-09"]),
        ("day after", ["09-28", "10-08", "10-09"]),
        ("skip", ["10-09"]),
        ("same day", ["10-02", "10-09"]),
    ],
)
def test_the_national_day_week(small: str, if_holiday: str, around: list[str]) -> None:
    found = days(small, "every friday at 16:40", if_holiday)
    assert [day for day in found if "09-26" <= day <= "10-11"] == around


def test_a_makeup_day_of_the_same_week_stands_in(small: str) -> None:
    text = small.replace("like: friday", "like: wednesday")
    assert [day for day in days(text, "every wednesday") if "10-01" <= day <= "10-14"] == ["10-10", "10-14"]


def test_two_runs_never_share_a_day(small: str) -> None:
    found = days(small, "every thursday", "day after")
    assert [day for day in found if "09-30" <= day <= "10-09"] == ["10-08"]


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("once on 2026-11-09 at 16:20", ["11-09"]),
        ("once on 2026-10-04", ["09-29"]),
        ("term week 1 monday", ["09-01"]),
        ("term week 1", ["09-01"]),
        ("term week 6", ["10-08"]),
        ("term week 5 thursday", ["09-29"]),
        ("on 12-20", ["12-18"]),
        ("on 06-20", ["06-18"]),
        ("on event new case", []),
    ],
)
def test_single_days(small: str, when: str, found: list[str]) -> None:
    assert days(small, when) == found


def test_month_ends_move_earlier_and_only_office_work_goes_on_in_vacations(small: str) -> None:
    assert days(small, "monthly by day 25") == ["09-24", "10-23", "11-25", "12-25", "01-15"]
    office = days(small, "monthly by day 25", do="tick")
    assert office[:2] == ["08-25", "09-24"]
    assert office[5:8] == ["01-25", "02-25", "03-25"]
    assert len(office) == 12


def test_no_test_begins_on_an_exam_day(small: str) -> None:
    assert days(small, "every friday", do="quiz")[-1] == "12-31"


def test_ids_show_the_clock_in_china() -> None:
    assert occurrence_id("weekly-reminder", datetime(2026, 11, 20, 8, 40, tzinfo=UTC)) == (
        "weekly-reminder@2026-11-20T16:40"
    )


def test_the_window_is_open_below_and_closed_above(plan: Plan) -> None:
    moment = datetime(2026, 11, 20, 16, 40, tzinfo=ZONE)
    minute = timedelta(minutes=1)

    def ids(since: datetime, until: datetime) -> list[str]:
        return [p.id for p in occurrences(plan, "college-generic", since, until)]

    assert ids(moment - minute, moment) == ["weekly-reminder@2026-11-20T16:40"]
    assert ids(moment, moment + minute) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.datetimes(datetime(2026, 8, 20), datetime(2027, 3, 20)), min_size=1, max_size=5))
def test_cutting_time_anywhere_changes_nothing(plan: Plan, cuts: list[datetime]) -> None:
    first, last = datetime(2026, 8, 20, tzinfo=ZONE), datetime(2027, 3, 20, tzinfo=ZONE)
    ends = sorted({*(cut.replace(tzinfo=ZONE) for cut in cuts), first, last})
    pieces = [
        p.id
        for since, until in pairwise(ends)
        for p in occurrences(plan, "city-bureau", since, until)
    ]
    assert pieces == [p.id for p in occurrences(plan, "city-bureau", first, last)]
    assert len(set(pieces)) == len(pieces)


def test_a_short_stop_is_caught_up_and_a_long_one_recorded(plan: Plan) -> None:
    stopped = datetime(2026, 11, 20, 16, 0, tzinfo=ZONE)
    soon = due(plan, ["college-generic"], stopped, stopped + timedelta(hours=2))
    assert [p.id for p in soon.launch] == ["weekly-reminder@2026-11-20T16:40"]
    assert soon.skipped == ()
    late = due(plan, ["college-generic"], stopped, stopped + timedelta(hours=12))
    assert late.launch == ()
    ((skipped),) = late.skipped
    assert skipped.reason == "原定11月20日 16:40，已过补发时限3小时，不再补发。"


def test_after_a_long_stop_only_the_latest_run_goes_out(small: str) -> None:
    plan = parse_plan(small.replace("late_ok: 3h", "late_ok: 30 days"), "f.yaml", china())
    found = due(plan, plan.packs, datetime(2026, 11, 2, tzinfo=ZONE), datetime(2026, 11, 21, tzinfo=ZONE))
    assert [p.id for p in found.launch] == ["weekly-reminder@2026-11-20T16:40"]
    assert [s.planned.id[-16:] for s in found.skipped] == ["2026-11-06T16:40", "2026-11-13T16:40"]
    assert "只发最近一次" in found.skipped[0].reason


def test_unpublished_makeup_days_are_a_warning(plan: Plan) -> None:
    spring = occurrences(
        plan, "college-generic", datetime(2027, 3, 1, tzinfo=ZONE), datetime(2027, 3, 2, tzinfo=ZONE)
    )
    assert spring
    assert all("2027年的调休" in p.provisional for p in spring)
