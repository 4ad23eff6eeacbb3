"""What the parts of a plan say together: every contradiction, each at its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Final

from bot.duties import wording_plan as say
from bot.duties.audience import Without, kinds_named, parts
from bot.duties.calendar import DAY, SchoolCalendar, overlapping
from bot.duties.lessons import PUPILS, USUAL, Hours, Timetable, in_order, lesson_end
from bot.duties.plan_file import CalendarPart, DutyPart, PackPart, PlanPart
from bot.duties.rules import LADDERS, Ask, Do, ProofKind
from bot.duties.when import EventName, Once, OnEvent, SchoolDays, TermWeek, When
from bot.errors import Complaint
from bot.marked_yaml import Marked, Path, did_you_mean
from bot.people.rules import PersonKind, Stage

USUAL_ASK: Final[Mapping[Do, Ask]] = {
    Do.SEND: Ask.NOTHING,
    Do.QUIZ: Ask.FULL_MARKS,
    Do.LETTER: Ask.SIGN,
    Do.CONFIRM: Ask.CONFIRM,
    Do.FORWARD: Ask.FORWARD,
    Do.REPORT: Ask.NOTHING,
    Do.TICK: Ask.TICK,
}
POSSIBLE_ASKS: Final[Mapping[Do, tuple[Ask, ...]]] = {
    Do.SEND: (Ask.NOTHING, Ask.TAP, Ask.CONFIRM),
    Do.QUIZ: (Ask.FULL_MARKS, Ask.TAP, Ask.NOTHING),
    Do.LETTER: (Ask.SIGN, Ask.CONFIRM, Ask.TAP, Ask.NOTHING),
    Do.CONFIRM: (Ask.CONFIRM, Ask.TAP),
    Do.FORWARD: (Ask.FORWARD,),
    Do.REPORT: (Ask.NOTHING, Ask.TAP, Ask.CONFIRM, Ask.TICK, Ask.FILE),
    Do.TICK: (Ask.TICK, Ask.FILE),
}
_STUDENT_AUDIENCES: Final = frozenset(stage.value for stage in Stage)


def lessons_of(part: CalendarPart) -> Timetable:
    """The lesson hours of each 学段: one list is for all three; who is left out has the usual ones."""
    if isinstance(part.lessons, list):
        return dict.fromkeys(PUPILS, tuple(part.lessons))
    given = {Stage(stage): tuple(hours) for stage, hours in part.lessons.items()}
    return {**USUAL, **given}


def ask_of(duty: DutyPart) -> Ask:
    return duty.ask or USUAL_ASK[duty.do]


def complaints(file: PlanPart, calendar: SchoolCalendar, marked: Marked) -> list[Complaint]:
    """Every contradiction of a file whose fields are sound."""
    found = [marked.complain(path, message) for path, message in _calendar(file, calendar)]
    found += [marked.complain(path, message) for path, message in _blueprints(file)]
    taken: dict[str, int] = {}
    for name, pack in file.packs.items():
        at: Path = ("packs", name)
        for path, message in _pack(file, calendar, pack):
            found.append(marked.complain((*at, *path), message))
        for i, duty in enumerate(pack.duties):
            here = (*at, "duties", i, "id")
            if duty.id in taken:
                found.append(marked.complain(here, say.id_taken(duty.id, taken[duty.id])))
            taken.setdefault(duty.id, marked.line(here))
    return found


def _calendar(file: PlanPart, calendar: SchoolCalendar) -> Iterator[tuple[Path, str]]:
    part = file.calendar
    for i, term in enumerate(part.terms):
        if term.last <= term.first:
            yield ("calendar", "terms", i), say.term_backwards(term.name)
        if term.exams and not term.first <= term.exams[0] <= term.exams[1] <= term.last:
            yield ("calendar", "terms", i), say.exams_outside(term.name)
    if len({term.name for term in part.terms}) < len(part.terms):
        yield ("calendar", "terms"), say.TERMS_ALIKE
    if clash := overlapping(calendar.terms):
        yield ("calendar", "terms"), say.terms_overlap(clash[0].name, clash[1].name)
    for i, day in enumerate(part.off):
        if calendar.term_of(day) is None:
            yield ("calendar", "off", i), say.in_no_term(day)
        if day in calendar.makeups:
            yield ("calendar", "off", i), say.makeup_too(day)
    for i, makeup in enumerate(part.makeups):
        if calendar.term_of(makeup.date) is None:
            yield ("calendar", "makeups", i), say.in_no_term(makeup.date)
    if list(part.breaks) != sorted(set(part.breaks)):
        yield ("calendar", "breaks"), say.BREAKS_UNORDERED
    yield from _lessons(file, calendar)


def _lessons(file: PlanPart, calendar: SchoolCalendar) -> Iterator[tuple[Path, str]]:
    given = file.calendar.lessons
    for stage in PUPILS[:1] if isinstance(given, list) else PUPILS:
        at: Path = ("calendar", "lessons", stage.value) if stage in given else ("calendar", "lessons")
        hours = calendar.lessons[stage]
        if not in_order(hours):
            yield at, say.LESSONS_UNORDERED
            continue
        minutes = (time(minute // 60, minute % 60) for minute in range(24 * 60))
        if not any(_is_free(file, hours, minute) for minute in minutes):
            yield at, say.NO_FREE_TIME


def _is_free(file: PlanPart, hours: Sequence[Hours], at: time) -> bool:
    quiet = any(at in stretch for stretch in file.quiet_hours)
    return not quiet and lesson_end(hours, file.calendar.breaks, at) is None


def _blueprints(file: PlanPart) -> Iterator[tuple[Path, str]]:
    for name, family in file.blueprints.items():
        if len({member.audience for member in family}) < len(family):
            yield ("blueprints", name), say.two_blueprints(name)
        for i, member in enumerate(family):
            if sum(member.topics.values()) > member.points:
                yield ("blueprints", name, i), say.too_many_points(member.points)


def _pack(file: PlanPart, calendar: SchoolCalendar, pack: PackPart) -> Iterator[tuple[Path, str]]:
    asks = {duty.id: ask_of(duty) for duty in pack.duties}
    for i, duty in enumerate(pack.duties):
        for key, message in (
            *_proof(duty),
            *_audience(duty, asks),
            *_what(file, duty),
            *_moment(file, calendar, duty),
        ):
            yield ("duties", i, key), message
    served = {clause for duty in pack.duties for clause in duty.clause}
    for clause in sorted(served & set(pack.left_out)):
        yield ("left_out", clause), say.left_out_and_served(clause)


def _proof(duty: DutyPart) -> Iterator[tuple[str, str]]:
    ask = ask_of(duty)
    if ask not in POSSIBLE_ASKS[duty.do]:
        yield "ask", say.impossible_ask(duty.do, ask, POSSIBLE_ASKS[duty.do])
    if duty.remind and ask is Ask.NOTHING:
        yield "remind", say.NOTHING_TO_REMIND
    if duty.remind and duty.due is None:
        yield "remind", say.REMIND_NEEDS_DUE
    if duty.remind and duty.do is Do.CONFIRM:
        yield "remind", say.CONFIRM_ONCE
    if duty.remind and PersonKind.PARENT in kinds_named(duty.to):
        yield "remind", say.PARENTS_NEVER


def _audience(duty: DutyPart, asks: Mapping[str, Ask]) -> Iterator[tuple[str, str]]:
    for part in parts(duty.to):
        if not isinstance(part, Without):
            continue
        if part.duty not in asks:
            yield "to", say.no_such_duty(part.duty) + did_you_mean(part.duty, list(asks))
        elif part.proof is not ProofKind.DECLINED and part.proof not in LADDERS[asks[part.duty]].kinds:
            yield "to", say.no_such_proof(part.duty, part.proof, LADDERS[asks[part.duty]].kinds)


def _what(file: PlanPart, duty: DutyPart) -> Iterator[tuple[str, str]]:
    if duty.do is not Do.TICK and not duty.what:
        yield "what", say.needs_what(duty.do)
    if duty.do is not Do.QUIZ or not duty.what:
        return
    family = file.blueprints.get(duty.what)
    if family is None:
        yield "what", say.no_blueprint(duty.what) + did_you_mean(duty.what, list(file.blueprints))
        return
    made_for = {member.audience for member in family}
    for kind in sorted(kinds_named(duty.to)):
        wanted = _STUDENT_AUDIENCES if kind is PersonKind.STUDENT else {kind.value}
        if not wanted & made_for:
            yield "what", say.no_paper(duty.what, kind)


def _moment(file: PlanPart, calendar: SchoolCalendar, duty: DutyPart) -> Iterator[tuple[str, str]]:
    when = duty.when
    at = calendar.time_of(when)
    if at is None and isinstance(when, SchoolDays):
        yield "when", say.NO_BREAKS
    quiet = next((hours for hours in file.quiet_hours if at and at in hours), None)
    is_alert = duty.what == "alert" or when == OnEvent(EventName.ALERT)
    if at and quiet and not is_alert:
        yield "when", say.in_quiet_hours(at, quiet.first, quiet.last)
    if isinstance(when, Once) and not _known(calendar, when.day):
        yield "when", say.outside_terms(when.day)
    if isinstance(when, TermWeek) and when.week > max(term.weeks for term in calendar.terms):
        yield "when", say.no_term_has(when.week)
    if duty.do is Do.QUIZ and any(map(calendar.is_exam_day, _days(calendar, when))):
        yield "when", say.NOT_ON_EXAMS


def _days(calendar: SchoolCalendar, when: When) -> list[date]:
    """The days a form names outright, before any is moved."""
    if isinstance(when, Once):
        return [when.day]
    if not isinstance(when, TermWeek):
        return []
    return [term.monday + ((when.week - 1) * 7 + (when.weekday or 0)) * DAY for term in calendar.terms]


def _known(calendar: SchoolCalendar, day: date) -> bool:
    """From the first term's first day to the last term's last; the vacations between belong to it."""
    return min(t.first for t in calendar.terms) <= day <= max(t.last for t in calendar.terms)
