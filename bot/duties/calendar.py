"""The school calendar: terms, statutory holidays, make-up days. It answers for any date and never raises.

Statutory days come as data (see statutory.py); what the school's own file says wins over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Final

from bot.duties.cadence_wording import provisional_day
from bot.duties.lessons import USUAL, Timetable, lesson_end
from bot.duties.when import DEFAULT_TIME, OnEvent, SchoolDays, Weekday, When
from bot.people.rules import Stage

DAY: Final = timedelta(days=1)
SPRING_BEGINS_WITH_WEEK: Final = 21  # of the school year, in which materials are chosen by season


@dataclass(frozen=True, slots=True)
class Statutory:
    """What the state has announced: holidays by name, and make-up days with the weekday they make up for.

    ``published`` are the years whose make-up days are known; other years have their statutory days only.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    makeups: Mapping[date, Weekday] = field(default_factory=dict)
    published: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    first: date
    last: date
    exams: tuple[date, date] | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def is_autumn(self) -> bool:
        return self.first.month >= 7

    @property
    def monday(self) -> date:
        """Of week 1, the week in which the term begins."""
        return self.first - self.first.weekday() * DAY

    @property
    def weeks(self) -> int:
        return self.week(self.last)

    def week(self, day: date) -> int:
        return (day - self.monday).days // 7 + 1


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """``makeups`` and ``off`` are the school's own lines; ``breaks`` are the class breaks of a day.

    ``lessons`` are the lesson hours of each 学段 that has them.
    """

    terms: tuple[Term, ...]
    statutory: Statutory = Statutory()
    off: frozenset[date] = frozenset()
    makeups: Mapping[date, Weekday] = field(default_factory=dict)
    breaks: tuple[time, ...] = ()
    lessons: Timetable = field(default_factory=lambda: USUAL)

    def is_school_day(self, day: date) -> bool:
        """Inside a term and with lessons or exams."""
        return self.weekday_followed(day) is not None

    def weekday_followed(self, day: date) -> Weekday | None:
        """The weekday whose timetable holds on a school day; ``None`` on every other day."""
        return self._works_like(day) if self.term_of(day) else None

    def is_open_day(self, day: date) -> bool:
        """A school day, or outside the terms a working day: the offices are open."""
        return self._works_like(day) is not None

    def term_of(self, day: date) -> Term | None:
        return next((term for term in self.terms if day in term), None)

    def term_week(self, day: date) -> int | None:
        """From 1; weeks begin on Monday, and week 1 is the one in which the term begins."""
        term = self.term_of(day)
        return term.week(day) if term else None

    def school_year_week(self, day: date) -> int:
        """Autumn terms have weeks 1 to 20, spring terms from 21; a vacation keeps the last week before it."""
        begun = [term for term in self.terms if term.first <= day]
        if not begun:
            return 1
        term = max(begun, key=lambda term: term.first)
        week = term.week(min(day, term.last))
        if term.is_autumn:
            return min(week, SPRING_BEGINS_WITH_WEEK - 1)
        return SPRING_BEGINS_WITH_WEEK - 1 + week

    def is_exam_day(self, day: date) -> bool:
        term = self.term_of(day)
        return bool(term and term.exams and term.exams[0] <= day <= term.exams[1])

    def lesson_end(self, stage: Stage, day: date, at: time) -> time | None:
        """Until when the lesson runs that a 学段 has at this time; ``None``: no lesson, or no school day."""
        end = lesson_end(self.lessons.get(stage, ()), self.breaks, at)
        return end if end is not None and self.is_school_day(day) else None

    def time_of(self, when: When) -> time | None:
        """The time of day in China; ``None`` for events, and for breaks where there are none."""
        if isinstance(when, OnEvent):
            return None
        if isinstance(when, SchoolDays) and when.at is None:
            return self.breaks[0] if self.breaks else None
        return when.at or DEFAULT_TIME

    def provisional(self, day: date) -> str:
        """A warning when the make-up days of that year are not published yet, else the empty text."""
        known = self.statutory.published | {d.year for d in self.makeups}
        return "" if day.year in known else provisional_day(day)

    def _works_like(self, day: date) -> Weekday | None:
        if day in self.off:
            return None
        followed = self.makeups.get(day, self.statutory.makeups.get(day))
        if followed is not None:
            return followed
        return None if day.weekday() > 4 or day in self.statutory.holidays else Weekday(day.weekday())


def overlapping(terms: tuple[Term, ...]) -> tuple[Term, Term] | None:
    """The first two terms that share a day."""
    ordered = sorted(terms, key=lambda term: term.first)
    return next(((a, b) for a, b in pairwise(ordered) if b.first <= a.last), None)
