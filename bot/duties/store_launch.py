"""Giving out tasks, set-based: one statement for a class or for a million people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

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
from bot.people.spelling import ancestors
from bot.people.tables import person

_FEW: Final = 9  # top units that a statement names; more of them are nearly all
_STUDENTS: Final = (
    person.c.kind == str(PersonKind.STUDENT),
    person.c.left_at.is_(None),
    person.c.stage.is_not(None),
)


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

    async def main_stage(self, units: Sequence[str] = ("",)) -> Stage:
        """The 学段 most students of these units are in; of units without students, that of the school."""
        for where in (_among(units), sa.true()):
            stage: str | None = await self._tx.scalar(
                sa.select(person.c.stage)
                .where(*_STUDENTS, where)
                .group_by(person.c.stage)
                .order_by(sa.func.count().desc(), person.c.stage)
                .limit(1)
            )
            if stage:
                return Stage(stage)
        return Stage.COLLEGE

    async def stages_of(self, units: Collection[str]) -> dict[str, Stage]:
        """For each unit the 学段 most of its students are in; without students, that of those around it."""
        tops = sorted({unit.partition("/")[0] for unit in units})
        rows = await self._tx.rows(
            sa.select(person.c.unit, person.c.stage, sa.func.count().label("people"))
            .where(*_STUDENTS, _among(tops) if len(tops) <= _FEW else sa.true())
            .group_by(person.c.unit, person.c.stage)
        )
        counts: dict[str, Counter[Stage]] = {}
        for row in rows:
            for above in ancestors(row.unit):
                counts.setdefault(above, Counter())[Stage(row.stage)] += row.people
        near = {unit: next((counts[one] for one in ancestors(unit) if one in counts), None) for unit in units}
        main = await self.main_stage() if None in near.values() else Stage.COLLEGE
        return {unit: some.most_common(1)[0][0] if some else main for unit, some in near.items()}


def _among(units: Collection[str]) -> sa.ColumnElement[bool]:
    return sa.or_(sa.false(), *(below(person.c.unit, unit) for unit in units))


def _under(
    unit: sa.ColumnElement[str], pack: str, packs: Mapping[str, str], default_pack: str
) -> sa.ColumnElement[bool]:
    """Units whose nearest pack, up the tree, is this one."""
    inside: sa.ColumnElement[bool] = sa.true() if pack == default_pack else sa.false()
    for top in sorted(packs, key=lambda t: t.count("/")):
        under = below(unit, top)
        inside = sa.or_(inside, under) if packs[top] == pack else sa.and_(inside, sa.not_(under))
    return inside
