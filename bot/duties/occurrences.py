"""Duties on the calendar: which moments they fall on, and which of those are launched now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.duties.cadence_wording import overtaken, too_late
from bot.duties.calendar import DAY, SchoolCalendar, Term
from bot.duties.plan_values import ZONE, Duty, IfHoliday, Plan
from bot.duties.rules import Do
from bot.duties.when import Monthly, Once, SchoolDays, TermWeek, Weekly, Yearly

# How far a day may be moved: a vacation before the 25th, or the National Day week.
_REACH: Final = timedelta(days=40)
_OFFICE_WORK: Final = frozenset({Do.REPORT, Do.TICK})


@dataclass(frozen=True, slots=True)
class Planned:
    """A duty at its planned moment (aware, UTC). ``provisional`` is a warning in Chinese, or empty."""

    duty: Duty
    planned_at: datetime
    provisional: str = ""

    @property
    def id(self) -> str:
        return occurrence_id(self.duty.id, self.planned_at)


@dataclass(frozen=True, slots=True)
class Skipped:
    planned: Planned
    reason: str


@dataclass(frozen=True, slots=True)
class Due:
    """What the clock does now; ``skipped`` is recorded with its reason."""

    launch: tuple[Planned, ...]
    skipped: tuple[Skipped, ...]


def occurrence_id(duty: str, planned_at: datetime) -> str:
    """``duty@2026-11-20T16:40``, the time as the clock in China shows it."""
    return f"{duty}@{planned_at.astimezone(ZONE):%Y-%m-%dT%H:%M}"


def occurrences(plan: Plan, pack: str, since: datetime, until: datetime) -> list[Planned]:
    """Everything planned after ``since``, up to and including ``until``, in order of time. Never raises.

    A make-up day takes the place of the weekday it follows when that weekday of the same week is off. A day
    that is no school day is moved as ``if_holiday`` says, never to before its term; a second run of the same
    duty on one day falls away. In vacations only office work (reports, ticks) and dates written out go on, on
    working days. No test begins on an exam day.
    """
    first, last = since.astimezone(ZONE).date(), until.astimezone(ZONE).date()
    found = []
    for duty in plan.packs[pack].duties:
        at = plan.calendar.time_of(duty.when)
        if at is None:
            continue
        for day in days_of(duty, plan.calendar, first, last):
            moment = datetime.combine(day, at, ZONE).astimezone(UTC)
            if since < moment <= until:
                found.append(Planned(duty, moment, plan.calendar.provisional(day)))
    return sorted(found, key=lambda planned: (planned.planned_at, planned.duty.id))


def due(plan: Plan, packs: Iterable[str], watermark: datetime, now: datetime) -> Due:
    """What fell due after ``watermark`` until ``now``: launched within ``late_ok``, else skipped.

    Of several runs of one duty only the latest is launched, so that a long pause does not end in a flood.
    """
    planned = [p for pack in dict.fromkeys(packs) for p in occurrences(plan, pack, watermark, now)]
    latest = {p.duty.id: p for p in sorted(planned, key=lambda p: p.planned_at)}
    launch, skipped = [], []
    for p in planned:
        local = p.planned_at.astimezone(ZONE)
        if now - p.planned_at > p.duty.late_ok:
            skipped.append(Skipped(p, too_late(local, p.duty.late_ok)))
        elif latest[p.duty.id] != p:
            skipped.append(Skipped(p, overtaken(local)))
        else:
            launch.append(p)
    return Due(tuple(launch), tuple(skipped))


def moved_from(plan: Plan, pack: str, planned: Planned, gone_out: Iterable[datetime]) -> datetime | None:
    """When the same duty went out earlier on that day, at a time that the plan has no longer; else ``None``.

    Whoever changes the time of a duty in the middle of its day does not mean it twice.
    """
    midnight, next_one = day_around(planned.planned_at)
    today = occurrences(plan, pack, midnight - timedelta(microseconds=1), next_one)
    meant = {other.planned_at for other in today if other.duty.id == planned.duty.id}
    return next((at for at in sorted(gone_out) if at not in meant), None)


def day_around(moment: datetime) -> tuple[datetime, datetime]:
    """The midnights before and after, as the clock in China shows them."""
    midnight = datetime.combine(moment.astimezone(ZONE).date(), time.min, ZONE)
    return midnight, midnight + DAY


def days_of(duty: Duty, calendar: SchoolCalendar, first: date, last: date) -> list[date]:
    """The days from ``first`` to ``last`` on which the duty falls, each once, in order."""
    if isinstance(duty.when, SchoolDays):
        found = {day for day in _each(first, last) if calendar.is_school_day(day)}
    else:
        found = set(_moved(duty, calendar, first - _REACH, last + _REACH))
    if duty.do is Do.QUIZ:
        found = {day for day in found if not calendar.is_exam_day(day)}
    return sorted(day for day in found if first <= day <= last)


def _moved(duty: Duty, calendar: SchoolCalendar, first: date, last: date) -> Iterator[date]:
    when = duty.when
    match when:
        case Once(day):
            wanted = [day]
        case Yearly(month, day):
            wanted = [date(year, month, day) for year in range(first.year, last.year + 1)]
        case Weekly(weekday):
            mondays = _each(first - first.weekday() * DAY, last, 7 * DAY)
            wanted = [_stand_in(calendar, monday + weekday * DAY) for monday in mondays]
            wanted = [day for day in wanted if calendar.term_of(day)]
        case TermWeek():
            wanted = [_in_term(calendar, term, when) for term in calendar.terms if term.weeks >= when.week]
        case Monthly():
            yield from _monthly(duty, calendar, when, first, last)
            return
        case _:
            return
    for day in wanted:
        if (moved := _shift(calendar, day, duty.if_holiday)) is not None:
            yield moved


def _in_term(calendar: SchoolCalendar, term: Term, when: TermWeek) -> date:
    """Never before the term; without a weekday, the first school day of that week or else its Monday."""
    monday = term.monday + (when.week - 1) * 7 * DAY
    if when.weekday is not None:
        return min(max(_stand_in(calendar, monday + when.weekday * DAY), term.first), term.last)
    week = _each(max(monday, term.first), min(monday + 6 * DAY, term.last))
    return next((day for day in week if calendar.is_school_day(day)), max(monday, term.first))


def _monthly(duty: Duty, calendar: SchoolCalendar, when: Monthly, first: date, last: date) -> Iterator[date]:
    """A deadline moves earlier, inside its month; office work has one in the vacations too."""
    month = first.replace(day=1)
    while month <= last:
        days = list(_each(month, month.replace(day=when.day)))[::-1]
        school = next((day for day in days if calendar.is_school_day(day)), None)
        office = next((day for day in days if calendar.is_open_day(day)), None)
        found = (office if duty.do in _OFFICE_WORK else school) if calendar.terms else None
        if found is not None:
            yield found
        month = (month + 31 * DAY).replace(day=1)


def _stand_in(calendar: SchoolCalendar, day: date) -> date:
    """The make-up day of the same week that follows this weekday's timetable, when the day itself is off."""
    if calendar.is_open_day(day) or calendar.term_of(day) is None:
        return day
    monday = day - day.weekday() * DAY
    week = _each(monday, monday + 6 * DAY)
    return next((d for d in week if d != day and calendar.weekday_followed(d) == day.weekday()), day)


def _shift(calendar: SchoolCalendar, day: date, if_holiday: IfHoliday) -> date | None:
    """Where a day goes that is no open day; ``None``: nowhere."""
    if calendar.is_open_day(day) or if_holiday is IfHoliday.SAME_DAY:
        return day
    if if_holiday is IfHoliday.SKIP:
        return None
    term = calendar.term_of(day)
    before = _open(calendar, day, -DAY)
    after = _open(calendar, day, DAY)
    if if_holiday is IfHoliday.DAY_AFTER:
        return after if after and (term is None or after <= term.last) else before
    return before if before and (term is None or before >= term.first) else after


def _open(calendar: SchoolCalendar, day: date, step: timedelta) -> date | None:
    days = (day + n * step for n in range(1, _REACH.days))
    return next((d for d in days if calendar.is_open_day(d)), None)


def _each(first: date, last: date, step: timedelta = DAY) -> Iterator[date]:
    while first <= last:
        yield first
        first += step
