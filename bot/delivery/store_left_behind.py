"""What is left of shipments when a courier dies or a call must be repeated; and what is to be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx
from bot.delivery.mass import MASS
from bot.delivery.rules import LEASE, RECALLED, DeliveryState, ShipmentState
from bot.delivery.store_attention import asks
from bot.delivery.store_shipments import UNSETTLED, Shipment
from bot.delivery.tables import OPEN_SHIPMENTS, URGENT, account_state, delivery, shipment
from bot.duties.tables import occurrence
from bot.messages import Address, Urgency
from bot.people.tables import contact
from bot.platforms.port import Packed

_AT_ONCE: Final = 1000


def _rests(now: datetime | sa.BindParameter[Any]) -> sa.ColumnElement[bool]:
    """Does the shipment's account rest?"""
    return shipment.c.account.in_(
        sa.select(account_state.c.account).where(
            sa.or_(account_state.c.stopped != "", account_state.c.not_before > now)
        )
    )


_NOW: Final = sa.bindparam("now", type_=Moment())
_ANY_OPEN: Final = sa.select(
    sa.exists().where(
        sa.text(OPEN_SHIPMENTS),
        shipment.c.lease_until <= _NOW,
        ~_rests(_NOW),
    )
)


class LeftBehind:
    _tx: Tx

    async def open_shipments(self, now: datetime) -> bool:
        """Is there any that ``abandoned`` or ``to_recall`` would give?"""
        return bool(await self._tx.scalar(_ANY_OPEN, {"now": now}))

    async def abandoned(self, now: datetime, limit: int = 20) -> list[Shipment]:
        """Shipments to be sent again, leased anew: those that wait, and those whose courier died."""
        due = await self._open(now, limit, shipment.c.state.in_(UNSETTLED), ~_rests(now))
        if not due:
            return []
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id.in_([row.id for row in due]))
            .values(state=ShipmentState.SENDING, lease_until=now + LEASE, attempts=shipment.c.attempts + 1)
        )
        return await self._with_members(due, now)

    async def to_recall(self, now: datetime, limit: int = 20) -> list[Shipment]:
        """Messages of stopped campaigns that are to be taken back, leased."""
        due = await self._open(now, limit, shipment.c.state == ShipmentState.RECALL, ~_rests(now))
        if due:
            await self._tx.execute(
                sa.update(shipment)
                .where(shipment.c.id.in_([row.id for row in due]))
                .values(lease_until=now + LEASE)
            )
        return await self._with_members(due, now)

    async def recalled(self, taken: Shipment, done: bool) -> None:
        """After the call: the message is gone from the phones, or it was too late."""
        if done:
            told = (DeliveryState.SENT, DeliveryState.FOLDED)
            await self._tx.execute(
                sa.update(delivery)
                .where(delivery.c.shipment_id == taken.id, delivery.c.state.in_(told))
                .values(outcome=RECALLED)
            )
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id == taken.id)
            .values(state=ShipmentState.DONE, lease_until=None)
        )

    async def stuck_shipments(self, stopped: Sequence[str]) -> list[int]:
        """Calls with alerts that surely were not made and wait for a stopped account."""
        alerts = sa.exists().where(
            delivery.c.shipment_id == shipment.c.id, delivery.c.urgency == Urgency.ALERT
        )
        rows = await self._tx.rows(
            sa.select(shipment.c.id)
            .where(
                sa.text(OPEN_SHIPMENTS),
                shipment.c.state == ShipmentState.WAITING,
                shipment.c.account.in_(stopped),
                shipment.c.quota != MASS,
                alerts,
            )
            .with_for_update(skip_locked=True, of=shipment)
        )
        return [row.id for row in rows]

    async def stuck_alerts(self, stopped: Sequence[str], running: Sequence[str]) -> list[int]:
        """Ids of alerts that wait for a stopped account, of people whom a running one could still reach."""
        earlier = delivery.alias("earlier")
        tried = sa.exists().where(
            earlier.c.person_id == delivery.c.person_id,
            earlier.c.occurrence_id == delivery.c.occurrence_id,
            earlier.c.address == contact.c.address,
        )
        other = sa.exists().where(
            contact.c.person_id == delivery.c.person_id,
            contact.c.account.in_(running),
            contact.c.unreachable.is_(None),
            ~tried,
        )
        rows = await self._tx.rows(
            sa.select(delivery.c.id)
            .where(
                sa.text(URGENT),
                delivery.c.account.in_(stopped),
                delivery.c.urgency == Urgency.ALERT,
                delivery.c.occurrence_id.is_not(None),
                other,
            )
            .order_by(delivery.c.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True, of=delivery)
        )
        return [row.id for row in rows]

    async def overdue(self, shipments: Sequence[int], now: datetime) -> set[int]:
        """Those of them that carry something of a campaign which is over."""
        rows = await self._tx.rows(
            sa.select(delivery.c.shipment_id)
            .join(occurrence, occurrence.c.id == delivery.c.occurrence_id)
            .where(delivery.c.shipment_id.in_(shipments), asks(), occurrence.c.due_at <= now)
            .distinct()
        )
        return {row.shipment_id for row in rows}

    async def people_aboard(self, shipments: Sequence[int]) -> dict[int, list[int]]:
        """Whom each of these shipments is for."""
        found: dict[int, list[int]] = {}
        for row in await self._tx.rows(
            sa.select(delivery.c.shipment_id, delivery.c.person_id).where(
                delivery.c.shipment_id.in_(shipments)
            )
        ):
            found.setdefault(row.shipment_id, []).append(row.person_id)
        return found

    async def _open(self, now: datetime, limit: int, *also: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
        return await self._tx.rows(
            sa.select(shipment)
            .where(sa.text(OPEN_SHIPMENTS), shipment.c.lease_until <= now, *also)
            .order_by(shipment.c.lease_until)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    async def _with_members(self, due: Sequence[sa.Row[Any]], now: datetime) -> list[Shipment]:
        members: dict[int, list[Address]] = {}
        routine: set[int] = set()
        for row in await self._tx.rows(
            sa.select(delivery.c.shipment_id, delivery.c.address, delivery.c.urgency)
            .where(delivery.c.shipment_id.in_([r.id for r in due]))
            .order_by(delivery.c.id)
        ):
            members.setdefault(row.shipment_id, []).append(Address.from_key(row.address))
            if row.urgency == Urgency.ROUTINE:
                routine.add(row.shipment_id)
        return [_shipment(row, members.get(row.id, []), row.id in routine, now) for row in due]


def _shipment(row: sa.Row[Any], members: list[Address], routine: bool, now: datetime) -> Shipment:
    packed = Packed(
        row.path,
        row.body,
        tuple(dict.fromkeys(members)),
        row.repeat_until - row.made_at,
        row.quota,
        row.content_type,
    )
    return Shipment(
        row.id,
        row.account,
        packed,
        row.made_at,
        row.repeat_until,
        now + LEASE,
        row.attempts + 1,
        may_have_arrived=row.state == ShipmentState.SENDING,
        size=len(members),
        routine=routine,
        message_id=row.message_id,
    )
