"""Who cannot hear 学校通知, what they missed, and which classes are written to as a class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, below
from bot.delivery.rules import NOT_FOLLOWING, DeliveryState
from bot.delivery.tables import delivery
from bot.duties.rules import Ask, OccurrenceState
from bot.duties.scope import Aim, Families
from bot.duties.store_audience import located
from bot.duties.store_audience import where as whom
from bot.duties.tables import occurrence, task
from bot.messages import Realm, Urgency
from bot.people.rules import PersonKind
from bot.people.store_follow import ASKED, WANTED
from bot.people.tables import contact, guardian, person
from bot.people.tables_school import parent_follow, school_class, school_directory

RECENT: Final = timedelta(hours=1)  # a class looked at so lately need not be looked at again for a letter
_NOWHERE: Final = (DeliveryState.REFUSED, DeliveryState.DEAD)
_CHILD: Final = person.alias("child")
_SUBJECT: Final = sa.func.coalesce(guardian.c.child_id, person.c.id)
_SILENT: Final = sa.and_(contact.c.realm == str(Realm.PARENT), sa.not_(parent_follow.c.follows))


@dataclass(frozen=True, slots=True)
class Unheard:
    """A message refused because the parent did not follow. ``missed``: nothing else reached them since."""

    key: str
    account: str
    address: str
    person: int
    occurrence: str
    task: int | None
    payload: str
    urgency: Urgency
    digest: bool
    planned_at: datetime
    due_at: datetime | None
    missed: bool


class Following:
    _tx: Tx

    async def unfollowed(
        self, audience: Aim, asks: Mapping[str, Ask], since: datetime | None = None
    ) -> int:
        """How many families of an audience nobody reaches because none of them follows 学校通知."""
        which = whom(audience, asks, since)
        if isinstance(audience, Families):
            home = sa.func.coalesce(_CHILD.c.unit, person.c.unit)
            which = sa.and_(which, located(audience.inside, home))
        families = _families(which).subquery()
        return int(await self._tx.scalar(sa.select(sa.func.count()).select_from(families)))

    async def silent_families(self, units: Iterable[str]) -> dict[str, list[int]]:
        """The same by class: unit -> the children, in the order of their 编号."""
        inside = sa.or_(
            sa.false(), *[below(sa.func.coalesce(_CHILD.c.unit, person.c.unit), u) for u in units]
        )
        families = _families(inside).subquery()
        about = person.alias("about")
        rows = await self._tx.rows(
            sa.select(about.c.id, about.c.unit)
            .join(families, families.c.subject == about.c.id)
            .order_by(about.c.unit, about.c.code)
        )
        found: dict[str, list[int]] = {}
        for row in rows:
            found.setdefault(row.unit, []).append(row.id)
        return found

    async def unheard(self, addresses: Sequence[str]) -> list[Unheard]:
        """What running campaigns could not tell these addresses; reminders are not repeated."""
        other = delivery.alias("other")
        elsewhere = sa.exists().where(
            other.c.occurrence_id == delivery.c.occurrence_id,
            other.c.person_id == delivery.c.person_id,
            other.c.key.startswith(delivery.c.occurrence_id + "/"),
            other.c.state.not_in(_NOWHERE),
        )
        to_do = sa.exists().where(
            task.c.occurrence_id == delivery.c.occurrence_id,
            task.c.person_id == delivery.c.person_id,
            task.c.settled_at.is_(None),
            task.c.exempt == "",
        )
        rows = await self._tx.rows(
            sa.select(delivery, occurrence.c.planned_at, occurrence.c.due_at, elsewhere.label("elsewhere"))
            .join(occurrence, occurrence.c.id == delivery.c.occurrence_id)
            .join(contact, contact.c.address == delivery.c.address)
            .where(
                delivery.c.address.in_(addresses),
                delivery.c.person_id == contact.c.person_id,
                delivery.c.state == DeliveryState.REFUSED,
                delivery.c.outcome == NOT_FOLLOWING,
                delivery.c.key.startswith(delivery.c.occurrence_id + "/"),
                occurrence.c.state == OccurrenceState.OPEN,
                to_do,
            )
            .order_by(delivery.c.id)
        )
        return [
            Unheard(
                r.key, r.account, r.address, r.person_id, r.occurrence_id, r.task_id, r.payload,
                Urgency(r.urgency), r.digest, r.planned_at, r.due_at, not r.elsewhere,
            )
            for r in rows
        ]  # fmt: skip

    async def look_before(self, occurrence_id: str, now: datetime) -> int:
        """A message goes to parents: their classes are to be looked at now, unless that was done lately or
        the directory cannot be read; how many classes."""
        theirs = (
            sa.select(sa.func.coalesce(_CHILD.c.unit, task.c.unit))
            .select_from(
                task.join(person, person.c.id == task.c.person_id)
                .outerjoin(guardian, guardian.c.parent_id == person.c.id)
                .outerjoin(_CHILD, _CHILD.c.id == guardian.c.child_id)
            )
            .where(task.c.occurrence_id == occurrence_id, person.c.kind == str(PersonKind.PARENT))
        )
        return await self._want(school_class.c.unit.in_(theirs), now)

    async def look_at(self, account: str, departments: Sequence[int], now: datetime) -> int:
        here = sa.and_(school_class.c.account == account, school_class.c.department.in_(departments))
        return await self._want(here, now)

    async def _want(self, which: sa.ColumnElement[bool], now: datetime) -> int:
        resting = sa.select(school_directory.c.account).where(school_directory.c.rest_until > now)
        old = sa.or_(school_class.c.looked_at.is_(None), school_class.c.looked_at <= now - RECENT)
        await self._tx.flush()
        return await self._tx.execute(
            sa.update(school_class)
            .where(which, old, school_class.c.account.not_in(resting))
            .values(wanted_at=now)
        )

    async def looking(self, account: str, people: Sequence[int], now: datetime) -> tuple[set[int], set[str]]:
        """Of these parents those whose class is about to be looked at; and all such classes."""
        pending = sa.and_(school_class.c.account == account, WANTED, school_class.c.wanted_at > now - ASKED)
        classes = await self._tx.rows(
            sa.select(school_class.c.department, school_class.c.unit).where(pending)
        )
        if not classes:
            return set(), set()
        units = [row.unit for row in classes if row.unit is not None]
        rows = await self._tx.rows(
            sa.select(guardian.c.parent_id)
            .distinct()
            .join(_CHILD, _CHILD.c.id == guardian.c.child_id)
            .where(guardian.c.parent_id.in_(people), _CHILD.c.unit.in_(units))
        )
        return {row.parent_id for row in rows}, {str(row.department) for row in classes}


def _families(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """``subject``: the child, or the parent without one, of families in which nobody can be told anything.

    Begins with those who do not follow, who are few.
    """
    silent = (
        sa.select(_SUBJECT.label("subject"), guardian.c.child_id)
        .distinct()
        .select_from(
            parent_follow.join(contact, contact.c.address == parent_follow.c.address)
            .join(person, person.c.id == contact.c.person_id)
            .outerjoin(guardian, guardian.c.parent_id == person.c.id)
            .outerjoin(_CHILD, _CHILD.c.id == guardian.c.child_id)
        )
        .where(
            which,
            _SILENT,
            contact.c.unreachable.is_(None),
            person.c.kind == str(PersonKind.PARENT),
            person.c.left_at.is_(None),
            _CHILD.c.left_at.is_(None),
        )
        .subquery()
    )
    other, follow, also = contact.alias("other"), parent_follow.alias("follow"), guardian.alias("also")
    deaf = sa.and_(
        other.c.realm == str(Realm.PARENT), sa.func.coalesce(follow.c.follows, sa.true()).is_(False)
    )
    audible = (
        sa.select(sa.literal(1))
        .select_from(other.outerjoin(follow, follow.c.address == other.c.address))
        .where(other.c.unreachable.is_(None), sa.not_(deaf))
    )
    guardians = sa.select(also.c.parent_id).where(also.c.child_id == silent.c.child_id).correlate(silent)
    by_family = audible.where(other.c.person_id.in_(guardians)).correlate(silent)
    alone = sa.and_(silent.c.child_id.is_(None), other.c.person_id == silent.c.subject)
    by_self = audible.where(alone).correlate(silent)
    return sa.select(silent.c.subject).where(~sa.exists(by_family), ~sa.exists(by_self))
