"""What is kept of calls and cases goes in its time; the lines that the figures rest on stay."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.cases.tables import call, case, note, told, version
from bot.db import Tx
from bot.delivery.tables import delivery, shipment

_CHUNK: Final = 2000
_KEY: Final = "sos/"  # of every message about a call


class CasePurge:
    """Each step takes a part and says how many rows that was; it is done when nothing is left."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def calls(self, before: datetime) -> int:
        """Calls over before that moment lose the person, and who was told; those with an open case wait."""
        with_case = sa.exists().where(case.c.call_id == call.c.id, case.c.person_id.is_not(None))
        old = (
            sa.select(call.c.id)
            .where(call.c.closed_at < before, call.c.person_id.is_not(None), ~with_case)
            .limit(_CHUNK)
        )
        ids = [row.id for row in await self._tx.rows(old)]
        await self._tx.execute(sa.delete(told).where(told.c.call_id.in_(ids)))
        return await self._tx.execute(sa.update(call).where(call.c.id.in_(ids)).values(person_id=None))

    async def messages(self, before: datetime) -> int:
        """The messages to the people on duty name who asked, so they and their bytes go as well."""
        rows = await self._tx.rows(
            sa.select(delivery.c.id, delivery.c.shipment_id)
            .where(delivery.c.key.startswith(_KEY, autoescape=True), delivery.c.settled_at < before)
            .limit(_CHUNK)
        )
        ids = [row.id for row in rows]
        shipments = sorted({row.shipment_id for row in rows if row.shipment_id is not None})
        gone = await self._tx.execute(sa.delete(delivery).where(delivery.c.id.in_(ids)))
        await self._tx.execute(
            sa.delete(shipment).where(
                shipment.c.id.in_(shipments), ~sa.exists().where(delivery.c.shipment_id == shipment.c.id)
            )
        )
        return gone

    async def notes(self, before: datetime) -> int:
        """The sealed words of cases closed before that moment."""
        return await self._words(sa.select(case.c.id).where(case.c.closed_at < before))

    async def people(self, before: datetime) -> int:
        """Whose case it was, closed or not; number, kind, sums and times stay for the figures."""
        gone = await self._words(sa.select(case.c.id).where(case.c.opened_at < before))
        return gone + await self._tx.execute(
            sa.update(case)
            .where(case.c.opened_at < before, case.c.person_id.is_not(None))
            .values(person_id=None)
        )

    async def _words(self, old: sa.Select[tuple[int]]) -> int:
        gone = await self._tx.execute(
            sa.update(version).where(version.c.case_id.in_(old), version.c.why != "").values(why="")
        )
        return gone + await self._tx.execute(sa.delete(note).where(note.c.case_id.in_(old)))
