"""Who is in a classroom during lesson hours: pupils of 中小学, and who teaches them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from bot.db import Tx
from bot.duties.lessons import PUPILS
from bot.people.rules import TEACHER_ROLES, PersonKind, Stage
from bot.people.spelling import ancestors
from bot.people.tables import WITH_LESSONS, person, role, unit

_ANY_PUPIL: Final = sa.select(sa.literal(1)).select_from(person).where(sa.text(WITH_LESSONS)).limit(1)
_NOBODY: Mapping[int, frozenset[Stage]] = {}


class Lessons:
    _tx: Tx

    async def has_pupils(self) -> bool:
        """Is there anybody of 小学, 初中 or 高中 at all? A college answers from an empty index."""
        return await self._tx.scalar(_ANY_PUPIL) is not None

    async def in_class(self, people: Sequence[int]) -> Mapping[int, frozenset[Stage]]:
        """The 学段 by whose lessons each of these people lives; parents and 大学 by none.

        A pupil's own 学段 counts, else that of the nearest unit upwards. Staff are where they belong and
        where they are 班主任 or 辅导员.
        """
        if not people or not await self.has_pupils():
            return _NOBODY
        rows = await self._tx.rows(
            sa.select(person.c.id, person.c.kind, person.c.unit, person.c.stage).where(
                person.c.id.in_(people), person.c.kind.in_((PersonKind.STUDENT, PersonKind.STAFF))
            )
        )
        own = {row.id: Stage(row.stage) for row in rows if row.stage}
        units = {row.id: [row.unit] for row in rows if row.id not in own}
        teachers = [row.id for row in rows if row.kind == PersonKind.STAFF and row.id in units]
        for row in await self._teaching(teachers):
            units[row.person_id].append(row.unit)
        stages = await self._stages({path for mine in units.values() for path in mine})
        found = {id_: frozenset({stage}) for id_, stage in own.items()}
        found |= {
            id_: frozenset(s for path in mine if (s := stages.get(path))) for id_, mine in units.items()
        }
        return {id_: kept for id_, mine in found.items() if (kept := mine.intersection(PUPILS))}

    async def _teaching(self, teachers: Sequence[int]) -> Sequence[sa.Row[tuple[int, str]]]:
        if not teachers:
            return []
        return await self._tx.rows(
            sa.select(role.c.person_id, role.c.unit).where(
                role.c.person_id.in_(teachers), role.c.role.in_(sorted(TEACHER_ROLES))
            )
        )

    async def _stages(self, paths: Iterable[str]) -> Mapping[str, Stage]:
        """The 学段 of the nearest unit upwards that has one."""
        above = {path: ancestors(path) for path in paths}
        wanted = sorted({one for chain in above.values() for one in chain})
        if not wanted:
            return {}
        rows = await self._tx.rows(
            sa.select(unit.c.path, unit.c.stage).where(unit.c.path.in_(wanted), unit.c.stage.is_not(None))
        )
        known = {row.path: Stage(row.stage) for row in rows}
        nearest = {
            path: next((known[one] for one in chain if one in known), None) for path, chain in above.items()
        }
        return {path: stage for path, stage in nearest.items() if stage is not None}
