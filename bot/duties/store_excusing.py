"""Exemptions in tasks: what is excused, what is owed again, and what the clock ends. A part of Launches."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Moment, Tx
from bot.duties.rules import Ask, OccurrenceState
from bot.duties.store_locks import ONE, in_order
from bot.duties.tables import occurrence, task
from bot.people.records import EVERY_DUTY
from bot.people.tables import exemption, guardian, person
from bot.people.wording import LEFT

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


def held(
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


def still_held(
    duty: sa.ColumnElement[str] | str, now: sa.ColumnElement[datetime] | datetime
) -> sa.ColumnElement[str]:
    """Of a task that something excused until now: what excuses it still. Who has left owes nothing."""
    reason = held(duty, now, task.c.person_id, task.c.about_id)
    gone = sa.exists().where(
        person.c.id.in_((task.c.person_id, task.c.about_id)), person.c.left_at.is_not(None)
    )
    return sa.case((reason != "", reason), (gone, LEFT), else_="")


_STILL: Final = still_held(_duty, sa.bindparam("now", type_=Moment()))


def _excuse(concerned: sa.ColumnElement[bool]) -> sa.Update:
    owed = sa.and_(task.c.settled_at.is_(None), task.c.exempt == "")
    return sa.update(task).where(concerned, owed, _OF_DUTY).values(exempt=sa.bindparam("why"))


def _owe(concerned: sa.ColumnElement[bool]) -> sa.Update:
    excused = sa.and_(task.c.settled_at.is_(None), task.c.exempt == sa.bindparam("why"))
    return sa.update(task).where(concerned, excused, _OF_DUTY).values(exempt=_STILL)


_EXCUSE: Final = (_excuse(_OWN), _excuse(_FOR_THEM))
_OWE: Final = (_owe(_OWN), _owe(_FOR_THEM))


_ONCE: Final = (OccurrenceState.OPEN, OccurrenceState.PAUSED, OccurrenceState.WAITING)
_ended: Final = sa.bindparam("now", type_=Moment())
_excusing: Final = exemption.join(ONE, ONE.c.person_id == exemption.c.person_id)
_for_them: Final = exemption.join(guardian, guardian.c.child_id == exemption.c.person_id).join(
    ONE, sa.and_(ONE.c.person_id == guardian.c.parent_id, ONE.c.about_id == exemption.c.person_id)
)
_THEIRS: Final = [
    sa.select(ONE.c.id)
    .select_from(whose.join(occurrence, occurrence.c.id == ONE.c.occurrence_id))
    .where(
        exemption.c.until == _ended,
        exemption.c.reason == ONE.c.exempt,
        exemption.c.duty.in_((EVERY_DUTY, occurrence.c.duty)),
        occurrence.c.state.in_(_ONCE),
        occurrence.c.ask.not_in((Ask.NOTHING, Ask.TAP)),
        ONE.c.settled_at.is_(None),
        sa.or_(ONE.c.due_at.is_(None), ONE.c.due_at > _ended),
    )
    for whose in (_excusing, _for_them)
]
_OVER: Final = (
    sa.update(task)
    .where(in_order(ONE.c.id.in_(sa.union_all(*_THEIRS))))
    .values(exempt=_STILL)
    .returning(task.c.occurrence_id, task.c.person_id, task.c.exempt)
)


class Excusing:
    _tx: Tx

    async def next_end(self, after: datetime, until: datetime) -> datetime | None:
        """When the next exemption ended, after the one moment and up to the other."""
        ends = exemption.c.until
        found: datetime | None = await self._tx.scalar(
            sa.select(sa.func.min(ends)).where(ends > after, ends <= until)
        )
        return found

    async def exemptions_over(self, at: datetime) -> dict[str, list[int]]:
        """What exemptions that ended at this moment excused and is not done is owed again: whose tasks, by
        campaign.

        As things stood at that moment: nothing that another exemption held then, or that was due by then.
        What asks for nothing is not owed, so it stays as it was when it was sent.
        """
        given: dict[str, list[int]] = {}
        rows = await self._tx.rows(_OVER, {"now": at})
        for row in sorted(rows):
            if not row.exempt:
                given.setdefault(row.occurrence_id, []).append(row.person_id)
        return given

    def excuse(self, person_id: int, reason: str, duty: str = EVERY_DUTY) -> None:
        """What this person has not done, or a guardian for them, is not owed, visibly.

        Later tasks look at the exemption.
        """
        for statement in _EXCUSE:
            self._tx.write(statement, whose=person_id, why=reason, which=duty)

    def owe_again(self, person_id: int, reason: str, now: datetime, duty: str = EVERY_DUTY) -> None:
        """What was excused for this reason and is not done is owed again, unless something else excuses it.

        Who has left owes nothing.
        """
        for statement in _OWE:
            self._tx.write(statement, whose=person_id, why=reason, which=duty, now=now)
