"""Rows of occurrences and tasks as values. A part of Duties."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState, Task
from bot.duties.tables import occurrence, task

TaskOf = tuple[Task, Occurrence]
OPEN_STATES: Final = (OccurrenceState.OPEN, OccurrenceState.PAUSED)
OCCURRENCE_COLUMNS: Final = [c for c in occurrence.c if c.name not in ("asked_by", "approved_by")]
BOTH: Final = sa.select(
    *[c.label(f"task_{c.name}") for c in task.c], *[c.label(f"occ_{c.name}") for c in OCCURRENCE_COLUMNS]
).join(occurrence, occurrence.c.id == task.c.occurrence_id)


def _task(row: sa.Row[Any], prefix: str) -> Task:
    get = row._mapping
    return Task(
        id=get[prefix + "id"],
        occurrence=get[prefix + "occurrence_id"],
        person=get[prefix + "person_id"],
        about=get[prefix + "about_id"],
        unit=get[prefix + "unit"],
        tier=get[prefix + "tier"],
        told_at=get[prefix + "told_at"],
        settled_at=get[prefix + "settled_at"],
        declined=get[prefix + "declined"],
        exempt=get[prefix + "exempt"],
        reminded=get[prefix + "reminded"],
        due_at=get[prefix + "due_at"],
    )


def to_occurrence(row: sa.Row[Any], prefix: str = "") -> Occurrence:
    get = row._mapping
    return Occurrence(
        id=get[prefix + "id"],
        duty=get[prefix + "duty"],
        pack=get[prefix + "pack"],
        title=get[prefix + "title"],
        unit=get[prefix + "unit"],
        do=Do(get[prefix + "do"]),
        what=get[prefix + "what"],
        ask=Ask(get[prefix + "ask"]),
        planned_at=get[prefix + "planned_at"],
        due_at=get[prefix + "due_at"],
        remind=get[prefix + "remind"],
        state=OccurrenceState(get[prefix + "state"]),
        clause=tuple(get[prefix + "clause"]),
        material=get[prefix + "material"],
        launched_at=get[prefix + "launched_at"],
        reason=get[prefix + "reason"],
    )


def both(row: sa.Row[Any]) -> TaskOf:
    return _task(row, "task_"), to_occurrence(row, "occ_")
