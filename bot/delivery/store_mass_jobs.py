"""What became of mass sends: jobs, and the words of the platform that wait for the job they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert_new
from bot.delivery.mass import ASK_EVERY
from bot.delivery.rules import DeliveryState, ShipmentState
from bot.delivery.tables import delivery, shipment
from bot.delivery.tables_mass import OPEN_JOBS, mass_job, mass_result
from bot.duties.store_locks import ONE, in_order
from bot.duties.tables import occurrence, task
from bot.messages import Urgency

_RESULT: Final = insert_new(mass_result)
_COUNTS: Final = ("total", "filtered", "reached", "failed")
_TOLD: Final = (DeliveryState.SENT, DeliveryState.FOLDED)


@dataclass(frozen=True, slots=True)
class Counts:
    """As the platform reports them, approximately: the list or tag, after its filters, reached, failed."""

    total: int
    filtered: int
    reached: int
    failed: int


@dataclass(frozen=True, slots=True)
class Job:
    """One mass send. ``status`` is the platform's own word, empty while it has said none."""

    shipment: int
    account: str
    occurrence: str
    title: str
    tag: str
    people: int
    made_at: datetime
    message_id: str
    status: str
    counts: Counts | None
    ended_at: datetime | None
    is_alert: bool = False


class JobRows:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def reported(self, account: str, message_id: str, status: str, counts: Counts, now: datetime) -> None:
        """What the event says, for the next look of the courier; the first word stands."""
        self._tx.write(
            _RESULT, account=account, message_id=message_id, status=status, total=counts.total,
            filtered=counts.filtered, reached=counts.reached, failed=counts.failed, at=now,
        )  # fmt: skip

    async def answered(self, account: str) -> list[tuple[Job, str, Counts]]:
        """Jobs of which the platform has spoken, and what it said.

        A job whose end we only asked for has no counts yet, so the event may still complete it.
        """
        mine = sa.and_(
            shipment.c.account == mass_result.c.account, shipment.c.message_id == mass_result.c.message_id
        )
        rows = await self._tx.rows(
            _JOBS.add_columns(
                mass_result.c.status.label("word"),
                *(mass_result.c[name].label(f"said_{name}") for name in _COUNTS),
            )
            .join(mass_result, mine)
            .where(mass_result.c.account == account, mass_job.c.account == account)
            .order_by(mass_job.c.shipment_id)
        )
        return [
            (_job(r), r.word, Counts(r.said_total, r.said_filtered, r.said_reached, r.said_failed))
            for r in rows
        ]

    async def drop_result(self, account: str, message_id: str) -> None:
        await self._tx.execute(
            sa.delete(mass_result).where(
                mass_result.c.account == account, mass_result.c.message_id == message_id
            )
        )

    async def silent(self, account: str, now: datetime, limit: int = 5) -> list[Job]:
        """Submitted hours ago, and no word since."""
        rows = await self._tx.rows(
            _JOBS.where(
                sa.text(f"mass_job.{OPEN_JOBS}"),
                mass_job.c.account == account,
                shipment.c.message_id != "",
                mass_job.c.made_at <= now - ASK_EVERY,
                sa.or_(mass_job.c.asked_at.is_(None), mass_job.c.asked_at <= now - ASK_EVERY),
            )
            .order_by(mass_job.c.made_at)
            .limit(limit)
        )
        return [_job(row) for row in rows]

    async def unsent(self, account: str) -> list[int]:
        """Open jobs whose call ended without a number: nothing will ever be said of them."""
        rows = await self._tx.rows(
            sa.select(mass_job.c.shipment_id)
            .join(shipment, shipment.c.id == mass_job.c.shipment_id)
            .where(
                sa.text(f"mass_job.{OPEN_JOBS}"),
                mass_job.c.account == account,
                shipment.c.message_id == "",
                shipment.c.state.in_((ShipmentState.DONE, ShipmentState.UNKNOWN)),
            )
        )
        return [row.shipment_id for row in rows]

    async def close(self, ships: Sequence[int], now: datetime) -> None:
        await self._tx.execute(
            sa.update(mass_job).where(mass_job.c.shipment_id.in_(ships)).values(ended_at=now)
        )

    async def asked(self, job: Job, now: datetime) -> None:
        await self._tx.execute(
            sa.update(mass_job).where(mass_job.c.shipment_id == job.shipment).values(asked_at=now)
        )

    async def ended(self, job: Job, status: str, counts: Counts | None, now: datetime) -> None:
        values: dict[str, Any] = {"status": status, "ended_at": now}
        if counts is not None:
            values |= {
                "total": counts.total, "filtered": counts.filtered, "reached": counts.reached,
                "failed": counts.failed,
            }  # fmt: skip
        await self._tx.execute(
            sa.update(mass_job).where(mass_job.c.shipment_id == job.shipment).values(**values)
        )

    async def not_reached(self, job: Job, reason: str, now: datetime) -> None:
        """Accepted, and then not sent to anybody: nobody aboard was told by it."""
        aboard = sa.and_(delivery.c.shipment_id == job.shipment, delivery.c.state.in_(_TOLD))
        pairs = (
            sa.select(delivery.c.occurrence_id, delivery.c.person_id)
            .where(delivery.c.shipment_id == job.shipment)
            .scalar_subquery()
        )
        await self._tx.execute(
            sa.update(delivery)
            .where(aboard)
            .values(state=DeliveryState.REFUSED, outcome=reason, settled_at=now)
        )
        still = (
            sa.select(sa.func.min(delivery.c.settled_at))
            .where(
                delivery.c.occurrence_id == task.c.occurrence_id,
                delivery.c.person_id == task.c.person_id,
                delivery.c.state.in_(_TOLD),
            )
            .scalar_subquery()
        )
        await self._tx.execute(
            sa.update(task)
            .where(
                in_order(
                    sa.tuple_(ONE.c.occurrence_id, ONE.c.person_id).in_(pairs),
                    ONE.c.about_id != ONE.c.person_id,
                )
            )
            .values(told_at=still)
        )

    async def job(self, ship: int) -> Job | None:
        row = await self._tx.row(_JOBS.where(mass_job.c.shipment_id == ship))
        return None if row is None else _job(row)

    async def of(self, occurrence_id: str) -> Sequence[Job]:
        """The mass sends of a campaign, oldest first."""
        rows = await self._tx.rows(
            _JOBS.where(mass_job.c.occurrence_id == occurrence_id).order_by(mass_job.c.made_at)
        )
        return [_job(row) for row in rows]


_JOBS: Final = (
    sa.select(
        mass_job,
        shipment.c.message_id,
        occurrence.c.title,
        sa.exists()
        .where(delivery.c.shipment_id == mass_job.c.shipment_id, delivery.c.urgency == str(Urgency.ALERT))
        .label("is_alert"),
    )
    .join(shipment, shipment.c.id == mass_job.c.shipment_id)
    .join(occurrence, occurrence.c.id == mass_job.c.occurrence_id)
)


def _job(row: sa.Row[Any]) -> Job:
    counts = None if row.total is None else Counts(row.total, row.filtered, row.reached, row.failed)
    return Job(
        row.shipment_id, row.account, row.occurrence_id, row.title, row.tag, row.people, row.made_at,
        row.message_id, row.status, counts, row.ended_at, bool(row.is_alert),
    )  # fmt: skip
