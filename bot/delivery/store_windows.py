"""The windows in which a follower may be sent customer messages: drawn with the call, given back without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import delivery, shipment
from bot.lists import among
from bot.messages import Way
from bot.people.tables import contact
from bot.people.windows import GRANTS

_WIDEST: Final = max(grant.messages for grant in GRANTS.values())


class Windows:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def take(self, address: str, now: datetime) -> bool:
        """One of the messages that a follower's own doing allows; ``False`` when none is left."""
        taken = await self._tx.execute(
            sa.update(contact)
            .where(contact.c.address == address, contact.c.window_left > 0, contact.c.window_until > now)
            .values(window_left=contact.c.window_left - 1)
        )
        return taken == 1

    async def give_back(self, address: str) -> None:
        """The call is not made after all."""
        await self._widen(contact.c.address == address, sa.literal(1))

    async def over(self, address: str, since: datetime, now: datetime) -> None:
        """The platform allows none (45015, 45047), so neither do we; unless they did something ``since``."""
        await self._tx.execute(
            sa.update(contact)
            .where(
                contact.c.address == address,
                sa.or_(contact.c.last_in_at.is_(None), contact.c.last_in_at <= since),
            )
            .values(window_left=0, window_until=now)
        )

    async def unloaded(self, shipments: Sequence[int]) -> None:
        """The same for the customer messages among these calls, whose members are still aboard."""
        drew = (
            delivery.c.shipment_id == shipment.c.id,
            among(shipment.c.id, shipments),
            shipment.c.quota == str(Way.CUSTOM),
            delivery.c.state == DeliveryState.LEASED,
        )
        count = sa.select(sa.func.count(sa.distinct(shipment.c.id))).where(
            delivery.c.address == contact.c.address, *drew
        )
        theirs = contact.c.address.in_(sa.select(delivery.c.address).where(*drew))
        await self._widen(theirs, count.correlate(contact).scalar_subquery())

    async def _widen(self, whose: sa.ColumnElement[bool], by: sa.ColumnElement[int]) -> None:
        """Whoever has written meanwhile has a whole new window; more than that there never is (5.2)."""
        more = contact.c.window_left + by
        await self._tx.execute(
            sa.update(contact).where(whose).values(window_left=sa.case((more > _WIDEST, _WIDEST), else_=more))
        )
