"""Families in a letter: guardians by child, and children of whom the roster knows no guardian. A part of
Launches.

Such a child is one task about themselves, which no channel knows and their teacher closes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx, insert_new
from bot.duties.lessons import PUPILS
from bot.duties.rules import Do, Occurrence, OccurrenceState
from bot.duties.store_audience import CHILD, has_guardian
from bot.duties.store_excusing import held
from bot.duties.tables import UNGUARDED, occurrence, task
from bot.people.rules import PersonKind
from bot.people.tables import guardian, person

COLUMNS: Final = [
    "occurrence_id",
    "person_id",
    "about_id",
    "unit",
    "due_at",
    "tier",
    "declined",
    "exempt",
    "reminded",
]
_GIVEN: Final = (OccurrenceState.OPEN, OccurrenceState.PAUSED, OccurrenceState.WAITING)
_WITHOUT_DUE: Final = timedelta(days=30)  # a letter without a due time is let be after this


class FamilyTasks:
    _tx: Tx

    async def running_letters(self, now: datetime) -> list[str]:
        """Letters whose tasks are given and whose time is not over, the oldest first."""
        o = occurrence.c
        rows = await self._tx.rows(
            sa.select(o.id)
            .where(
                o.do == Do.LETTER,
                o.state.in_(_GIVEN),
                sa.or_(o.due_at > now, sa.and_(o.due_at.is_(None), o.planned_at > now - _WITHOUT_DUE)),
            )
            .order_by(o.planned_at, o.id)
        )
        return [row.id for row in rows]

    async def families_changed(self, value: Occurrence, now: datetime) -> Sequence[int]:
        """After a roster: a child that got its first guardian is theirs, one that lost the last is the
        teacher's; the guardians who got a task. What was done for a child stays done.
        """
        known = sa.and_(
            task.c.occurrence_id == value.id, UNGUARDED, task.c.settled_at.is_(None), task.c.tier == 0
        )
        families = (
            person.join(guardian, guardian.c.parent_id == person.c.id)
            .join(CHILD, CHILD.c.id == guardian.c.child_id)
            .join(task, task.c.about_id == CHILD.c.id)
        )
        found = (known, person.c.left_at.is_(None), CHILD.c.left_at.is_(None))
        rows = await self._tx.rows(
            sa.select(person.c.id).distinct().select_from(families).where(*found).order_by(person.c.id)
        )
        if rows:
            theirs = _rows(value, person.c.id, CHILD.c.id, CHILD.c.unit, now)
            await self._insert(theirs.select_from(families).where(*found))
            await self._tx.execute(sa.delete(task).where(known, has_guardian(task.c.about_id)))
        about = sa.select(task.c.about_id).where(task.c.occurrence_id == value.id)
        await self._insert(
            _rows(value, person.c.id, person.c.id, person.c.unit, now).where(
                person.c.stage.in_([stage.value for stage in PUPILS]),
                person.c.left_at.is_(None),
                person.c.id.in_(about),
                person.c.id.not_in(about.where(task.c.settled_at.is_not(None))),
                ~has_guardian(person.c.id),
            )
        )
        return [row.id for row in rows]

    async def _for_children(self, value: Occurrence, parents: sa.ColumnElement[bool], now: datetime) -> int:
        families = person.join(guardian, guardian.c.parent_id == person.c.id).join(
            CHILD, CHILD.c.id == guardian.c.child_id
        )
        rows = _rows(value, person.c.id, CHILD.c.id, CHILD.c.unit, now).select_from(families)
        is_parent = person.c.kind == str(PersonKind.PARENT)
        return await self._insert(rows.where(parents, is_parent, CHILD.c.left_at.is_(None)))

    async def _for_unguarded(
        self, value: Occurrence, children: sa.ColumnElement[bool], now: datetime
    ) -> int:
        rows = _rows(value, person.c.id, person.c.id, person.c.unit, now)
        return await self._insert(rows.where(children))

    async def _insert(self, rows: sa.Select[Any]) -> int:
        return await self._tx.execute(insert_new(task).from_select(COLUMNS, rows))


def _rows(
    value: Occurrence,
    who: sa.ColumnElement[int],
    about: sa.ColumnElement[int],
    unit: sa.ColumnElement[str],
    now: datetime,
) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]] = [
        sa.literal(value.id),
        who,
        about,
        unit,
        sa.literal(value.due_at, Moment()),
        sa.literal(0),
        sa.false(),
        held(value.duty, now, who, about),
        sa.literal(0),
    ]
    return sa.select(*columns)
