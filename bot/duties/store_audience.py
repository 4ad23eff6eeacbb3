"""An audience as a condition on ``person``: one statement tells whom a duty is for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

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
from bot.duties.scope import Aim, Families
from bot.duties.tables import occurrence, proof, task
from bot.people.rules import PersonKind
from bot.people.tables import guardian, person, role

CHILD: Final = person.alias("child")


def where(audience: Aim, asks: Mapping[str, Ask], since: datetime | None = None) -> sa.ColumnElement[bool]:
    """The condition equal to ``audience.matches``; those who have left are never meant.

    ``asks`` gives the ask of each duty (``plan.asks``). ``since`` limits "without" to what was planned from
    then on, usually the first day of the term; proof of last term does not count for this one.
    """
    if not isinstance(audience, Families):
        return sa.and_(person.c.left_at.is_(None), _where(audience, asks, since))
    children = (
        sa.select(sa.literal(1))
        .select_from(guardian.join(CHILD, CHILD.c.id == guardian.c.child_id))
        .where(guardian.c.parent_id == person.c.id, CHILD.c.left_at.is_(None))
        .where(located(audience.inside, CHILD.c.unit))
        .correlate(person)
    )
    return sa.and_(
        person.c.left_at.is_(None),
        _where(audience.to, asks, since),
        sa.or_(
            sa.and_(without_family(), located(audience.inside, person.c.unit)),
            sa.and_(person.c.kind == str(PersonKind.PARENT), sa.exists(children)),
        ),
    )


def located(inside: Audience, unit: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Does this unit lie in a tree of units?"""
    return _where(inside, {}, None, unit)


def without_family() -> sa.ColumnElement[bool]:
    """Whoever a letter means by themselves: also a parent of whom no child is known."""
    has = sa.exists().where(guardian.c.parent_id == person.c.id).correlate(person)
    return sa.or_(person.c.kind != str(PersonKind.PARENT), ~has)


def _where(
    audience: Audience,
    asks: Mapping[str, Ask],
    since: datetime | None,
    unit: sa.ColumnElement[str] = person.c.unit,
) -> sa.ColumnElement[bool]:
    match audience:
        case OfKind(kind):
            return person.c.kind == kind.value
        case OfStage(stage):
            # A stage may be unknown, and NOT (NULL = …) would be neither true nor false.
            return sa.func.coalesce(person.c.stage, "") == stage.value
        case InUnit(path):
            return below(unit, path)
        case HasRole(name):
            return sa.exists().where(role.c.person_id == person.c.id, role.c.role == name.value)
        case Without():
            return sa.not_(_answered(audience, asks, since))
        case Both(left, right):
            return sa.and_(_where(left, asks, since, unit), _where(right, asks, since, unit))
        case Either(left, right):
            return sa.or_(_where(left, asks, since, unit), _where(right, asks, since, unit))
        case Except(left, right):
            return sa.and_(_where(left, asks, since, unit), sa.not_(_where(right, asks, since, unit)))


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
