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
from bot.duties.store_excusing import held, still_held
from bot.duties.store_locks import ONE, in_order
from bot.duties.tables import UNGUARDED, occurrence, task
from bot.people.rules import PersonKind
from bot.people.tables import guardian, person
from bot.people.wording import LEFT, UNLINKED

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
_FAMILIES: Final = person.join(guardian, guardian.c.parent_id == person.c.id).join(
    CHILD, CHILD.c.id == guardian.c.child_id
)
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
        """After a roster: what is open of a letter is asked of those who are guardians now; where there is
        nobody, of the teacher. Who of the guardians got a task. What was done for a child stays done.
        """
        here = sa.and_(task.c.occurrence_id == value.id, task.c.about_id > 0)
        done = sa.select(task.c.about_id).where(here, task.c.settled_at.is_not(None))
        open_ = sa.select(task.c.about_id).where(here, task.c.about_id.not_in(done))
        await self._follow_the_roster(value, now)
        is_here = sa.exists().where(person.c.id == task.c.person_id, person.c.left_at.is_(None))
        linked = sa.exists().where(_is_theirs(task.c.person_id, task.c.about_id))
        asked = sa.select(task.c.about_id).where(here, linked, is_here.correlate(task))
        found = (
            CHILD.c.id.in_(open_),
            CHILD.c.id.not_in(asked),
            CHILD.c.left_at.is_(None),
            person.c.left_at.is_(None),
        )
        guardians = sa.select(person.c.id).distinct().select_from(_FAMILIES).where(*found)
        given = [row.id for row in await self._tx.rows(guardians.order_by(person.c.id))]
        if given:
            theirs = _rows(value, person.c.id, CHILD.c.id, CHILD.c.unit, now)
            await self._insert(theirs.select_from(_FAMILIES).where(*found))
        teachers = sa.and_(here, UNGUARDED, task.c.settled_at.is_(None), task.c.tier == 0)
        await self._tx.execute(sa.delete(task).where(teachers, has_guardian(task.c.about_id)))
        await self._insert(
            _rows(value, person.c.id, person.c.id, person.c.unit, now).where(
                person.c.stage.in_([stage.value for stage in PUPILS]),
                person.c.left_at.is_(None),
                person.c.id.in_(open_),
                ~has_guardian(person.c.id),
            )
        )
        return given

    async def _follow_the_roster(self, value: Occurrence, now: datetime) -> None:
        """Who is no guardian of the child any more owes nothing for it; all of a child is in its class."""
        here = (ONE.c.occurrence_id == value.id, ONE.c.about_id > 0, ONE.c.settled_at.is_(None))
        linked = sa.exists().where(_is_theirs(ONE.c.person_id, ONE.c.about_id))
        guardians = ONE.c.about_id != ONE.c.person_id
        gone = in_order(*here, guardians, ONE.c.exempt == "", ~linked)
        await self._tx.execute(sa.update(task).where(gone).values(exempt=UNLINKED))
        back = in_order(*here, guardians, ONE.c.exempt.in_((UNLINKED, LEFT)), linked)
        still = still_held(value.duty, now)
        await self._tx.execute(sa.update(task).where(back).values(exempt=still))
        unit = sa.select(CHILD.c.unit).where(CHILD.c.id == task.c.about_id).scalar_subquery()
        elsewhere = sa.exists().where(CHILD.c.id == ONE.c.about_id, CHILD.c.unit != ONE.c.unit)
        await self._tx.execute(sa.update(task).where(in_order(*here, elsewhere)).values(unit=unit))

    async def _for_children(self, value: Occurrence, parents: sa.ColumnElement[bool], now: datetime) -> int:
        rows = _rows(value, person.c.id, CHILD.c.id, CHILD.c.unit, now).select_from(_FAMILIES)
        is_parent = person.c.kind == str(PersonKind.PARENT)
        return await self._insert(rows.where(parents, is_parent, CHILD.c.left_at.is_(None)))

    async def _for_unguarded(
        self, value: Occurrence, children: sa.ColumnElement[bool], now: datetime
    ) -> int:
        rows = _rows(value, person.c.id, person.c.id, person.c.unit, now)
        return await self._insert(rows.where(children))

    async def _insert(self, rows: sa.Select[Any]) -> int:
        return await self._tx.execute(insert_new(task).from_select(COLUMNS, rows))


def _is_theirs(parent: sa.ColumnElement[int], child: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return sa.and_(guardian.c.parent_id == parent, guardian.c.child_id == child)


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
