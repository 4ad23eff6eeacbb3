"""Giving out tasks, set-based: one statement for a class or for a million people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx, below, insert_new
from bot.duties.audience import Audience
from bot.duties.plan_values import Duty
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState
from bot.duties.store_audience import where as whom
from bot.duties.store_audience import without_family
from bot.duties.tables import occurrence, task
from bot.people.records import EVERY_DUTY
from bot.people.rules import PersonKind, Stage
from bot.people.tables import exemption, guardian, person

_COLUMNS: Final = [
    "occurrence_id",
    "person_id",
    "about_id",
    "unit",
    "due_at",
    "tier",
    "declined",
    "exempt",
    "reminded",
]


_child: Final = person.alias("child")
_guardians: Final = sa.select(guardian.c.parent_id).where(guardian.c.child_id == sa.bindparam("whose"))
# What somebody owes, and what their guardians owe for them; the index leads to a task by its person.
_OWN: Final = task.c.person_id == sa.bindparam("whose")
_FOR_THEM: Final = sa.and_(task.c.person_id.in_(_guardians), task.c.about_id == sa.bindparam("whose"))
_named: Final = sa.bindparam("which", type_=sa.Text)
_OF_DUTY: Final = sa.or_(
    _named == EVERY_DUTY,
    task.c.occurrence_id.in_(sa.select(occurrence.c.id).where(occurrence.c.duty == _named)),
)
_duty: Final = sa.select(occurrence.c.duty).where(occurrence.c.id == task.c.occurrence_id).scalar_subquery()


def _held(
    duty: sa.ColumnElement[str] | str, now: sa.ColumnElement[datetime] | datetime, *who: sa.ColumnElement[int]
) -> sa.ColumnElement[str]:
    """The reason that excuses one of these people from a duty; what names the duty comes before what names
    none. Empty without any.
    """
    reason = (
        sa.select(exemption.c.reason)
        .where(
            exemption.c.person_id.in_(who),
            sa.or_(exemption.c.duty == EVERY_DUTY, exemption.c.duty == duty),
            exemption.c.since <= now,
            sa.or_(exemption.c.until.is_(None), exemption.c.until > now),
        )
        .order_by(sa.case((exemption.c.duty == EVERY_DUTY, 1), else_=0), exemption.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.func.coalesce(reason, "")


def _excuse(concerned: sa.ColumnElement[bool]) -> sa.Update:
    owed = sa.and_(task.c.settled_at.is_(None), task.c.exempt == "")
    return sa.update(task).where(concerned, owed, _OF_DUTY).values(exempt=sa.bindparam("why"))


def _owe(concerned: sa.ColumnElement[bool]) -> sa.Update:
    excused = sa.and_(task.c.settled_at.is_(None), task.c.exempt == sa.bindparam("why"))
    still = _held(_duty, sa.bindparam("now", type_=Moment()), task.c.person_id, task.c.about_id)
    return sa.update(task).where(concerned, excused, _OF_DUTY).values(exempt=still)


_EXCUSE: Final = (_excuse(_OWN), _excuse(_FOR_THEM))
_OWE: Final = (_owe(_OWN), _owe(_FOR_THEM))


class Launches:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def excuse(self, person_id: int, reason: str, duty: str = EVERY_DUTY) -> None:
        """What this person has not done, or a guardian for them, is not owed, visibly.

        Later tasks look at the exemption.
        """
        for statement in _EXCUSE:
            self._tx.write(statement, whose=person_id, why=reason, which=duty)

    def owe_again(self, person_id: int, reason: str, now: datetime, duty: str = EVERY_DUTY) -> None:
        """What was excused for this reason and is not done is owed again, unless more excuses it."""
        for statement in _OWE:
            self._tx.write(statement, whose=person_id, why=reason, which=duty, now=now)

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
        guardian. A parent of no known child has one as well.
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
            parents = sa.and_(where, person.c.kind == str(PersonKind.PARENT), here(_child.c.unit))
            done += await self._tx.execute(
                insert_new(task).from_select(_COLUMNS, _for_children(value, parents, now))
            )
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
            _held(value.duty, now, person.c.id),
            sa.literal(0),
        ).where(where)
        return done + await self._tx.execute(insert_new(task).from_select(_COLUMNS, own))

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


def _for_children(value: Occurrence, parents: sa.ColumnElement[bool], now: datetime) -> sa.Select[Any]:
    return (
        sa.select(
            sa.literal(value.id),
            person.c.id,
            _child.c.id,
            _child.c.unit,
            sa.literal(value.due_at, Moment()),
            sa.literal(0),
            sa.false(),
            _held(value.duty, now, person.c.id, _child.c.id),
            sa.literal(0),
        )
        .select_from(
            person.join(guardian, guardian.c.parent_id == person.c.id).join(
                _child, _child.c.id == guardian.c.child_id
            )
        )
        .where(parents, _child.c.left_at.is_(None))
    )


def _under(
    unit: sa.ColumnElement[str], pack: str, packs: Mapping[str, str], default_pack: str
) -> sa.ColumnElement[bool]:
    """Units whose nearest pack, up the tree, is this one."""
    inside: sa.ColumnElement[bool] = sa.true() if pack == default_pack else sa.false()
    for top in sorted(packs, key=lambda t: t.count("/")):
        under = below(unit, top)
        inside = sa.or_(inside, under) if packs[top] == pack else sa.and_(inside, sa.not_(under))
    return inside
