"""Shipments: one call, fixed before it is made, settled after it; and what is left when a courier dies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.rules import LEASE, OUT_OF_SCOPE, RECALLED, DeliveryState, ShipmentState, repeatable
from bot.delivery.tables import OPEN_SHIPMENTS, account_state, delivery, shipment
from bot.duties.tables import task
from bot.messages import Address, Urgency
from bot.platforms.port import Packed, Receipt

_SHIP: Final = insert(shipment)
_UNSETTLED: Final = (ShipmentState.SENDING, ShipmentState.WAITING)
_MISSED: Final = (DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True)
class Shipment:
    """One call, fixed; ``may_have_arrived`` when an earlier try of it never got an answer.

    ``size`` counts deliveries: more than recipients where one person's items were folded into one message.
    """

    id: int
    account: str
    packed: Packed
    made_at: datetime
    repeat_until: datetime
    attempts: int
    may_have_arrived: bool
    size: int
    routine: bool = False
    message_id: str = ""

    def may_repeat(self, now: datetime) -> bool:
        return repeatable(self.made_at, self.repeat_until, now)


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery of a campaign that did not reach its person, for the next channel."""

    key: str
    account: str
    address: str
    person: int
    occurrence: str
    task: int | None
    payload: str
    urgency: Urgency
    digest: bool


class Shipments:
    _tx: Tx

    async def ship(
        self, id_: int, account: str, packed: Packed, members: Sequence[int], lease: datetime, now: datetime
    ) -> Shipment | None:
        """Fix a call before it is made; ``None`` when the lease on the members has run out meanwhile."""
        aboard = await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.id.in_(members),
                delivery.c.state == DeliveryState.LEASED,
                delivery.c.shipment_id.is_(None),
                delivery.c.not_before == lease,
            )
            .values(shipment_id=id_)
        )
        if aboard != len(members):
            await self._tx.execute(
                sa.update(delivery).where(delivery.c.shipment_id == id_).values(shipment_id=None)
            )
            return None
        until = now + packed.repeatable
        self._tx.write(
            _SHIP,
            id=id_,
            account=account,
            path=packed.path,
            body=packed.body,
            content_type=packed.content_type,
            quota=packed.quota,
            size=len(members),
            made_at=now,
            repeat_until=until,
            lease_until=now + LEASE,
            state=ShipmentState.SENDING,
            attempts=1,
            message_id="",
            response_code="",
        )
        return Shipment(id_, account, packed, now, until, 1, may_have_arrived=False, size=len(members))

    async def abandoned(self, now: datetime, limit: int = 20) -> list[Shipment]:
        """Shipments to be sent again, leased anew: those that wait, and those whose courier died."""
        resting = sa.select(account_state.c.account).where(
            sa.or_(account_state.c.stopped != "", account_state.c.not_before > now)
        )
        due = await self._open(now, limit, shipment.c.state.in_(_UNSETTLED), ~shipment.c.account.in_(resting))
        if not due:
            return []
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id.in_([row.id for row in due]))
            .values(state=ShipmentState.SENDING, lease_until=now + LEASE, attempts=shipment.c.attempts + 1)
        )
        return await self._with_members(due)

    async def to_recall(self, now: datetime, limit: int = 20) -> list[Shipment]:
        """Messages of stopped campaigns that are to be taken back, leased."""
        due = await self._open(now, limit, shipment.c.state == ShipmentState.RECALL)
        if due:
            await self._tx.execute(
                sa.update(shipment)
                .where(shipment.c.id.in_([row.id for row in due]))
                .values(lease_until=now + LEASE)
            )
        return await self._with_members(due)

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

    async def delivered(self, sent: Shipment, receipt: Receipt, now: datetime) -> None:
        """The platform took it: everyone on board is told, except those it named as refused.

        An answer that comes after the shipment was given up as unknown still counts.
        """
        aboard = sa.and_(
            delivery.c.shipment_id == sent.id,
            delivery.c.state.in_((DeliveryState.LEASED, DeliveryState.UNKNOWN)),
        )
        if refused := [a.key for a in receipt.refused]:
            await self._settle(
                sa.and_(aboard, delivery.c.address.in_(refused)), DeliveryState.REFUSED, OUT_OF_SCOPE, now
            )
        if sent.size > len(sent.packed.recipients):
            first = (
                sa.select(sa.func.min(delivery.c.id)).where(aboard).group_by(delivery.c.address)
            ).scalar_subquery()
            await self._settle(sa.and_(aboard, delivery.c.id.not_in(first)), DeliveryState.FOLDED, "", now)
        await self._settle(aboard, DeliveryState.SENT, "", now)
        told = sa.select(delivery.c.occurrence_id, delivery.c.person_id).where(
            delivery.c.shipment_id == sent.id,
            delivery.c.state.in_((DeliveryState.SENT, DeliveryState.FOLDED)),
            delivery.c.occurrence_id.is_not(None),
        )
        await self._tx.execute(
            sa.update(task)
            .where(task.c.told_at.is_(None), sa.tuple_(task.c.occurrence_id, task.c.person_id).in_(told))
            .values(told_at=now)
        )
        await self._close(sent.id, ShipmentState.DONE, receipt)

    async def failed(self, sent: Shipment, state: DeliveryState, outcome: str, now: datetime) -> None:
        """Nobody on board was reached, as far as anybody knows."""
        aboard = sa.and_(delivery.c.shipment_id == sent.id, delivery.c.state == DeliveryState.LEASED)
        await self._settle(aboard, state, outcome, now)
        unknown = state is DeliveryState.UNKNOWN
        await self._close(sent.id, ShipmentState.UNKNOWN if unknown else ShipmentState.DONE, Receipt())

    async def postpone(self, sent: Shipment, at: datetime, *, counted: bool, certain: bool) -> None:
        """The same bytes again later; waiting for a limit gives the attempt back.

        ``certain``: the platform surely did not act, so a repeat needs no duplicate check.
        """
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id == sent.id, shipment.c.state.in_(_UNSETTLED))
            .values(
                lease_until=at,
                state=ShipmentState.WAITING if certain else ShipmentState.SENDING,
                attempts=shipment.c.attempts - (0 if counted else 1),
            )
        )

    async def finish(self, ids: Iterable[int], state: DeliveryState, outcome: str, now: datetime) -> None:
        """Deliveries that end without a call."""
        await self._settle(delivery.c.id.in_(list(ids)), state, outcome, now)

    async def missed(self, *, shipment_id: int = 0, ids: Sequence[int] = ()) -> list[Ended]:
        """The campaign deliveries of a shipment, or of these ids, that reached nobody."""
        which = delivery.c.shipment_id == shipment_id if shipment_id else delivery.c.id.in_(ids)
        rows = await self._tx.rows(
            sa.select(delivery)
            .where(which, delivery.c.state.in_(_MISSED), delivery.c.occurrence_id.is_not(None))
            .order_by(delivery.c.id)
        )
        return [
            Ended(
                r.key, r.account, r.address, r.person_id, r.occurrence_id, r.task_id, r.payload,
                Urgency(r.urgency), r.digest,
            )
            for r in rows
        ]  # fmt: skip

    async def _open(self, now: datetime, limit: int, *also: sa.ColumnElement[bool]) -> Sequence[sa.Row[Any]]:
        return await self._tx.rows(
            sa.select(shipment)
            .where(sa.text(OPEN_SHIPMENTS), shipment.c.lease_until <= now, *also)
            .order_by(shipment.c.lease_until)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

    async def _with_members(self, due: Sequence[sa.Row[Any]]) -> list[Shipment]:
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
        return [_shipment(row, members.get(row.id, []), row.id in routine) for row in due]

    async def _settle(
        self, which: sa.ColumnElement[bool], state: DeliveryState, outcome: str, now: datetime
    ) -> None:
        await self._tx.execute(
            sa.update(delivery).where(which).values(state=state, outcome=outcome, settled_at=now)
        )

    async def _close(self, id_: int, state: ShipmentState, receipt: Receipt) -> None:
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id == id_)
            .values(
                state=state,
                message_id=receipt.message_id,
                response_code=receipt.response_code,
                lease_until=None,
            )
        )


def _shipment(row: sa.Row[Any], members: list[Address], routine: bool) -> Shipment:
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
        row.attempts + 1,
        may_have_arrived=row.state == ShipmentState.SENDING,
        size=len(members),
        routine=routine,
        message_id=row.message_id,
    )
