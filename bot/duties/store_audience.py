"""An audience as a condition on ``person``: one statement tells whom a duty is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    means_parents,
)
from bot.duties.lessons import PUPILS
from bot.duties.rules import Ask
from bot.duties.scope import Aim, Families
from bot.duties.tables import UNGUARDED, occurrence, proof, task
from bot.people.rules import PersonKind
from bot.people.tables import guardian, person, role

CHILD: Final = person.alias("child")
_GUARDIAN: Final = person.alias("one_guardian")


@dataclass(frozen=True, slots=True)
class _Who:
    """What an audience asks of somebody. ``tasks``: whose proofs count; ``kind``: where not the row's own."""

    unit: sa.ColumnElement[str]
    tasks: sa.ColumnElement[bool]
    kind: PersonKind | None = None


_SELF: Final = _Who(person.c.unit, sa.and_(task.c.person_id == person.c.id, sa.not_(UNGUARDED)))
# The parent whom a child would have: of its class and 学段, and what was done for it counts.
_PARENT: Final = _Who(person.c.unit, task.c.about_id == person.c.id, PersonKind.PARENT)


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
    return _where(inside, {}, None, _Who(unit, sa.false()))


def without_family() -> sa.ColumnElement[bool]:
    """Whoever a letter means by themselves: also a parent of whom no child is known."""
    has = sa.exists().where(guardian.c.parent_id == person.c.id).correlate(person)
    return sa.or_(person.c.kind != str(PersonKind.PARENT), ~has)


def unguarded(
    audience: Audience, asks: Mapping[str, Ask], since: datetime | None = None
) -> sa.ColumnElement[bool]:
    """Pupils for whom a letter has nobody to go to: no guardian of theirs is here, and one would be meant.

    Of 小学, 初中 and 高中 alone. Who is at a 大学 is of age, and a college asks the parents whom it keeps.
    """
    if not means_parents(audience):
        return sa.false()
    return sa.and_(
        person.c.kind == str(PersonKind.STUDENT),
        person.c.left_at.is_(None),
        person.c.stage.in_([stage.value for stage in PUPILS]),
        ~has_guardian(person.c.id).correlate(person),
        _where(audience, asks, since, _PARENT),
    )


def has_guardian(child: sa.ColumnElement[int]) -> sa.Exists:
    """Is a guardian of this child on the roster, and has not left?"""
    here = guardian.join(_GUARDIAN, _GUARDIAN.c.id == guardian.c.parent_id)
    return sa.exists(
        sa.select(sa.literal(1))
        .select_from(here)
        .where(guardian.c.child_id == child, _GUARDIAN.c.left_at.is_(None))
    )


def _where(
    audience: Audience, asks: Mapping[str, Ask], since: datetime | None, who: _Who = _SELF
) -> sa.ColumnElement[bool]:
    match audience:
        case OfKind(kind) if who.kind is not None:
            return sa.true() if kind is who.kind else sa.false()
        case OfKind(kind):
            return person.c.kind == kind.value
        case OfStage(stage):
            # A stage may be unknown, and NOT (NULL = …) would be neither true nor false.
            return sa.func.coalesce(person.c.stage, "") == stage.value
        case InUnit(path):
            return below(who.unit, path)
        case HasRole() if who.kind is not None:
            return sa.false()
        case HasRole(name):
            return sa.exists().where(role.c.person_id == person.c.id, role.c.role == name.value)
        case Without():
            return sa.not_(_answered(audience, asks, since, who))
        case Both(left, right):
            return sa.and_(_where(left, asks, since, who), _where(right, asks, since, who))
        case Either(left, right):
            return sa.or_(_where(left, asks, since, who), _where(right, asks, since, who))
        case Except(left, right):
            return sa.and_(_where(left, asks, since, who), sa.not_(_where(right, asks, since, who)))


def _answered(
    part: Without, asks: Mapping[str, Ask], since: datetime | None, who: _Who
) -> sa.ColumnElement[bool]:
    kinds = sorted(kind.value for kind in enough(part.proof, asks[part.duty]))
    proven = sa.exists().where(proof.c.task_id == task.c.id, proof.c.kind.in_(kinds))
    tasks = (
        sa.exists()
        .where(who.tasks)
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
