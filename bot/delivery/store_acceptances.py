"""What followers accept by 订阅通知: counted up by their taps, down by our sending, one call at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.rules import ShipmentState
from bot.delivery.tables import acceptance, shipment, subscription_call
from bot.people.tables import contact

_insert = insert(acceptance)
_ACCEPT: Final = _insert.on_conflict_do_update(
    index_elements=["address", "template"],
    set_={"left": acceptance.c.left + 1, "at": _insert.excluded.at},
)
_MINE: Final = sa.and_(
    acceptance.c.address == sa.bindparam("whose"), acceptance.c.template == sa.bindparam("which")
)
_REFUSE: Final = sa.update(acceptance).where(_MINE).values(left=0)
_LEFT: Final = sa.select(acceptance.c.left).where(_MINE)
_OPEN: Final = (ShipmentState.SENDING, ShipmentState.WAITING)
_under_way: Final = sa.exists().where(
    shipment.c.id == subscription_call.c.shipment_id, shipment.c.state.in_(_OPEN)
)
_END: Final = sa.delete(subscription_call).where(subscription_call.c.shipment_id == sa.bindparam("shipment"))


class Taken(Enum):
    YES = auto()
    NONE_LEFT = auto()
    BUSY = auto()  # another one is on its way to the same follower


class Acceptances:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def accept(self, account: str, address: str, template: str, now: datetime) -> None:
        """One more message may be sent."""
        self._tx.write(_ACCEPT, account=account, address=address, template=template, left=1, at=now)

    def refuse(self, address: str, template: str) -> None:
        """Nothing may be sent any more."""
        self._tx.write(_REFUSE, whose=address, which=template)

    async def left(self, address: str, template: str) -> int:
        return int(await self._tx.scalar(_LEFT, {"whose": address, "which": template}) or 0)

    async def chances(self, address: str, template: str, now: datetime) -> tuple[bool, bool]:
        """Is the window for customer messages open, and is there an acceptance?"""
        window = sa.exists().where(
            contact.c.address == address, contact.c.window_left > 0, contact.c.window_until > now
        )
        accepted = sa.exists().where(
            acceptance.c.address == address, acceptance.c.template == template, acceptance.c.left > 0
        )
        row = await self._tx.row(sa.select(window.label("window"), accepted.label("accepted")))
        assert row is not None
        return bool(row.window), bool(row.accepted)

    async def take(
        self, address: str, template: str, shipment_id: int, now: datetime, *, lasting: bool
    ) -> Taken:
        """One acceptance for this shipment, in its transaction. ``lasting`` ones do not run out (type 3).

        A call that is still under way to this follower comes first. On PostgreSQL the lock makes its
        transaction one that has ended, so that the shipment it belongs to can be seen.
        """
        if self._tx.dialect == "postgresql":
            key = sa.func.hashtext(f"subscription/{address}")
            if not await self._tx.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(key))):
                return Taken.BUSY
        drawn = 0 if lasting else 1
        call = insert(subscription_call).values(
            address=address, shipment_id=shipment_id, template=template, drawn=drawn, at=now
        )
        begun = call.on_conflict_do_update(
            index_elements=["address"],
            set_={name: call.excluded[name] for name in ("shipment_id", "template", "drawn", "at")},
            where=~_under_way,
        )
        if await self._tx.execute(begun) != 1:
            return Taken.BUSY
        taken = await self._tx.execute(
            sa.update(acceptance)
            .where(acceptance.c.address == address, acceptance.c.template == template, acceptance.c.left > 0)
            .values(left=acceptance.c.left - drawn)
        )
        if taken != 1:
            await self._tx.execute(_END, {"shipment": shipment_id})
        return Taken.YES if taken == 1 else Taken.NONE_LEFT

    def used(self, shipment_id: int) -> None:
        """The platform took it, or may have: the acceptance is gone."""
        self._tx.write(_END, shipment=shipment_id)

    async def give_back(self, shipments: Iterable[int]) -> None:
        """The platform surely did not take these: what they drew may be used again. Once for each."""
        for call in await self._ended(shipments):
            await self._tx.execute(
                sa.update(acceptance)
                .where(acceptance.c.address == call.address, acceptance.c.template == call.template)
                .values(left=acceptance.c.left + call.drawn)
            )

    async def none_left(self, shipment_id: int) -> None:
        """The platform knows of no acceptance (43101), so neither do we."""
        for call in await self._ended([shipment_id]):
            self.refuse(call.address, call.template)

    async def _ended(self, shipments: Iterable[int]) -> list[sa.Row[Any]]:
        call = subscription_call.c
        rows = await self._tx.rows(
            sa.select(call.address, call.template, call.drawn, call.shipment_id)
            .where(call.shipment_id.in_(list(shipments)))
            .with_for_update()
        )
        for row in rows:
            await self._tx.execute(_END, {"shipment": row.shipment_id})
        return list(rows)
