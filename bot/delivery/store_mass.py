"""The desk where messages wait for a mass send: who is there, who rides, what a month holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.mass import KEPT, SENT, SOON, TOGETHER, Waiting
from bot.delivery.rules import HELD, LEASE, DeliveryState
from bot.delivery.store_shipments import Shipment, fixed
from bot.delivery.tables import DUE, delivery
from bot.delivery.tables_mass import mass_choice, mass_job, mass_month, mass_tagged
from bot.duties.rules import Do, OccurrenceState
from bot.duties.tables import occurrence
from bot.messages import Urgency
from bot.people.tables import contact
from bot.platforms.port import Packed

_JOB: Final = insert(mass_job)
_CHOICE: Final = insert(mass_choice)
_CHOOSE: Final = _CHOICE.on_conflict_do_update(
    index_elements=["account", "occurrence_id", "payload"],
    set_={name: _CHOICE.excluded[name] for name in ("reason", "shipment_id", "at")},
)
_CHUNK: Final = 1000  # messages that end at once; their next channels are looked for one by one


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in China, and how many of it may be used before one may not ride."""

    name: str
    until: datetime
    most: int


class MassChoices:
    _tx: Tx

    async def chosen(self, account: str, occurrence_id: str, payload: str) -> str | None:
        """Why this text does not go this way (empty: it went); ``None`` while nothing is decided.

        Nothing is when everybody was taken off the shipment again, because it surely did not leave.
        """
        row = await self._tx.row(
            sa.select(mass_choice.c.reason, mass_choice.c.shipment_id).where(
                mass_choice.c.account == account,
                mass_choice.c.occurrence_id == occurrence_id,
                mass_choice.c.payload == payload,
            )
        )
        if row is None:
            return None
        if row.reason == SENT and not await self._tx.scalar(
            sa.select(sa.exists().where(delivery.c.shipment_id == row.shipment_id))
        ):
            return None
        return str(row.reason)


class MassRows(MassChoices):
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def crowd(self, account: str) -> int:
        """The newest message that waits at the desk of an account, 0 for none.

        Asked every second: the index ends with it, while counting would walk past a million.
        """
        return await self._tx.scalar(sa.select(sa.func.max(delivery.c.id)).where(*_at_desk(account))) or 0

    async def waiting(self, account: str, now: datetime) -> list[Waiting]:
        """The texts that wait; what is not on an open campaign goes back to the usual way at once."""
        what = (delivery.c.occurrence_id, delivery.c.payload, delivery.c.urgency)
        here = (
            sa.select(*what, sa.func.count().label("people"))
            .where(*_at_desk(account))
            .group_by(*what)
            .subquery()
        )
        rows = await self._tx.rows(
            sa.select(
                here, occurrence.c.planned_at, occurrence.c.launched_at, occurrence.c.due_at, occurrence.c.do
            )
            .join(occurrence, occurrence.c.id == here.c.occurrence_id)
            .where(occurrence.c.state == OccurrenceState.OPEN)
        )
        found = []
        for row in rows:
            urgency = Urgency(row.urgency)
            one = Waiting(
                row.occurrence_id, row.payload, urgency, row.people,
                row.launched_at or row.planned_at, row.due_at,
                heeds_less=urgency is Urgency.ROUTINE and Do(row.do) not in KEPT,
            )  # fmt: skip
            found.append(await self._coming(account, one, now))
        return found

    async def _coming(self, account: str, one: Waiting, now: datetime) -> Waiting:
        """With those who are not at the desk yet; digest items never come here."""
        leased = sa.and_(delivery.c.state == DeliveryState.LEASED, delivery.c.shipment_id.is_(None))
        due = sa.and_(delivery.c.state == DeliveryState.DUE, delivery.c.not_before < TOGETHER)
        horizon = now if one.urgency is Urgency.ALERT else now + SOON
        soon = sa.or_(leased, delivery.c.not_before <= horizon)
        (row,) = await self._tx.rows(
            sa.select(sa.func.count().filter(soon).label("soon"), sa.func.count().label("all")).where(
                *_of(account, one), ~delivery.c.digest, sa.or_(leased, due)
            )
        )
        return replace(one, soon=row.soon, later=row.all - row.soon)

    async def astray(self, account: str, now: datetime) -> int:
        """Of campaigns that pause or are over: looked at anew, where that is known."""
        going = sa.select(occurrence.c.id).where(occurrence.c.state == OccurrenceState.OPEN)
        return await self._tx.execute(
            sa.update(delivery)
            .where(
                *_at_desk(account),
                sa.or_(delivery.c.occurrence_id.is_(None), delivery.c.occurrence_id.not_in(going)),
            )
            .values(not_before=now)
        )

    async def back(self, account: str, one: Waiting, now: datetime) -> int:
        """Everybody of this text takes the usual way."""
        return await self._tx.execute(
            sa.update(delivery)
            .where(*_at_desk(account), *_of(account, one))
            .values(not_before=now)
        )

    async def without_room(self, account: str, one: Waiting, month: Month) -> tuple[list[int], list[int]]:
        """Ids of those whose month is full, and of those who do not follow any more; a chunk of each."""
        here = sa.select(delivery.c.id).where(*_at_desk(account), *_of(account, one)).limit(_CHUNK)
        full = here.where(
            sa.exists().where(
                mass_month.c.address == delivery.c.address,
                mass_month.c.month == month.name,
                mass_month.c.used >= month.most,
            )
        )
        gone = here.where(~sa.exists().where(contact.c.address == delivery.c.address))
        return [r.id for r in await self._tx.rows(full)], [r.id for r in await self._tx.rows(gone)]

    async def first(self, account: str, one: Waiting, most: int) -> list[tuple[int, str]]:
        """(id, address) of the first of them."""
        rows = await self._tx.rows(
            sa.select(delivery.c.id, delivery.c.address)
            .where(*_at_desk(account), *_of(account, one))
            .order_by(delivery.c.id)
            .limit(most)
        )
        return [(row.id, row.address) for row in rows]

    async def board(self, ids: Sequence[int], ship: int, now: datetime) -> int:
        """Take these along on a shipment; how many still waited."""
        return await self._tx.execute(
            sa.update(delivery)
            .where(delivery.c.id.in_(ids), delivery.c.state == DeliveryState.DUE)
            .values(_aboard(ship, now))
        )

    async def board_tagged(self, account: str, one: Waiting, tag: str, ship: int, now: datetime) -> list[str]:
        """All open messages of this text to those who have the tag, wherever they wait; their addresses.

        The tag reaches its people anyway, so none of them may get the text a second time.
        """
        tagged = sa.select(mass_tagged.c.address).where(
            mass_tagged.c.account == account, mass_tagged.c.name == tag
        )
        rows = await self._tx.rows(
            sa.update(delivery)
            .where(
                *_of(account, one),
                delivery.c.state == DeliveryState.DUE,
                delivery.c.not_before < HELD,
                delivery.c.address.in_(tagged),
            )
            .values(_aboard(ship, now))
            .returning(delivery.c.address)
        )
        return [row.address for row in rows]

    async def draw_month(self, ship: int, month: Month) -> int:
        """One of the month of everybody aboard; how many could be drawn."""
        aboard = (
            sa.select(
                delivery.c.address,
                sa.literal(month.name).label("month"),
                sa.literal(1).label("used"),
                sa.literal(month.until, mass_month.c.until.type).label("until"),
            )
            .where(delivery.c.shipment_id == ship)
            .distinct()
            .order_by(delivery.c.address)  # every courier locks in this order
        )
        line = insert(mass_month).from_select(["address", "month", "used", "until"], aboard)
        return await self._tx.execute(
            line.on_conflict_do_update(
                index_elements=["address", "month"],
                set_={"used": mass_month.c.used + 1},
                where=mass_month.c.used < month.most,
            )
        )

    async def ship(
        self, id_: int, account: str, packed: Packed, one: Waiting, tag: str, people: int, now: datetime
    ) -> Shipment:
        """Fix the call; everybody is on board already."""
        call = fixed(self._tx, id_, account, packed, people, now)
        self._tx.write(
            _JOB, shipment_id=id_, account=account, occurrence_id=one.occurrence, payload=one.payload,
            tag=tag, people=people, made_at=now,
        )  # fmt: skip
        await self._tx.flush()
        return call

    def choose(self, account: str, one: Waiting, reason: str, now: datetime, ship: int | None = None) -> None:
        """For good: this text went to a tag with ``ship``, or it does not go this way."""
        self._tx.write(
            _CHOOSE, account=account, occurrence_id=one.occurrence, payload=one.payload, reason=reason,
            shipment_id=ship, at=now,
        )  # fmt: skip

    async def give_month_back(self, ship: int, month: Month) -> None:
        """The platform surely did not count it."""
        aboard = sa.select(delivery.c.address).where(delivery.c.shipment_id == ship)
        await self._tx.execute(
            sa.update(mass_month)
            .where(mass_month.c.month == month.name, mass_month.c.used > 0, mass_month.c.address.in_(aboard))
            .values(used=mass_month.c.used - 1)
        )

    async def missed(self, ship: int) -> list[int]:
        """Ids of those aboard who were not reached."""
        missed = (DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.DEAD)
        rows = await self._tx.rows(
            sa.select(delivery.c.id)
            .where(delivery.c.shipment_id == ship, delivery.c.state.in_(missed))
            .order_by(delivery.c.id)
        )
        return [row.id for row in rows]


def _at_desk(account: str) -> tuple[sa.TextClause | sa.ColumnElement[bool], ...]:
    """In the words of the index of what is due."""
    return sa.text(DUE), delivery.c.account == account, delivery.c.not_before == TOGETHER


def _of(account: str, one: Waiting) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        delivery.c.account == account,
        delivery.c.occurrence_id == one.occurrence,
        delivery.c.payload == one.payload,
        delivery.c.urgency == one.urgency,
    )


def _aboard(ship: int, now: datetime) -> Mapping[Any, Any]:
    return {
        "state": DeliveryState.LEASED,
        "shipment_id": ship,
        "attempts": delivery.c.attempts + 1,
        "not_before": now + LEASE,
    }
