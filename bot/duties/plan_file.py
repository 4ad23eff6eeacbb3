"""The shape of schedules.yaml: what each field can be. What fields say together is in plan_checks."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
)

from bot.duties import wording_plan as say
from bot.duties.audience import Audience
from bot.duties.audience_parser import parse_audience
from bot.duties.lessons import Hours
from bot.duties.plan_values import Cap, IfHoliday, Mode, Period, QuietHours, Sitting
from bot.duties.rules import MAX_REMINDERS, Ask, Do
from bot.duties.when import SHAPES, Weekday, When, parse_when
from bot.people.rules import PersonKind

_UNITS: Final = {
    "m": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
}
_LONGEST: Final = timedelta(days=400)


def parse_length(text: str) -> timedelta:
    """``7 days``, ``3h``, ``90 minutes``, ``2 weeks``. Raises ValueError with the reason."""
    found = re.fullmatch(r"([0-9]{1,5}) ?([a-z]+?)s?", text.strip().lower())
    if found is None or found[2] not in _UNITS:
        raise ValueError(say.bad_length(text))
    length = int(found[1]) * _UNITS[found[2]]
    if not timedelta() < length <= _LONGEST:
        raise ValueError(say.length_out_of_range(text, _LONGEST.days))
    return length


def parse_clock(text: str) -> time:
    """``09:40``. Raises ValueError with the reason."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    if found is None:
        raise ValueError(say.bad_time(text))
    return time(int(found[1]), int(found[2]))


def parse_quiet(text: str) -> QuietHours:
    """``21:30-07:00``. Raises ValueError with the reason."""
    first, bar, last = text.partition("-")
    if not bar or first == last:
        raise ValueError(say.bad_stretch(text, "21:30-07:00"))
    return QuietHours(parse_clock(first), parse_clock(last))


def parse_hours(text: str) -> Hours:
    """``08:00-11:50``. Raises ValueError with the reason."""
    first, bar, last = text.partition("-")
    if not bar:
        raise ValueError(say.bad_stretch(text, "08:00-11:50"))
    return Hours(parse_clock(first), parse_clock(last))


def parse_cap(text: str) -> Cap:
    """``2 per week``. Raises ValueError with the reason."""
    found = re.fullmatch(r"([0-9]{1,3}) per (day|week|month)", text)
    if found is None:
        raise ValueError(say.bad_cap(text))
    return Cap(int(found[1]), Period(found[2]))


def _day(text: Any) -> date:
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(say.bad_date(text))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(say.no_such_day(text)) from None


def _weekday(text: Any) -> Weekday:
    found = next((weekday for weekday in Weekday if weekday.word == str(text).lower()), None)
    if found is None:
        raise ValueError(say.bad_weekday(text))
    return found


def _text(value: Any) -> str:
    """A number is words too: what is missing is said by the grammar of the field."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(say.ONE_LINE)
    return str(value)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


def _word(description: str, pattern: str = "") -> WithJsonSchema:
    schema = {"type": "string", "description": description}
    return WithJsonSchema({**schema, "pattern": pattern} if pattern else schema)


Day = Annotated[date, PlainValidator(_day), _word("2026-09-01", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Clock = Annotated[time, PlainValidator(lambda v: parse_clock(_text(v))), _word("09:40")]
Length = Annotated[timedelta, PlainValidator(lambda v: parse_length(_text(v))), _word("7 days, 3h")]
Follow = Annotated[Weekday, PlainValidator(_weekday), WithJsonSchema({"enum": [d.word for d in Weekday]})]
WhenField = Annotated[When, PlainValidator(lambda v: parse_when(_text(v))), _word("; ".join(SHAPES))]
ToField = Annotated[
    Audience,
    PlainValidator(lambda v: parse_audience(_text(v))),
    _word("kinds, 学段, unit PATH, role NAME, without PROOF of DUTY; and, or, except, ( )"),
]
QuietField = Annotated[QuietHours, PlainValidator(lambda v: parse_quiet(_text(v))), _word("21:30-07:00")]
HoursField = Annotated[Hours, PlainValidator(lambda v: parse_hours(_text(v))), _word("08:00-11:50")]
CapField = Annotated[Cap, PlainValidator(lambda v: parse_cap(_text(v))), _word("2 per week")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
LessonsField = Annotated[
    Annotated[list[HoursField], Tag("all")]
    | Annotated[dict[Literal["小学", "初中", "高中"], list[HoursField]], Tag("each")],
    Discriminator(lambda value: "each" if isinstance(value, dict) else "all"),
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class TermPart(_Part):
    name: Words
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    exams: tuple[Day, Day] | None = None


class MakeupPart(_Part):
    date: Day
    like: Follow = Field(description="the weekday whose timetable is followed")


class CalendarPart(_Part):
    terms: list[TermPart] = Field(min_length=1)
    holidays: Literal["china"] = "china"
    off: list[Day] = []
    makeups: list[MakeupPart] = []
    breaks: list[Clock] = Field(default=[], description="class breaks, in order, 20 minutes each")
    lessons: LessonsField = Field(
        default={}, description="lesson hours of 小学, 初中 and 高中, or of each; what is left out is usual"
    )


class BlueprintPart(_Part):
    audience: Literal["小学", "初中", "高中", "大学", "教职工", "家长"]
    points: int = Field(ge=1, le=100, description="knowledge points in one paper")
    topics: dict[str, Annotated[int, Field(ge=1)]] = Field(default={}, description="points of a topic")
    mode: Mode = Mode.MASTERY
    sitting: Sitting = Sitting.ALONE


class DutyPart(_Part):
    id: Slug
    title: Annotated[str, Field(max_length=30)] = ""
    clause: Annotated[list[Words], BeforeValidator(_listed)] = []
    owner: Words
    do: Do
    what: Annotated[str, Field(max_length=60)] = ""
    to: ToField
    when: WhenField
    if_holiday: IfHoliday = IfHoliday.DAY_BEFORE
    ask: Ask | None = Field(default=None, description="what closes a task; each do has its usual one")
    due: Length | None = None
    remind: int = Field(default=0, ge=0, le=MAX_REMINDERS)
    late_ok: Length = timedelta(hours=3)
    approve: int = Field(default=0, ge=0, le=2)
    digest: bool = False
    note: Annotated[str, Field(max_length=200)] = ""


class PackPart(_Part):
    title: str = ""
    clauses: str = Field(default="", description="prefix of the clause list this pack answers to")
    duties: list[DutyPart]
    left_out: dict[str, Words] = {}


class PlanPart(_Part):
    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"
    calendar: CalendarPart
    quiet_hours: list[QuietField] = []
    caps: dict[PersonKind, CapField] = {}
    blueprints: dict[Slug, Annotated[list[BlueprintPart], BeforeValidator(_listed)]] = {}
    packs: dict[Slug, PackPart]
