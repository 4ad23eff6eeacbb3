"""First tries and exposure, read for the item statistics."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import EPOCH, Tx, below
from bot.people.tables import person
from bot.quiz.analysis import Tried
from bot.quiz.tables import answer, exposure

_OF_PERSON: Final = answer.join(person, person.c.id == answer.c.person_id)


class QuizStatistics:
    """What the people of a unit, and of all units below it, answered; the empty unit is the whole school."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def first_tries(self, unit: str = "", since: datetime = EPOCH) -> list[Tried]:
        """First tries in tests since a moment; practice is never among them."""
        a = answer.c
        statement = (
            sa.select(a.sitting_id, a.person_id, a.question, a.chosen, a.right)
            .select_from(_OF_PERSON)
            .where(a.first_try, sa.not_(a.practice), a.at >= since, below(person.c.unit, unit))
            .order_by(answer.c.sitting_id, answer.c.step)
        )
        return [_to_value(row) async for row in self._tx.stream(statement)]

    async def exposed(self, unit: str = "") -> dict[str, int]:
        """How many people met each question in a test, over all terms and on whatever try."""
        met = sa.union(
            sa.select(answer.c.question, answer.c.person_id)
            .select_from(_OF_PERSON)
            .where(sa.not_(answer.c.practice), below(person.c.unit, unit)),
            sa.select(exposure.c.question, exposure.c.person_id)
            .select_from(exposure.join(person, person.c.id == exposure.c.person_id))
            .where(below(person.c.unit, unit)),
        ).subquery()
        statement = sa.select(met.c.question, sa.func.count().label("people")).group_by(met.c.question)
        return {row.question: row.people for row in await self._tx.rows(statement)}


def _to_value(row: sa.Row[Any]) -> Tried:
    return Tried(row.sitting_id, row.person_id, row.question, row.chosen, row.right)
