"""Giving out tasks, set-based: one statement for a class or for a million people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.db import Moment, Tx, below, insert_new
from bot.duties.audience import Audience
from bot.duties.plan_values import Duty
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState
from bot.duties.store_audience import CHILD, unguarded, without_family
from bot.duties.store_audience import where as whom
from bot.duties.store_excusing import Excusing, held
from bot.duties.store_families import COLUMNS, FamilyTasks
from bot.duties.tables import occurrence, task
from bot.people.rules import PersonKind, Stage
from bot.people.tables import person


class Launches(Excusing, FamilyTasks):
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def by_clock(self, duty: str, since: datetime, until: datetime) -> list[datetime]:
        """For which planned times the clock launched a duty, but for those that were stopped."""
        o = occurrence.c
        statement = sa.select(o.planned_at).where(
            o.duty == duty,
            o.planned_at >= since,
            o.planned_at < until,
            o.asked_by.is_(None),
            o.state.not_in([OccurrenceState.SKIPPED, OccurrenceState.STOPPED]),
        )
        return [row.planned_at for row in await self._tx.rows(statement)]

    async def give_tasks(
        self,
        value: Occurrence,
        duty: Duty,
        asks: Mapping[str, Ask],
        packs: Mapping[str, str],
        default_pack: str,
        now: datetime,
        since: datetime | None = None,
        joined_since: datetime | None = None,
    ) -> int:
        """A task for everybody of the audience who works under the occurrence's pack; how many tasks.

        A letter gives a guardian one task for each child, so that each child has a receipt; there the unit is
        the child's, because brothers and sisters may be in two, and who excuses the child excuses the
        guardian. A parent of no known child has one as well, and so has a pupil of no known guardian.
        ``since`` is the first day of the term: what "without" in an audience looks back to.
        """
        await self._tx.flush()
        where = whom(duty.to, asks, since)
        if joined_since is not None:
            where = sa.and_(where, person.c.joined_at >= joined_since)

        def here(unit: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
            return sa.and_(_under(unit, value.pack, packs, default_pack), below(unit, value.unit))

        done = 0
        if duty.do is Do.LETTER:
            done += await self._for_children(value, sa.and_(where, here(CHILD.c.unit)), now)
            alone = sa.and_(unguarded(duty.to, asks, since), here(person.c.unit))
            if joined_since is not None:
                alone = sa.and_(alone, person.c.joined_at >= joined_since)
            done += await self._for_unguarded(value, alone, now)
            where = sa.and_(where, without_family())
        where = sa.and_(where, here(person.c.unit))
        own = sa.select(
            sa.literal(value.id),
            person.c.id,
            sa.literal(0),
            person.c.unit,
            sa.literal(value.due_at, Moment()),
            sa.literal(0),
            sa.false(),
            held(value.duty, now, person.c.id),
            sa.literal(0),
        ).where(where)
        return done + await self._tx.execute(insert_new(task).from_select(COLUMNS, own))

    async def count(
        self, audience: Audience, asks: Mapping[str, Ask], since: datetime | None = None
    ) -> dict[str, int]:
        """How many people of each kind an audience has at this moment."""
        rows = await self._tx.rows(
            sa.select(person.c.kind, sa.func.count().label("people"))
            .where(whom(audience, asks, since))
            .group_by(person.c.kind)
        )
        return {row.kind: row.people for row in rows}

    async def materials_used(self, duty: str, limit: int = 60) -> dict[str, int]:
        """How often each text was used by the newest occurrences of a duty."""
        used: dict[str, int] = {}
        rows = await self._tx.rows(
            sa.select(occurrence.c.material)
            .where(occurrence.c.duty == duty)
            .order_by(occurrence.c.planned_at.desc())
            .limit(limit)
        )
        for row in rows:
            for part in {p.rpartition("=")[2] for p in row.material.split(";") if p}:
                used[part] = used.get(part, 0) + 1
        return used

    async def look_again(self) -> None:
        """After a large launch PostgreSQL should learn at once what the tables hold now."""
        if self._tx.dialect == "postgresql":
            await self._tx.execute(sa.text("ANALYZE task, delivery"))

    async def main_stage(self) -> str:
        """The 学段 most students are in."""
        stage: str | None = await self._tx.scalar(
            sa.select(person.c.stage)
            .where(person.c.kind == str(PersonKind.STUDENT), person.c.left_at.is_(None))
            .group_by(person.c.stage)
            .order_by(sa.func.count().desc())
            .limit(1)
        )
        return stage or str(Stage.COLLEGE)


def _under(
    unit: sa.ColumnElement[str], pack: str, packs: Mapping[str, str], default_pack: str
) -> sa.ColumnElement[bool]:
    """Units whose nearest pack, up the tree, is this one."""
    inside: sa.ColumnElement[bool] = sa.true() if pack == default_pack else sa.false()
    for top in sorted(packs, key=lambda t: t.count("/")):
        under = below(unit, top)
        inside = sa.or_(inside, under) if packs[top] == pack else sa.and_(inside, sa.not_(under))
    return inside
