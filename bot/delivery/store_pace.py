"""What one member is getting of an app: on the phone already, on its way, and still being decided about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from bot.db import Tx
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import delivery, shipment
from bot.lists import among

_IS_DUE = sa.and_(delivery.c.settled_at.is_(None), delivery.c.state == DeliveryState.DUE)
_UNDER_WAY = sa.and_(delivery.c.settled_at.is_(None), delivery.c.state == DeliveryState.LEASED)


class Had(NamedTuple):
    """One message of the app; ``at``: when the platform took it, or now while it is on its way."""

    id: int
    at: datetime


class Pace:
    _tx: Tx

    async def in_line(self, people: Sequence[int], now: datetime) -> dict[int, int]:
        """How many messages of each person could leave at this moment or are on their way; only of those
        with more than one.
        """
        whose = delivery.c.person_id
        rows = await self._tx.rows(
            sa.select(whose, sa.func.count().label("messages"))
            .where(
                among(whose, people),
                delivery.c.settled_at.is_(None),
                sa.or_(
                    delivery.c.state == DeliveryState.LEASED,
                    sa.and_(delivery.c.state == DeliveryState.DUE, delivery.c.not_before <= now),
                ),
            )
            .group_by(whose)
            .having(sa.func.count() > 1)
        )
        return {row.person_id: row.messages for row in rows}

    async def decided_elsewhere(
        self, people: Sequence[int], own: Sequence[int], now: datetime
    ) -> dict[str, set[int]]:
        """By address: the ids of due messages that another courier holds at this very moment.

        Who claims first and looks then is sure to be seen by whoever does the same: of two, at least one
        knows of both. What nobody holds is locked until the end of the transaction.
        """
        if self._tx.dialect == "sqlite":
            return {}  # one writer at a time
        theirs = (among(delivery.c.person_id, people), _IS_DUE, delivery.c.not_before <= now)
        rows = await self._tx.rows(sa.select(delivery.c.id, delivery.c.address).where(*theirs))
        mine = set(own)
        others = {row.id: row.address for row in rows if row.id not in mine}
        free = await self._tx.rows(
            sa.select(delivery.c.id)
            .where(among(delivery.c.id, sorted(others)), _IS_DUE)
            .with_for_update(skip_locked=True)
        )
        found: dict[str, set[int]] = {}
        for id_ in others.keys() - {row.id for row in free}:
            found.setdefault(others[id_], set()).add(id_)
        return found

    async def under_way(self, people: Sequence[int], now: datetime) -> Mapping[str, Sequence[Had]]:
        """By address: what is aboard a call of the app that is not settled yet."""
        return await self._app(sa.and_(among(delivery.c.person_id, people), _UNDER_WAY), now)

    async def sent_since(self, people: Sequence[int], since: datetime) -> Mapping[str, Sequence[Had]]:
        """By address: every app message since then, whatever its urgency; a digest counts once."""
        return await self._app(
            sa.and_(
                among(delivery.c.person_id, people),
                delivery.c.settled_at > since,
                delivery.c.state == DeliveryState.SENT,
            ),
            since,
        )

    async def _app(self, which: sa.ColumnElement[bool], otherwise: datetime) -> dict[str, list[Had]]:
        # By the person first: what PostgreSQL knows of the index of shipments is old while a campaign leaves.
        had = (
            sa.select(delivery.c.id, delivery.c.address, delivery.c.settled_at, delivery.c.shipment_id)
            .where(which)
            .cte("had")
            .prefix_with("MATERIALIZED")
        )
        found: dict[str, list[Had]] = {}
        for row in await self._tx.rows(
            sa.select(had.c.id, had.c.address, had.c.settled_at.label("at"))
            .join(shipment, shipment.c.id == had.c.shipment_id)
            .where(shipment.c.quota == "app")
            .order_by(had.c.settled_at)
        ):
            found.setdefault(row.address, []).append(Had(row.id, row.at or otherwise))
        return found
