"""Shipments: one call, fixed before it is made, settled after it; and what is left when a courier dies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.rules import LEASE, OUT_OF_SCOPE, DeliveryState, ShipmentState, repeatable
from bot.delivery.store_attention import WITH
from bot.delivery.tables import delivery, shipment
from bot.duties.store_locks import ONE, in_order
from bot.duties.tables import task
from bot.lists import among, among_named
from bot.messages import Urgency
from bot.platforms.port import Packed, Receipt

_SHIP: Final = insert(shipment)
_LOAD: Final = (
    sa.update(delivery)
    .where(among_named(delivery.c.id, "members"), delivery.c.state == DeliveryState.DUE)
    .values(state=DeliveryState.LEASED, shipment_id=sa.bindparam("aboard"), attempts=delivery.c.attempts + 1)
)
_CLOSE: Final = (
    sa.update(shipment)
    .where(shipment.c.id == sa.bindparam("closed"))
    .values(
        state=sa.bindparam("end"),
        message_id=sa.bindparam("message"),
        response_code=sa.bindparam("code"),
        lease_until=None,
    )
)
UNSETTLED: Final = (ShipmentState.SENDING, ShipmentState.WAITING)
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
    lease_until: datetime
    attempts: int
    may_have_arrived: bool
    size: int
    routine: bool = False
    message_id: str = ""

    @property
    def is_patient(self) -> bool:
        """Routine, and it surely did not arrive: it may wait for a better moment."""
        return self.routine and not self.may_have_arrived

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


def fixed(tx: Tx, id_: int, account: str, packed: Packed, size: int, now: datetime) -> Shipment:
    """The row of a call that is about to be made; who is on board is the caller's to write."""
    until, lease = now + packed.repeatable, now + LEASE
    tx.write(
        _SHIP,
        id=id_,
        account=account,
        path=packed.path,
        body=packed.body,
        content_type=packed.content_type,
        quota=packed.quota,
        size=size,
        made_at=now,
        repeat_until=until,
        lease_until=lease,
        state=ShipmentState.SENDING,
        attempts=1,
        message_id="",
        response_code="",
    )
    return Shipment(id_, account, packed, now, until, lease, 1, may_have_arrived=False, size=size)


class Shipments:
    _tx: Tx

    def ship(self, id_: int, account: str, packed: Packed, members: Sequence[int], now: datetime) -> Shipment:
        """Fix a call before it is made; the members are the caller's in this transaction."""
        self._tx.write(_LOAD, members=members, aboard=id_)
        return fixed(self._tx, id_, account, packed, len(members), now)

    async def delivered(self, some: Sequence[tuple[Shipment, Receipt]], now: datetime) -> None:
        """The platform took them: everyone on board is told, except those it named as refused.

        An answer that comes after a shipment was given up as unknown still counts.
        """
        aboard = self._aboard([sent.id for sent, _ in some], DeliveryState.LEASED, DeliveryState.UNKNOWN)
        for sent, receipt in some:
            mine = sa.and_(delivery.c.shipment_id == sent.id, aboard)
            if refused := [a.key for a in receipt.refused]:
                who = sa.and_(mine, among(delivery.c.address, refused))
                await self._settle(who, DeliveryState.REFUSED, OUT_OF_SCOPE, now)
            if sent.size > len(sent.packed.recipients):
                first = (
                    sa.select(sa.func.min(delivery.c.id)).where(mine).group_by(delivery.c.address)
                ).scalar_subquery()
                await self._settle(sa.and_(mine, delivery.c.id.not_in(first)), DeliveryState.FOLDED, "", now)
            self._close(sent.id, ShipmentState.DONE, receipt)
        await self._settle(aboard, DeliveryState.SENT, "", now)
        told = self._aboard([sent.id for sent, _ in some], DeliveryState.SENT, DeliveryState.FOLDED)
        await self._tx.execute(
            sa.update(task)
            .where(
                in_order(
                    ONE.c.told_at.is_(None),
                    ONE.c.about_id != ONE.c.person_id,
                    ONE.c.occurrence_id == delivery.c.occurrence_id,
                    ONE.c.person_id == delivery.c.person_id,
                    told,
                )
            )
            .values(told_at=now)
        )

    async def failed(self, sent: Shipment, state: DeliveryState, outcome: str, now: datetime) -> None:
        """Nobody on board was reached, as far as anybody knows."""
        aboard = sa.and_(delivery.c.shipment_id == sent.id, delivery.c.state == DeliveryState.LEASED)
        await self._settle(aboard, state, outcome, now)
        unknown = state is DeliveryState.UNKNOWN
        self._close(sent.id, ShipmentState.UNKNOWN if unknown else ShipmentState.DONE, Receipt())

    async def postpone(self, sent: Shipment, at: datetime, *, counted: bool, certain: bool) -> None:
        """The same bytes again later; waiting for a limit gives the attempt back.

        ``certain``: the platform surely did not act, so a repeat needs no duplicate check.
        """
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id == sent.id, shipment.c.state.in_(UNSETTLED))
            .values(
                lease_until=at,
                state=ShipmentState.WAITING if certain else ShipmentState.SENDING,
                attempts=shipment.c.attempts - (0 if counted else 1),
            )
        )

    async def finish(self, ids: Iterable[int], state: DeliveryState, outcome: str, now: datetime) -> None:
        """Deliveries that end without a call."""
        await self._settle(among(delivery.c.id, ids), state, outcome, now)

    async def missed(self, *, shipment_id: int = 0, ids: Sequence[int] = ()) -> list[Ended]:
        """The campaign deliveries of a shipment, or of these ids, that reached nobody.

        Files are not among them: on the next channel the page of their message has them.
        """
        which = delivery.c.shipment_id == shipment_id if shipment_id else delivery.c.id.in_(ids)
        which = sa.and_(which, ~delivery.c.key.startswith(WITH))
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

    async def _settle(
        self, which: sa.ColumnElement[bool], state: DeliveryState, outcome: str, now: datetime
    ) -> None:
        await self._tx.execute(
            sa.update(delivery).where(which).values(state=state, outcome=outcome, settled_at=now)
        )

    def _aboard(self, shipments: Sequence[int], *states: DeliveryState) -> sa.ColumnElement[bool]:
        return sa.and_(among(delivery.c.shipment_id, shipments), delivery.c.state.in_(states))

    def _close(self, id_: int, state: ShipmentState, receipt: Receipt) -> None:
        self._tx.write(_CLOSE, closed=id_, end=state, message=receipt.message_id, code=receipt.response_code)
