"""The tree of units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa

from bot.db import Tx
from bot.people.records import UnitHere
from bot.people.rules import Stage, in_scope
from bot.people.spelling import ancestors, called_for_short, matching_units
from bot.people.tables import person, unit

_UNITS = sa.select(unit.c.path, unit.c.stage).order_by(unit.c.path)
_COUNTS = (
    sa.select(person.c.unit, sa.func.count().label("people"))
    .where(person.c.left_at.is_(None))
    .group_by(person.c.unit)
)


class Units:
    """Reads of the unit tree; a part of People."""

    tx: Tx

    async def units(self) -> list[UnitHere]:
        """Every unit, sorted by path, so that a unit stands before those below it."""
        people: Counter[str] = Counter()
        for row in await self.tx.rows(_COUNTS):
            for above in ancestors(row.unit):
                people[above] += row.people
        return [
            UnitHere(row.path, Stage(row.stage) if row.stage else None, people[row.path])
            for row in await self.tx.rows(_UNITS)
        ]

    async def find_unit(self, text: str, scope: Sequence[str] = ("",)) -> list[str]:
        """The units within the scope that a text names: a path, the end of one, or a class as people say it.
        Several when ambiguous.
        """
        paths = [row.path for row in await self.tx.rows(_UNITS) if in_scope(row.path, tuple(scope))]
        return matching_units(text, paths) or called_for_short(text, paths)
