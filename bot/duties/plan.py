"""schedules.yaml -> Plan. Checked whole: either every line is sound, or all complaints come at once."""

from __future__ import annotations

from typing import Any

from bot.duties.calendar import SchoolCalendar, Statutory, Term
from bot.duties.plan_checks import ask_of, complaints, lessons_of
from bot.duties.plan_file import BlueprintPart, CalendarPart, DutyPart, PackPart, PlanPart
from bot.duties.plan_values import Blueprint, Duty, Pack, Plan
from bot.duties.rules import Do
from bot.errors import BadFile
from bot.marked_yaml import check, load


def parse_plan(text: str, filename: str, statutory: Statutory) -> Plan:
    """The plan of a file's text; ``statutory`` comes from ``statutory.china()``.

    Raises BadFile with every complaint: first those of single fields, and when these are sound those of
    fields that contradict each other.
    """
    marked = load(text, filename)
    file = check(marked, PlanPart)
    calendar = _calendar(file.calendar, statutory)
    if found := complaints(file, calendar, marked):
        raise BadFile(sorted(found, key=lambda complaint: complaint.line))
    return Plan(
        calendar=calendar,
        quiet_hours=tuple(file.quiet_hours),
        caps=file.caps,
        blueprints={
            name: tuple(_blueprint(name, member) for member in family)
            for name, family in file.blueprints.items()
        },
        packs={name: _pack(name, pack) for name, pack in file.packs.items()},
    )


def json_schema() -> dict[str, Any]:
    """The shape of schedules.yaml for editors; schedules.schema.json is this."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PlanPart.model_json_schema()}


def _calendar(part: CalendarPart, statutory: Statutory) -> SchoolCalendar:
    return SchoolCalendar(
        terms=tuple(Term(term.name, term.first, term.last, term.exams) for term in part.terms),
        statutory=statutory,
        off=frozenset(part.off),
        makeups={makeup.date: makeup.like for makeup in part.makeups},
        breaks=tuple(part.breaks),
        lessons=lessons_of(part),
    )


def _blueprint(name: str, part: BlueprintPart) -> Blueprint:
    return Blueprint(name, part.audience, part.points, part.topics, part.mode, part.sitting)


def _pack(name: str, part: PackPart) -> Pack:
    return Pack(name, part.title or name, tuple(map(_duty, part.duties)), part.clauses, part.left_out)


def _duty(part: DutyPart) -> Duty:
    return Duty(
        id=part.id,
        title=part.title or part.id,
        clause=tuple(part.clause),
        owner=part.owner,
        do=part.do,
        what=part.what,
        to=part.to,
        when=part.when,
        if_holiday=part.if_holiday,
        ask=ask_of(part),
        due=part.due,
        remind=part.remind,
        late_ok=part.late_ok,
        approve=part.approve,
        digest=part.digest,
        blueprint=part.what if part.do is Do.QUIZ else "",
        note=part.note,
    )
