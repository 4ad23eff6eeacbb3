"""The four shipped packs through a whole school year."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from conftest import REPO

from bot.duties.audience import kinds_named
from bot.duties.coverage import Clause, Mark, coverage, parse_clauses
from bot.duties.occurrences import Planned, occurrences
from bot.duties.plan_values import ZONE, Plan
from bot.duties.plans_page import plans_markdown
from bot.duties.rules import Ask, Do
from bot.errors import BadFile
from bot.people.rules import PersonKind

PACKS = ["college-generic", "city-bureau", "college-campaign-year", "college-medical"]
FIRST, LAST = date(2026, 8, 1), date(2027, 7, 31)


def year(plan: Plan, pack: str) -> list[Planned]:
    since = datetime(2026, 8, 1, tzinfo=ZONE)
    return occurrences(plan, pack, since, since + timedelta(days=365))


def local(planned: Planned) -> datetime:
    return planned.planned_at.astimezone(ZONE)


def week(plan: Plan, pack: str, monday: date) -> list[str]:
    """What goes out in one week besides the daily items."""
    return [
        f"{local(p):%a %d %H:%M} {p.duty.id}"
        for p in year(plan, pack)
        if monday <= local(p).date() < monday + timedelta(days=7) and not str(p.duty.when).startswith("each")
    ]


@pytest.mark.parametrize("pack", PACKS)
def test_every_clause_is_served(plan: Plan, clauses: tuple[Clause, ...], pack: str) -> None:
    found = coverage(plan, pack, clauses)
    assert found.missing == ()
    assert found.unknown == ()
    assert found.is_complete
    assert all(found.left_out.values())


def test_a_dropped_duty_and_a_wrong_clause_are_noticed(plan: Plan, clauses: tuple[Clause, ...]) -> None:
    more = (Clause("S2-98", Mark.CARRIES, "软件应当承担的"), Clause("S2-99", Mark.TRACKS, "只记录的事情"))
    found = coverage(plan, "city-bureau", (*clauses, *more))
    assert [clause.id for clause in found.missing] == ["S2-98", "S2-99"]
    fewer = coverage(plan, "city-bureau", tuple(c for c in clauses if c.id != "S2-13"))
    assert fewer.unknown == ("S2-13",)


def test_the_clause_list(clauses: tuple[Clause, ...]) -> None:
    assert [sum(c.id.startswith(p) for c in clauses) for p in ("S1", "S2", "S3", "S4")] == [50, 49, 36, 29]
    line = "  - {id: S1-01, mark: C, title: 一个六字标题}\n"
    with pytest.raises(BadFile) as caught:
        parse_clauses("clauses:\n" + line + line, "clauses.yaml")
    assert str(caught.value) == "clauses.yaml:3: 条款 S1-01 写了两次"


@pytest.mark.parametrize("pack", PACKS)
def test_no_school_day_without_its_sixty_seconds(plan: Plan, pack: str) -> None:
    sixty = {local(p).date() for p in year(plan, pack) if p.duty.what == "sixty-seconds"}
    digest = {local(p).date() for p in year(plan, pack) if p.duty.what == "digest"}
    school = {FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)}
    school = {day for day in school if plan.calendar.is_school_day(day)}
    assert sixty == digest == school
    assert 180 < len(school) < 200


@pytest.mark.parametrize("pack", PACKS)
def test_nothing_in_quiet_hours_on_holidays_or_on_the_hour(plan: Plan, pack: str) -> None:
    for p in year(plan, pack):
        assert not plan.is_quiet(p.planned_at), p.id
        assert plan.calendar.is_open_day(local(p).date()), p.id
        assert local(p).minute not in (0, 30), p.id
        if plan.calendar.term_of(local(p).date()) is None:
            assert p.duty.do in (Do.REPORT, Do.TICK), p.id


@pytest.mark.parametrize("pack", PACKS)
def test_students_and_parents_keep_their_caps(plan: Plan, pack: str) -> None:
    weeks: dict[tuple[int, int], set[str]] = {}
    months: dict[int, int] = {}
    for p in year(plan, pack):
        kinds = kinds_named(p.duty.to)
        if PersonKind.STUDENT in kinds:
            # What is marked digest and falls on one moment is one message.
            key = f"{p.planned_at}" if p.duty.digest else p.id
            weeks.setdefault(local(p).isocalendar()[:2], set()).add(key)
        if PersonKind.PARENT in kinds:
            months[local(p).month] = months.get(local(p).month, 0) + 1
    most, most_of_parents = plan.caps[PersonKind.STUDENT].count, plan.caps[PersonKind.PARENT].count
    assert {week: sorted(keys) for week, keys in weeks.items() if len(keys) > most} == {}
    assert all(count <= most_of_parents for count in months.values())


@pytest.mark.parametrize("pack", PACKS)
def test_nobody_is_chased(plan: Plan, pack: str) -> None:
    for duty in plan.packs[pack].duties:
        if duty.do is Do.CONFIRM or PersonKind.PARENT in kinds_named(duty.to):
            assert duty.remind == 0, duty.id
        if duty.do is Do.QUIZ and duty.ask is Ask.FULL_MARKS and duty.blueprint == "term-test":
            assert duty.due == timedelta(days=21), duty.id


def test_the_first_weeks_of_a_college_autumn(plan: Plan) -> None:
    assert week(plan, "college-generic", date(2026, 9, 7)) == [
        "Mon 07 07:20 office-meeting",
        "Mon 07 10:07 staff-reminder",
        "Tue 08 07:20 media-plan",
        "Tue 08 07:40 class-forward",
        "Tue 08 12:20 block-overseas",
        "Tue 08 12:20 follow-account",
        "Tue 08 12:20 install-app",
        "Wed 09 07:20 duty-register",
        "Thu 10 07:20 network-security",
        "Fri 11 09:20 weekly-bulletin",
        "Fri 11 16:40 weekly-reminder",
    ]


def test_a_college_over_the_national_day(plan: Plan) -> None:
    assert week(plan, "college-generic", date(2026, 9, 28)) == [
        "Mon 28 07:20 volunteers",
        "Mon 28 10:07 staff-reminder",
        "Tue 29 07:40 class-forward",
        "Tue 29 09:20 weekly-bulletin",
        "Tue 29 16:40 weekly-reminder",
    ]
    assert week(plan, "college-generic", date(2026, 10, 5)) == [
        "Thu 08 07:20 media-plan",
        "Thu 08 07:40 class-forward",
        "Thu 08 10:07 staff-reminder",
        "Thu 08 16:20 term-test",
        "Fri 09 09:20 weekly-bulletin",
        "Fri 09 16:40 weekly-reminder",
        "Sat 10 07:20 network-security",
    ]


def test_a_bureau_before_the_twentyfifth(plan: Plan) -> None:
    assert week(plan, "city-bureau", date(2026, 11, 16)) == [
        "Mon 16 07:20 bureau-leak-check",
        "Mon 16 07:40 bureau-weekly-case",
        "Tue 17 07:40 bureau-forward-parents",
        "Tue 17 07:40 bureau-forward-staff",
        "Wed 18 09:20 bureau-monthly-report",
    ]


def test_the_campaign_bulletin_goes_out_on_friday_morning(plan: Plan) -> None:
    campaign = year(plan, "college-campaign-year")
    bulletins = [local(p) for p in campaign if p.duty.id == "campaign-weekly-bulletin"]
    assert all(moment.hour < 12 for moment in bulletins)
    assert {f"{m:%m-%d}" for m in bulletins if m.weekday() != 4} == {"09-24", "09-29", "12-31"}


def test_reports_are_in_time_and_twelve_a_year(plan: Plan) -> None:
    monthly = [local(p) for p in year(plan, "city-bureau") if p.duty.id == "bureau-monthly-report"]
    assert [moment.month for moment in monthly] == [8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7]
    assert all(moment.day <= 18 for moment in monthly)
    deadlines = {"bureau-half-year-report": (6, 20), "bureau-annual-report": (12, 20)}
    for p in year(plan, "city-bureau"):
        if p.duty.id in deadlines and p.duty.due:
            end = local(p) + p.duty.due
            assert (end.month, end.day) < deadlines[p.duty.id]


def test_the_page_of_plans_is_current(plan: Plan, clauses: tuple[Clause, ...]) -> None:
    assert (REPO / "docs/plans.md").read_text("utf-8") == plans_markdown(plan, clauses)
