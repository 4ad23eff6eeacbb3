"""An audience as a condition on ``person``: one statement tells whom a duty is for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.db import Tx, below
from bot.duties.audience import (
    Audience,
    Both,
    Either,
    Except,
    HasRole,
    InUnit,
    OfKind,
    OfStage,
    Without,
    enough,
)
from bot.duties.rules import Ask
from bot.duties.tables import occurrence, proof, task
from bot.people.tables import person, role


def where(
    audience: Audience, asks: Mapping[str, Ask], since: datetime | None = None
) -> sa.ColumnElement[bool]:
    """The condition equal to ``audience.matches``; those who have left are never meant.

    ``asks`` gives the ask of each duty (``plan.asks``). ``since`` limits "without" to what was planned from
    then on, usually the first day of the term; proof of last term does not count for this one.
    """
    return sa.and_(person.c.left_at.is_(None), _where(audience, asks, since))


def _where(audience: Audience, asks: Mapping[str, Ask], since: datetime | None) -> sa.ColumnElement[bool]:
    match audience:
        case OfKind(kind):
            return person.c.kind == kind.value
        case OfStage(stage):
            # A stage may be unknown, and NOT (NULL = …) would be neither true nor false.
            return sa.func.coalesce(person.c.stage, "") == stage.value
        case InUnit(path):
            return below(person.c.unit, path)
        case HasRole(name):
            return sa.exists().where(role.c.person_id == person.c.id, role.c.role == name.value)
        case Without():
            return sa.not_(_answered(audience, asks, since))
        case Both(left, right):
            return sa.and_(_where(left, asks, since), _where(right, asks, since))
        case Either(left, right):
            return sa.or_(_where(left, asks, since), _where(right, asks, since))
        case Except(left, right):
            return sa.and_(_where(left, asks, since), sa.not_(_where(right, asks, since)))


def _answered(part: Without, asks: Mapping[str, Ask], since: datetime | None) -> sa.ColumnElement[bool]:
    kinds = sorted(kind.value for kind in enough(part.proof, asks[part.duty]))
    proven = sa.exists().where(proof.c.task_id == task.c.id, proof.c.kind.in_(kinds))
    tasks = (
        sa.exists()
        .where(task.c.person_id == person.c.id)
        .where(task.c.occurrence_id == occurrence.c.id)
        .where(occurrence.c.duty == part.duty)
        .where(sa.or_(task.c.exempt != "", proven))
    )
    return tasks if since is None else tasks.where(occurrence.c.planned_at >= since)


class Audiences:
    """How many people, and who, an audience means now."""

    def __init__(self, tx: Tx, asks: Mapping[str, Ask]) -> None:
        self._tx = tx
        self._asks = asks

    async def count(self, audience: Audience, unit: str = "", since: datetime | None = None) -> int:
        """Persons of the unit and below."""
        condition = sa.and_(where(audience, self._asks, since), below(person.c.unit, unit))
        return int(await self._tx.scalar(sa.select(sa.func.count()).select_from(person).where(condition)))

    async def ids(self, audience: Audience, unit: str = "", since: datetime | None = None) -> list[int]:
        """Person ids of the unit and below, in order."""
        condition = sa.and_(where(audience, self._asks, since), below(person.c.unit, unit))
        statement = sa.select(person.c.id).where(condition).order_by(person.c.id)
        return [row.id for row in await self._tx.rows(statement)]
