"""Tests that a class without phones does together: who of which class is not done. A part of Duties."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, below
from bot.duties.behind import Pupils
from bot.duties.lessons import PUPILS
from bot.duties.rules import Ask, Do
from bot.duties.store_values import OCCURRENCE_COLUMNS, OPEN_STATES, to_occurrence
from bot.duties.tables import occurrence, task
from bot.people.rules import PersonKind, Stage
from bot.people.tables import WITH_LESSONS, contact, person

_ANY_PUPIL: Final = sa.select(sa.literal(1)).select_from(person).where(sa.text(WITH_LESSONS)).limit(1)


class Classroom:
    _tx: Tx

    async def pupils_to_test(
        self, units: Iterable[str], stages: Collection[Stage], campaign: str = ""
    ) -> list[Pupils]:
        """Open tests by class and 学段, the newest campaign first. A contact that cannot be reached is no
        account.
        """
        if set(stages) <= set(PUPILS) and await self._tx.scalar(_ANY_PUPIL) is None:
            return []  # a college answers from an empty index
        heard = sa.exists().where(contact.c.person_id == task.c.person_id, contact.c.unreachable.is_(None))
        without = sa.func.sum(sa.case((heard, 0), else_=1))
        statement = (
            sa.select(
                task.c.occurrence_id,
                task.c.unit,
                person.c.stage,
                sa.func.count().label("people"),
                without.label("without"),
            )
            .select_from(
                task.join(occurrence, occurrence.c.id == task.c.occurrence_id).join(
                    person, person.c.id == task.c.person_id
                )
            )
            .where(
                occurrence.c.do == Do.QUIZ,
                occurrence.c.ask == Ask.FULL_MARKS,  # with a look at what people know nobody is behind
                occurrence.c.state.in_(OPEN_STATES),
                task.c.settled_at.is_(None),
                task.c.exempt == "",
                person.c.kind == PersonKind.STUDENT,
                person.c.stage.in_([stage.value for stage in stages]),
                sa.or_(sa.false(), *(below(task.c.unit, unit) for unit in units)),
            )
            .group_by(task.c.occurrence_id, task.c.unit, person.c.stage)
            .order_by(task.c.unit, person.c.stage)
        )
        if campaign:
            statement = statement.where(occurrence.c.id == campaign)
        rows = await self._tx.rows(statement)
        found = await self._tx.rows(
            sa.select(*OCCURRENCE_COLUMNS)
            .where(occurrence.c.id.in_(sorted({row.occurrence_id for row in rows})))
            .order_by(occurrence.c.planned_at.desc(), occurrence.c.id)
        )
        return [
            Pupils(campaign, row.unit, Stage(row.stage), row.people, int(row.without))
            for campaign in map(to_occurrence, found)
            for row in rows
            if row.occurrence_id == campaign.id
        ]

    async def pupils_tested(self, campaign: str, unit: str, stage: Stage) -> int:
        """How many of a class and 学段 a test was given to, done or not."""
        return int(
            await self._tx.scalar(
                sa.select(sa.func.count())
                .select_from(task.join(person, person.c.id == task.c.person_id))
                .where(
                    task.c.occurrence_id == campaign,
                    task.c.unit == unit,
                    person.c.kind == PersonKind.STUDENT,
                    person.c.stage == stage,
                )
            )
        )
