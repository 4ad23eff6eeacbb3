"""Class links: what a class was given to forward, and how often it was opened. A part of Duties."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Moment, Tx, insert_new
from bot.duties.tables import class_link, task

_LINK: Final = insert_new(class_link)


class Links:
    """Opens are counted per class and name nobody."""

    _tx: Tx

    def give_link(self, k: str, slug: str, unit: str, task_id: int | None) -> None:
        self._tx.write(_LINK, k=k, slug=slug, unit=unit, task_id=task_id)

    async def links_of(self, task_id: int) -> list[tuple[str, str, int]]:
        """(unit, k, opens) of the class links a teacher was given, in the order of the roster."""
        rows = await self._tx.rows(
            sa.select(class_link).where(class_link.c.task_id == task_id).order_by(class_link.c.unit)
        )
        return [(row.unit, row.k, row.opens) for row in rows]

    async def unit_of_link(self, k: str, slug: str) -> str | None:
        """The class that was given this link."""
        unit: str | None = await self._tx.scalar(
            sa.select(class_link.c.unit).where(class_link.c.k == k, class_link.c.slug == slug)
        )
        return unit

    async def link(self, k: str, slug: str) -> tuple[str, int] | None:
        """The unit of a class link and the person it was given to; ``None`` if not ours."""
        row = await self._tx.row(
            sa.select(class_link.c.unit, task.c.person_id)
            .join_from(class_link, task, task.c.id == class_link.c.task_id)
            .where(class_link.c.k == k, class_link.c.slug == slug)
        )
        return None if row is None else (row.unit, row.person_id)

    async def count_open(self, k: str, slug: str, now: datetime) -> int | None:
        """One more open of a class link; the teacher's task id (0 without one), ``None`` if not ours."""
        row = await self._tx.row(
            sa.update(class_link)
            .where(class_link.c.k == k, class_link.c.slug == slug)
            .values(
                opens=class_link.c.opens + 1,
                first_open_at=sa.func.coalesce(class_link.c.first_open_at, sa.literal(now, Moment())),
            )
            .returning(class_link.c.task_id)
        )
        return None if row is None else (row.task_id or 0)
