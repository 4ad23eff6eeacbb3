"""Classes that are written to as a class: the platform knows their parents, and we know none of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, below
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import delivery
from bot.messages import EVERYONE, Address, Urgency
from bot.people.rules import PersonKind, Stage
from bot.people.tables import contact, guardian, person
from bot.people.tables_school import school_class

_CHILD: Final = person.alias("child")
_PARENT: Final = person.alias("parent")


@dataclass(frozen=True, slots=True)
class UnknownClass:
    """A class of ours with parents of whom we know nobody."""

    department: int
    unit: str
    stage: Stage | None


@dataclass(frozen=True, slots=True)
class ClassSend:
    """What became of one campaign's message to one class, counted as a class and never in people."""

    occurrence: str
    unit: str
    state: DeliveryState
    outcome: str
    at: datetime | None


def class_key(occurrence: str, account: str, department: int | str) -> str:
    """The key of the one delivery of a class; ``all`` for the whole school."""
    return f"{occurrence}/class/{account}/{department}"


class Classes:
    _tx: Tx

    async def unknown_classes(self, account: str) -> list[UnknownClass]:
        """Allowed classes that have parents, none of whom is known to us in any way."""
        stage = (
            sa.select(sa.func.min(_CHILD.c.stage))
            .where(_CHILD.c.unit == school_class.c.unit, _CHILD.c.kind == str(PersonKind.STUDENT))
            .scalar_subquery()
        )
        rows = await self._tx.rows(
            sa.select(school_class.c.department, school_class.c.unit, stage.label("stage"))
            .where(
                school_class.c.account == account,
                school_class.c.unit.is_not(None),
                school_class.c.allowed,
                school_class.c.parents > 0,
                school_class.c.known == 0,
                ~_known_parent(),
            )
            .order_by(school_class.c.unit)
        )
        return [UnknownClass(r.department, r.unit, Stage(r.stage) if r.stage else None) for r in rows]

    async def alerted(self, addresses: Iterable[str], since: datetime) -> set[str]:
        """Those of these parties that were sent an alert since then, by themselves or as everybody."""
        wanted = list(addresses)
        whole = {one: replace(Address.from_key(one), id=EVERYONE).key for one in wanted}
        rows = await self._tx.rows(
            sa.select(delivery.c.address).where(
                delivery.c.address.in_({*wanted, *whole.values()}),
                delivery.c.urgency == Urgency.ALERT,
                delivery.c.state == DeliveryState.SENT,
                delivery.c.person_id == 0,
                delivery.c.settled_at >= since,
            )
        )
        sent = {row.address for row in rows}
        return {one for one in wanted if one in sent or whole[one] in sent}

    async def all_classes(self, account: str) -> int:
        """How many classes of the directory have parents, ours or not, allowed or not."""
        counted = await self._tx.scalar(
            sa.select(sa.func.count()).where(school_class.c.account == account, school_class.c.parents > 0)
        )
        return int(counted)

    async def class_sends(self, occurrences: Sequence[str], units: Iterable[str]) -> list[ClassSend]:
        """What these campaigns sent to our classes as classes, by unit; ``""`` among the units means all."""
        inside = await self._tx.rows(
            sa.select(school_class.c.account, school_class.c.department, school_class.c.unit).where(
                school_class.c.unit.is_not(None),
                sa.or_(sa.false(), *[below(school_class.c.unit, one) for one in units]),
            )
        )
        keys: dict[str, list[tuple[str, str]]] = {}
        for id_ in occurrences:
            for row in inside:
                for which in (row.department, "all"):
                    keys.setdefault(class_key(id_, row.account, which), []).append((id_, row.unit))
        found = []
        for row in await self._rows_of(list(keys)):
            found += [
                ClassSend(id_, unit, DeliveryState(row.state), row.outcome, row.settled_at)
                for id_, unit in keys[row.key]
            ]
        return sorted(found, key=lambda one: (one.occurrence, one.unit))

    async def _rows_of(self, keys: list[str]) -> list[sa.Row[Any]]:
        found: list[sa.Row[Any]] = []
        for start in range(0, len(keys), 1000):
            some = keys[start : start + 1000]
            found += await self._tx.rows(sa.select(delivery).where(delivery.c.key.in_(some)))
        return found


def _known_parent() -> sa.Exists:
    """A contact of any kind that belongs to a parent of the class."""
    through_child = (
        sa.select(sa.literal(1))
        .select_from(
            _CHILD.join(guardian, guardian.c.child_id == _CHILD.c.id).join(
                contact, contact.c.person_id == guardian.c.parent_id
            )
        )
        .where(_CHILD.c.unit == school_class.c.unit)
        .correlate(school_class)
    )
    own = (
        sa.select(sa.literal(1))
        .select_from(_PARENT.join(contact, contact.c.person_id == _PARENT.c.id))
        .where(_PARENT.c.unit == school_class.c.unit, _PARENT.c.kind == str(PersonKind.PARENT))
        .correlate(school_class)
    )
    return sa.exists(through_child.union_all(own))
