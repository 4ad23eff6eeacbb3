"""What is counted before sending. Large audiences are counted by kind and otherwise looked at by sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx
from bot.delivery.forecast import Share, Way
from bot.delivery.rules import DeliveryState
from bot.delivery.store_attention import counts
from bot.delivery.tables import delivery, shipment
from bot.duties.rules import Ask
from bot.duties.scope import Aim, Families
from bot.duties.store_audience import CHILD, located, unguarded, without_family
from bot.duties.store_audience import where as whom
from bot.messages import Realm, Urgency
from bot.people.records import EVERY_DUTY
from bot.people.rules import PersonKind, Stage
from bot.people.tables import contact, exemption, guardian, person
from bot.people.tables_school import parent_follow

EXACT: Final = 50_000  # people up to whom everybody's channels are looked at
SAMPLE: Final = 10_000
CAPS: Final = 5_000  # whose messages of the week or month are counted
_CALLS: Final = 500  # of the newest calls, to see how long one takes
_PER_ACCOUNT: Final = 20


class Readings:
    """``audience`` is already limited to its pack and unit; ``since`` is what "without" looks back to."""

    def __init__(self, tx: Tx, audience: Aim, asks: Mapping[str, Ask], since: datetime | None) -> None:
        self._tx = tx
        self._aim, self._asks, self._since = audience, asks, since
        self._whom = whom(audience, asks, since)

    async def kinds(self) -> Mapping[PersonKind, int]:
        """Exact, whatever the size."""
        if self._tx.dialect == "postgresql":
            # Compiling these statements would take longer than they run.
            await self._tx.rows(sa.select(sa.func.set_config("jit", "off", True)))
        rows = await self._tx.rows(
            sa.select(person.c.kind, sa.func.count().label("people"))
            .where(self._whom)
            .group_by(person.c.kind)
        )
        return {PersonKind(row.kind): row.people for row in rows}

    async def shares(
        self,
        people: int,
        ways: Sequence[Way],
        pushing: Mapping[str, bool],
        duty: str,
        now: datetime,
        *,
        for_children: bool = False,
    ) -> list[Share]:
        """People who are alike, with the first way that reaches them.

        ``pushing``: may the account write to somebody who was silent? ``for_children``: guardians are asked
        about each child, so who excuses the child excuses them.
        """
        some = self._some(people, EXACT, SAMPLE)
        who = sa.select(
            person.c.kind, person.c.stage, person.c.less,
            _first_way(ways, pushing, now).label("way"),
            _is_exempt(duty, now, for_children).label("exempt"),
        ).where(some).subquery()  # fmt: skip
        rows = await self._tx.rows(sa.select(*who.c, sa.func.count().label("people")).group_by(*who.c))
        return [
            Share(
                PersonKind(row.kind),
                Stage(row.stage) if row.stage else None,
                row.way,
                bool(row.less),
                bool(row.exempt),
                row.people,
            )
            for row in rows
        ]

    async def used(
        self, people: int, periods: Mapping[PersonKind, datetime]
    ) -> dict[PersonKind, dict[int, int]]:
        """For each kind: how many people have had so many routine messages since their period began."""
        if not periods:
            return {}
        since = sa.case(
            {str(kind): sa.literal(at, Moment()) for kind, at in periods.items()}, value=person.c.kind
        )
        had = (
            sa.select(sa.func.count())
            .where(
                delivery.c.person_id == person.c.id,
                delivery.c.settled_at >= since,
                delivery.c.state == DeliveryState.SENT,
                delivery.c.urgency == Urgency.ROUTINE,
                counts(delivery.c.key),
            )
            .scalar_subquery()
        )
        who = (
            sa.select(person.c.kind, had.label("number"))
            .where(self._some(people, CAPS, CAPS), person.c.kind.in_([str(kind) for kind in periods]))
            .subquery()
        )
        rows = await self._tx.rows(sa.select(*who.c, sa.func.count().label("people")).group_by(*who.c))
        found: dict[PersonKind, dict[int, int]] = {}
        for row in rows:
            found.setdefault(PersonKind(row.kind), {})[row.number] = row.people
        return found

    async def unguarded(self, duty: str, now: datetime) -> int:
        """Pupils whose family a letter means and of whom the roster knows no guardian; not the excused."""
        if not isinstance(self._aim, Families):
            return 0
        children = (
            unguarded(self._aim.to, self._asks, self._since),
            located(self._aim.inside, person.c.unit),
            sa.not_(_is_exempt(duty, now, for_children=False)),
        )
        return int(await self._tx.scalar(sa.select(sa.func.count()).select_from(person).where(*children)))

    async def units(self) -> dict[str, int]:
        """How many people of the audience each unit has itself; guardians of two count in both."""
        own = sa.select(person.c.unit, sa.func.count().label("people")).where(self._whom)
        if not isinstance(self._aim, Families):
            return await self._by_unit(own.group_by(person.c.unit))
        found = await self._by_unit(own.where(without_family()).group_by(person.c.unit))
        families = (
            sa.select(CHILD.c.unit, sa.func.count(sa.distinct(person.c.id)).label("people"))
            .select_from(
                person.join(guardian, guardian.c.parent_id == person.c.id).join(
                    CHILD, CHILD.c.id == guardian.c.child_id
                )
            )
            .where(self._whom, CHILD.c.left_at.is_(None), located(self._aim.inside, CHILD.c.unit))
            .where(~without_family())
            .group_by(CHILD.c.unit)
        )
        for unit, people in (await self._by_unit(families)).items():
            found[unit] = found.get(unit, 0) + people
        return found

    async def _by_unit(self, counting: sa.Select[Any]) -> dict[str, int]:
        return {row.unit: row.people for row in await self._tx.rows(counting)}

    async def calls(self) -> dict[str, timedelta]:
        """How long the last calls of each account took, from the shipment to its settlement."""
        newest = (
            sa.select(shipment.c.id, shipment.c.account, shipment.c.made_at)
            .order_by(shipment.c.id.desc())
            .limit(_CALLS)
            .subquery()
        )
        settled = (
            sa.select(delivery.c.settled_at)
            .where(delivery.c.shipment_id == newest.c.id, delivery.c.settled_at.is_not(None))
            .limit(1)
            .scalar_subquery()
        )
        took: dict[str, list[timedelta]] = {}
        rows = await self._tx.rows(sa.select(newest.c.account, newest.c.made_at, settled.label("settled_at")))
        for row in rows:
            if row.settled_at is not None and row.settled_at >= row.made_at:
                took.setdefault(row.account, []).append(row.settled_at - row.made_at)
        return {
            account: sum(some[:_PER_ACCOUNT], timedelta()) / len(some[:_PER_ACCOUNT])
            for account, some in took.items()
        }

    def _some(self, people: int, exact: int, sample: int) -> sa.ColumnElement[bool]:
        """Everybody, or every so many-th by id."""
        if people <= exact:
            return self._whom
        return sa.and_(self._whom, person.c.id % -(-people // sample) == 0)


def _first_way(ways: Sequence[Way], pushing: Mapping[str, bool], now: datetime) -> sa.ScalarSelect[Any]:
    """The smallest place of a contact that may be written to; NULL: nobody reaches this person.

    A parent who is known not to follow 学校通知 does not hear it.
    """
    open_ = sa.and_(contact.c.window_until > now, contact.c.window_left > 0)
    cases = []
    for place, way in enumerate(ways):
        here = sa.and_(contact.c.account == way.account, contact.c.realm == str(way.realm))
        needs_window = way.realm is Realm.OPENID and not pushing[way.account]
        cases.append((sa.and_(here, open_) if needs_window else here, sa.literal(place)))
    place_ = sa.case(*cases) if cases else sa.null()
    deaf = sa.exists().where(parent_follow.c.address == contact.c.address, sa.not_(parent_follow.c.follows))
    return (
        sa.select(sa.func.min(place_))
        .where(contact.c.person_id == person.c.id, contact.c.unreachable.is_(None))
        .where(sa.or_(contact.c.realm != str(Realm.PARENT), ~deaf))
        .correlate(person)
        .scalar_subquery()
    )


def _is_exempt(duty: str, now: datetime, for_children: bool) -> sa.ColumnElement[bool]:
    """By themselves; a guardian as well when each of their children is."""

    def excused(who: sa.ColumnElement[int]) -> sa.Exists:
        return sa.exists().where(
            exemption.c.person_id == who,
            exemption.c.duty.in_((duty, EVERY_DUTY)),
            exemption.c.since <= now,
            sa.or_(exemption.c.until.is_(None), exemption.c.until > now),
        )

    own = excused(person.c.id).correlate(person)
    if not for_children:
        return own
    child = person.alias("child")
    theirs = (
        sa.select(guardian.c.child_id)
        .join(child, child.c.id == guardian.c.child_id)
        .where(guardian.c.parent_id == person.c.id, child.c.left_at.is_(None))
        .correlate(person)
    )
    asked = theirs.where(sa.not_(excused(guardian.c.child_id).correlate(guardian)))
    return sa.or_(own, sa.and_(sa.exists(theirs), sa.not_(sa.exists(asked))))
