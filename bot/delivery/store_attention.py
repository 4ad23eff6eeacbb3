"""What the attention budget looks at before a message leaves: the person, their day, their campaign."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.db import Tx
from bot.delivery.rules import DeliveryState
from bot.delivery.store_lessons import Lessons
from bot.delivery.tables import delivery, shipment
from bot.duties.rules import Do, OccurrenceState
from bot.duties.tables import occurrence
from bot.messages import Urgency
from bot.people.tables import person
from bot.quiz.tables import sitting

NUDGE = "nudge/"  # keys of reminders begin so: counted per task, not against the caps


@dataclass(frozen=True, slots=True)
class Reader:
    """``less``: said 少发."""

    kind: str
    less: bool


class Attention(Lessons):
    _tx: Tx

    async def readers(self, people: Sequence[int]) -> dict[int, Reader]:
        rows = await self._tx.rows(
            sa.select(person.c.id, person.c.kind, person.c.less).where(person.c.id.in_(people))
        )
        return {row.id: Reader(row.kind, row.less) for row in rows}

    async def campaigns(self, ids: Iterable[str]) -> dict[str, tuple[OccurrenceState, Do]]:
        rows = await self._tx.rows(
            sa.select(occurrence.c.id, occurrence.c.state, occurrence.c.do).where(
                occurrence.c.id.in_(list(ids))
            )
        )
        return {row.id: (OccurrenceState(row.state), Do(row.do)) for row in rows}

    async def recent(
        self,
        people: Sequence[int],
        since: datetime,
        now: datetime,
        urgency: Urgency = Urgency.ROUTINE,
        but: Collection[int] = (),
    ) -> dict[int, list[datetime]]:
        """When each person was last sent something; what another courier holds counts as sent now.

        A digest counts once, reminders not at all. ``but``: the ids of the caller's own rows.
        """
        found: dict[int, list[datetime]] = {}
        for row in await self._tx.rows(
            sa.select(delivery.c.id, delivery.c.person_id, delivery.c.settled_at).where(
                delivery.c.person_id.in_(people),
                delivery.c.urgency == urgency,
                ~delivery.c.key.startswith(NUDGE),
                sa.or_(
                    sa.and_(delivery.c.state == DeliveryState.SENT, delivery.c.settled_at >= since),
                    sa.and_(delivery.c.state == DeliveryState.LEASED, delivery.c.settled_at.is_(None)),
                ),
            )
        ):
            if row.id not in but:
                found.setdefault(row.person_id, []).append(row.settled_at or now)
        return found

    async def sent_since(self, people: Sequence[int], since: datetime) -> dict[str, list[datetime]]:
        """By address: every app message since then, whatever its urgency; a digest counts once."""
        found: dict[str, list[datetime]] = {}
        for row in await self._tx.rows(
            sa.select(delivery.c.address, delivery.c.settled_at)
            .join(shipment, shipment.c.id == delivery.c.shipment_id)
            .where(
                shipment.c.quota == "app",
                delivery.c.person_id.in_(people),
                delivery.c.settled_at > since,
                delivery.c.state == DeliveryState.SENT,
            )
            .order_by(delivery.c.settled_at)
        ):
            found.setdefault(row.address, []).append(row.settled_at)
        return found

    async def answering(self, people: Sequence[int], since: datetime) -> dict[int, datetime]:
        """Who is in the middle of a quiz, and when they last did something in it."""
        rows = await self._tx.rows(
            sa.select(sitting.c.person_id, sitting.c.touched_at).where(
                sitting.c.person_id.in_(people), sitting.c.open, sitting.c.touched_at > since
            )
        )
        return {row.person_id: row.touched_at for row in rows}
