"""When a duty falls due: a small grammar that reads aloud, and its values.

    once on 2026-11-09 at 16:20      each school day at 07:50       monthly by day 25 at 09:20
    every friday at 16:40            each school day at breaks      on 06-20 at 09:20
    term week 3 thursday at 18:20    on event roster import

``str(parse_when(text))`` is the normal form. Without ``at`` the moment is DEFAULT_TIME.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from enum import IntEnum, StrEnum
from typing import Final

from bot.duties import wording_plan as say
from bot.marked_yaml import did_you_mean

DEFAULT_TIME: Final = time(9, 20)


class Weekday(IntEnum):
    """As ``date.weekday()`` counts."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def word(self) -> str:
        return self.name.lower()


class EventName(StrEnum):
    """What may happen instead of a date."""

    ROSTER_IMPORT = "roster import"
    NEW_CASE = "new case"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Once:
    day: date
    at: time | None = None

    def __str__(self) -> str:
        return f"once on {self.day}{_at(self.at)}"


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every such weekday of a term."""

    weekday: Weekday
    at: time | None = None

    def __str__(self) -> str:
        return f"every {self.weekday.word}{_at(self.at)}"


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """Each school day; without a time, at the first class break."""

    at: time | None = None

    def __str__(self) -> str:
        return f"each school day{_at(self.at) or ' at breaks'}"


@dataclass(frozen=True, slots=True)
class TermWeek:
    """In that week of every term; without a weekday, on its first school day."""

    week: int
    weekday: Weekday | None = None
    at: time | None = None

    def __str__(self) -> str:
        weekday = "" if self.weekday is None else f" {self.weekday.word}"
        return f"term week {self.week}{weekday}{_at(self.at)}"


@dataclass(frozen=True, slots=True)
class Monthly:
    """Every month, on that day or the nearest school day before it."""

    day: int
    at: time | None = None

    def __str__(self) -> str:
        return f"monthly by day {self.day}{_at(self.at)}"


@dataclass(frozen=True, slots=True)
class Yearly:
    month: int
    day: int
    at: time | None = None

    def __str__(self) -> str:
        return f"on {self.month:02}-{self.day:02}{_at(self.at)}"


@dataclass(frozen=True, slots=True)
class OnEvent:
    """At once when something happens; the clock never launches it."""

    event: EventName

    def __str__(self) -> str:
        return f"on event {self.event}"


When = Once | Weekly | SchoolDays | TermWeek | Monthly | Yearly | OnEvent


def parse_when(text: str) -> When:
    """The value of a ``when:`` line; spaces and upper case make no difference.

    Raises ValueError with the reason.
    """
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    for form, build in _FORMS:
        if found := form.fullmatch(words):
            return build(*found.groups())
    raise ValueError(say.unread_when(text, SHAPES))


SHAPES: Final = (
    "once on DATE [at TIME]",
    "every WEEKDAY [at TIME]",
    "each school day at TIME",
    "each school day at breaks",
    "term week N [WEEKDAY] [at TIME]",
    "monthly by day N [at TIME]",
    "on MM-DD [at TIME]",
    "on event NAME",
)


def _at(at: time | None) -> str:
    return "" if at is None else f" at {at:%H:%M}"


def _time(text: str | None) -> time | None:
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(say.bad_time(text))
    return time(int(found[1]), int(found[2]))


def _weekday(text: str) -> Weekday:
    names = [weekday.word for weekday in Weekday]
    if text not in names:
        raise ValueError(say.bad_weekday(text) + did_you_mean(text, names))
    return Weekday(names.index(text))


def _once(day: str, at: str | None) -> When:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise ValueError(say.bad_date(day))
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise ValueError(say.no_such_day(day)) from None
    return Once(found, _time(at))


def _term_week(week: str, weekday: str | None, at: str | None) -> When:
    if not 1 <= int(week) <= 30:
        raise ValueError(say.no_such_week(week))
    return TermWeek(int(week), _weekday(weekday) if weekday else None, _time(at))


def _monthly(day: str, at: str | None) -> When:
    if not 1 <= int(day) <= 28:
        raise ValueError(say.not_every_month(day))
    return Monthly(int(day), _time(at))


def _yearly(month: str, day: str, at: str | None) -> When:
    try:
        date(2027, int(month), int(day))
    except ValueError:
        raise ValueError(say.not_every_year(f"{month}-{day}")) from None
    return Yearly(int(month), int(day), _time(at))


def _event(name: str) -> When:
    known = [event.value for event in EventName]
    if name not in known:
        raise ValueError(say.bad_event(name) + did_you_mean(name, known))
    return OnEvent(EventName(name))


_AT: Final = r"(?: at (\S+))?"
_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[..., When]], ...]] = (
    (re.compile(r"each school day at breaks"), SchoolDays),
    (re.compile(r"each school day at (\S+)"), lambda at: SchoolDays(_time(at))),
    (re.compile(r"once on (\S+)" + _AT), _once),
    (re.compile(r"every (\S+)" + _AT), lambda weekday, at: Weekly(_weekday(weekday), _time(at))),
    (re.compile(r"term week ([0-9]{1,3})(?: (?!at )(\S+))?" + _AT), _term_week),
    (re.compile(r"monthly by day ([0-9]{1,3})" + _AT), _monthly),
    (re.compile(r"on ([0-9]{2})-([0-9]{2})" + _AT), _yearly),
    (re.compile(r"on event (.+)"), _event),
)
