"""Who has not done what they must: counted for any number of people, named for some. A part of Duties.

A guardian's task is about a child, and a child is one person however many guardians were asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx, below
from bot.duties.behind import Behind, OfClass, OpenLine
from bot.duties.rules import MAX_REMINDERS, Ask, Do
from bot.duties.store_values import BOTH, OCCURRENCE_COLUMNS, OPEN_STATES, TaskOf, both, to_occurrence
from bot.duties.tables import UNGUARDED, occurrence, task
from bot.people.rules import Stage
from bot.people.tables import contact, person
from bot.people.tables_school import parent_follow

SUBJECT: Final = sa.case((task.c.about_id > 0, task.c.about_id), else_=task.c.person_id)
_PEOPLE: Final = sa.func.count(sa.distinct(SUBJECT))
_asks: Final = occurrence.alias("asks")
# None that is voluntary, for nobody is behind with it. As a list of campaigns: the index leads to their
# tasks, and those of all the reminders of the years before are not looked at.
_OWED: Final = (
    task.c.settled_at.is_(None),
    task.c.exempt == "",
    task.c.occurrence_id.in_(
        sa.select(_asks.c.id).where(
            _asks.c.state.in_(OPEN_STATES),
            _asks.c.ask.not_in((Ask.NOTHING, Ask.TAP)),
            _asks.c.do != Do.CONFIRM,
        )
    ),
)


@dataclass(frozen=True, slots=True)
class ToRemind:
    """Some tasks of people who may be reminded now and hear us.

    ``open`` counts everybody who is behind, ``allowed`` those of them who may be reminded and have an account
    with us, ``hear`` those of these who follow.
    """

    tasks: list[TaskOf]
    hear: int
    allowed: int
    open: int


class Unfinished:
    _tx: Tx

    async def behind(self, units: Iterable[str]) -> Behind:
        """Exact, whatever the size."""
        here = _here(units)
        unit, people = task.c.unit, _PEOPLE.label("people")
        by_unit = await self._tx.rows(_open(unit, people).where(here).group_by(unit).order_by(unit))
        rows = await self._tx.rows(
            _open(task.c.occurrence_id, unit, people)
            .where(here)
            .group_by(task.c.occurrence_id, unit)
            .order_by(unit)
        )
        counts: dict[str, dict[str, int]] = {}
        for row in rows:
            counts.setdefault(row.occurrence_id, {})[row.unit] = row.people
        found = await self._tx.rows(
            sa.select(*OCCURRENCE_COLUMNS)
            .where(occurrence.c.id.in_(sorted(counts)))
            .order_by(occurrence.c.planned_at.desc(), occurrence.c.id)
        )
        return Behind(
            {row.unit: row.people for row in by_unit},
            [(to_occurrence(row), counts[row.id]) for row in found],
        )

    async def open_lines(self, units: Iterable[str]) -> list[OpenLine]:
        """One for each person and campaign: the newest campaign first, by unit and 编号."""
        rows = await self._tx.rows(
            _open(task.c.occurrence_id, task.c.unit, person.c.code, person.c.name)
            .add_columns(task.c.person_id, UNGUARDED.label("unguarded"))
            .join(person, person.c.id == SUBJECT)
            .where(_here(units))
            .order_by(
                occurrence.c.planned_at.desc(), task.c.occurrence_id, task.c.unit, person.c.code, task.c.id
            )
        )
        found: dict[tuple[str, str], list[sa.Row[Any]]] = {}
        for row in rows:
            found.setdefault((row.occurrence_id, row.code), []).append(row)
        return [
            OpenLine(
                rows[0].occurrence_id,
                rows[0].unit,
                rows[0].code,
                rows[0].name,
                tuple(row.person_id for row in rows if not row.unguarded),
                any(row.unguarded for row in rows),
            )
            for rows in found.values()
        ]

    async def open_in(self, unit: str) -> list[OfClass]:
        """The oldest campaign first, by 编号; a child once, however many guardians were asked."""
        rows = await self._tx.rows(
            BOTH.add_columns(person.c.code, person.c.name, person.c.stage)
            .join(person, person.c.id == SUBJECT)
            .where(*_OWED, _here([unit]))
            .order_by(occurrence.c.planned_at, task.c.occurrence_id, person.c.code, task.c.id)
        )
        found: dict[tuple[str, str], OfClass] = {}
        for row in rows:
            stage = Stage(row.stage) if row.stage else None
            one = OfClass(*both(row), row.code, row.name, stage)
            found.setdefault((one.occurrence.id, one.code), one)
        return list(found.values())

    async def to_remind(self, units: Iterable[str], before: datetime, most: int) -> ToRemind:
        """Whoever had fewer reminders than allowed, and none since ``before``; at most so many tasks."""
        here = _here(units)
        limit = sa.case((occurrence.c.remind >= MAX_REMINDERS, MAX_REMINDERS), else_=1)
        may = (
            here,
            task.c.reminded < limit,
            sa.or_(task.c.reminded_at.is_(None), task.c.reminded_at <= sa.literal(before, Moment())),
        )
        account = sa.exists().where(contact.c.person_id == task.c.person_id, sa.not_(UNGUARDED))
        deaf = sa.exists().where(
            parent_follow.c.address == contact.c.address, sa.not_(parent_follow.c.follows)
        )
        hears = account.where(sa.not_(deaf.correlate(contact)))
        tasks = await self._tx.rows(
            BOTH.where(*_OWED, *may, hears)
            .order_by(occurrence.c.planned_at, task.c.unit, task.c.id)
            .limit(most)
        )
        counted = [
            int(await self._tx.scalar(_open(_PEOPLE).where(*which)))
            for which in ((*may, hears), (*may, account), (here,))
        ]
        return ToRemind([both(row) for row in tasks], *counted)


def _open(*columns: Any) -> sa.Select[Any]:
    from_ = task.join(occurrence, occurrence.c.id == task.c.occurrence_id)
    return sa.select(*columns).select_from(from_).where(*_OWED)


def _here(units: Iterable[str]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(below(task.c.unit, unit) for unit in units))
