"""A school's plan as values: packs of duties, and the rules of attention that bind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from bot.duties.audience import Audience
from bot.duties.calendar import SchoolCalendar
from bot.duties.rules import Ask, Do
from bot.duties.when import When
from bot.people.rules import PersonKind, Stage

ZONE: Final = ZoneInfo("Asia/Shanghai")
YEARS: Final = range(2000, 2200)  # what people may ask about; at the ends of the calendar sums of days fail
MINUTE: Final = timedelta(minutes=1)
_TURNS: Final = 400  # lessons, breaks and quiet hours to step over; a checked plan needs a dozen


class IfHoliday(StrEnum):
    """What a duty does when its day is no school day."""

    DAY_BEFORE = "day before"
    DAY_AFTER = "day after"
    SKIP = "skip"
    SAME_DAY = "same day"


class Mode(StrEnum):
    """How full marks are reached: every point mastered, or all right in one sitting."""

    MASTERY = "mastery"
    CLEAN_RUN = "clean-run"


class Sitting(StrEnum):
    """Alone on one's own phone, or the class together, closed by the teacher."""

    ALONE = "alone"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Blueprint:
    """How a paper is drawn for one audience (学段, 教职工 or 家长). No topics means any topic."""

    name: str
    audience: str
    points: int
    topics: Mapping[str, int] = field(default_factory=dict)
    mode: Mode = Mode.MASTERY
    sitting: Sitting = Sitting.ALONE


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many routine messages to one person in a day, week or month."""

    count: int
    per: Period


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``first`` until before ``last``; may go over midnight."""

    first: time
    last: time

    def __contains__(self, at: time) -> bool:
        if self.first <= self.last:
            return self.first <= at < self.last
        return at >= self.first or at < self.last


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that somebody must do by a date. ``approve`` is how many approvers it waits for."""

    id: str
    title: str
    clause: tuple[str, ...]
    owner: str
    do: Do
    what: str
    to: Audience
    when: When
    if_holiday: IfHoliday = IfHoliday.DAY_BEFORE
    ask: Ask = Ask.NOTHING
    due: timedelta | None = None
    remind: int = 0
    late_ok: timedelta = timedelta(hours=3)
    approve: int = 0
    digest: bool = False
    blueprint: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """The duties of one plan. ``clauses`` is the prefix of its clause list (S1 … S4), or empty."""

    id: str
    title: str
    duties: tuple[Duty, ...]
    clauses: str = ""
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """The whole of schedules.yaml, checked. Duty ids are unique over all packs."""

    calendar: SchoolCalendar
    quiet_hours: tuple[QuietHours, ...]
    caps: Mapping[PersonKind, Cap]
    blueprints: Mapping[str, tuple[Blueprint, ...]]
    packs: Mapping[str, Pack]

    @cached_property
    def duties(self) -> Mapping[str, Duty]:
        """By id, over all packs."""
        return {duty.id: duty for pack in self.packs.values() for duty in pack.duties}

    @cached_property
    def asks(self) -> Mapping[str, Ask]:
        """What closes a task of each duty; audiences with ``without`` need it."""
        return {duty.id: duty.ask for duty in self.duties.values()}

    def blueprint(self, name: str, audience: str) -> Blueprint | None:
        """The member of the family ``name`` made for a 学段, 教职工 or 家长."""
        return next((b for b in self.blueprints.get(name, ()) if b.audience == audience), None)

    def is_quiet(self, moment: datetime) -> bool:
        """Is it a quiet hour in China at this aware moment?"""
        return any(moment.astimezone(ZONE).time() in hours for hours in self.quiet_hours)

    def quiet_until(self, moment: datetime) -> datetime:
        """The first moment from ``moment`` on that is in no quiet hour."""
        for _ in range(len(self.quiet_hours) + 1):
            local = moment.astimezone(ZONE)
            inside = next((hours for hours in self.quiet_hours if local.time() in hours), None)
            if inside is None:
                break
            end = local.replace(hour=inside.last.hour, minute=inside.last.minute, second=0, microsecond=0)
            moment = end if end > local else end + timedelta(days=1)
        return moment

    def lessons_at(self, moment: datetime) -> frozenset[Stage]:
        """The 学段 that have a lesson at this aware moment."""
        local = moment.astimezone(ZONE)
        day, at = local.date(), local.time()
        return frozenset(s for s in self.calendar.lessons if self.calendar.lesson_end(s, day, at) is not None)

    def free_from(self, moment: datetime, stages: Collection[Stage] = ()) -> datetime:
        """The first moment from ``moment`` on that is in no quiet hour and in no lesson of these 学段."""
        for _ in range(_TURNS):
            later = self.quiet_until(moment)
            local = later.astimezone(ZONE)
            ends = [self.calendar.lesson_end(stage, local.date(), local.time()) for stage in stages]
            running = [end for end in ends if end is not None]
            if not running:
                return later
            moment = datetime.combine(local.date(), max(running), ZONE)
        return moment
