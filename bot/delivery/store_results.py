"""What the platform told of a message after it was accepted, whichever came first: this or our settling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, insert_new
from bot.delivery.rules import RECALLED, REPORTED, DeliveryState
from bot.delivery.tables import TOLD_LATER, UNHEARD, delivery, job_result, shipment
from bot.duties.store_locks import ONE, in_order
from bot.duties.tables import task

_REPORT: Final = insert_new(job_result)
_OF: Final = sa.and_(
    job_result.c.account == sa.bindparam("whose"), job_result.c.message_id == sa.bindparam("which")
)
_HEARD: Final = sa.update(job_result).where(_OF).values(look_at=sa.bindparam("next"))
_MOST: Final = 500
_SOON: Final = timedelta(seconds=5)
_NEVER_OURS: Final = timedelta(hours=1)  # longer than any call of ours waits to be settled
_TOLD: Final = (DeliveryState.SENT, DeliveryState.FOLDED)


@dataclass(frozen=True, slots=True)
class JobResult:
    """``error`` is empty where the platform sent the message, else its reason."""

    account: str
    message_id: str
    error: str
    at: datetime


class Results:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def report(self, account: str, message_id: str, error: str, now: datetime) -> None:
        """Keep what an event says; the courier connects it with its shipment. The first one counts."""
        self._tx.write(_REPORT, account=account, message_id=message_id, error=error, at=now, look_at=now)

    async def waiting(self, now: datetime) -> bool:
        return bool(await self._tx.scalar(sa.select(sa.exists(self._unheard(now)))))

    async def unheard(self, now: datetime) -> list[JobResult]:
        """Results nobody has acted on yet, the oldest first; locked."""
        rows = await self._tx.rows(
            self._unheard(now).order_by(job_result.c.look_at).limit(_MOST).with_for_update(skip_locked=True)
        )
        return [JobResult(row.account, row.message_id, row.error, row.at) for row in rows]

    async def shipments(self, found: Sequence[JobResult]) -> dict[tuple[str, str], int]:
        """The shipments these are about, by account and message id, as far as they are settled."""
        rows = await self._tx.rows(
            sa.select(shipment.c.id, shipment.c.account, shipment.c.message_id).where(
                sa.text(TOLD_LATER), shipment.c.message_id.in_([one.message_id for one in found])
            )
        )
        return {(row.account, row.message_id): row.id for row in rows}

    def heard(self, one: JobResult) -> None:
        """Never look at it again; the row stays, so that a later repeat says nothing new."""
        self._tx.write(_HEARD, whose=one.account, which=one.message_id, next=None)

    def later(self, one: JobResult, now: datetime) -> None:
        """No shipment has this id yet: look again, ever more rarely; after an hour it is not ours."""
        age = now - one.at
        wait = now + max(age, _SOON) if age < _NEVER_OURS else None
        self._tx.write(_HEARD, whose=one.account, which=one.message_id, next=wait)

    async def confirm(self, shipments: Sequence[int]) -> None:
        """The platform sent these: a mark on what was accepted, no new state and no receipt of reading."""
        await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.shipment_id.in_(shipments),
                delivery.c.state == DeliveryState.SENT,
                delivery.c.outcome == "",
            )
            .values(outcome=REPORTED)
        )

    async def miss(self, shipment_id: int, error: str, now: datetime) -> int:
        """Accepted, and yet it reached nobody: refused, and nobody was told; how many messages."""
        aboard = delivery.c.shipment_id == shipment_id
        missed = await self._tx.execute(
            sa.update(delivery)
            .where(aboard, delivery.c.state.in_(_TOLD), delivery.c.outcome != RECALLED)
            .values(state=DeliveryState.REFUSED, outcome=error, settled_at=now)
        )
        if missed:
            other = delivery.alias("other")
            told = sa.exists().where(
                other.c.occurrence_id == ONE.c.occurrence_id,
                other.c.person_id == ONE.c.person_id,
                other.c.state.in_(_TOLD),
            )
            theirs = sa.select(delivery.c.occurrence_id, delivery.c.person_id).where(
                aboard, delivery.c.occurrence_id.is_not(None)
            )
            await self._tx.execute(
                sa.update(task)
                .where(in_order(sa.tuple_(ONE.c.occurrence_id, ONE.c.person_id).in_(theirs), ~told))
                .values(told_at=None)
            )
        return missed

    async def confirmed(self, occurrence: str) -> int:
        """How many messages of a campaign the platform has reported as sent."""
        return int(
            await self._tx.scalar(
                sa.select(sa.func.count()).where(
                    delivery.c.occurrence_id == occurrence,
                    delivery.c.state == DeliveryState.SENT,
                    delivery.c.outcome == REPORTED,
                )
            )
        )

    def _unheard(self, now: datetime) -> sa.Select[tuple[str, str, str, datetime]]:
        columns = (job_result.c.account, job_result.c.message_id, job_result.c.error, job_result.c.at)
        return sa.select(*columns).where(sa.text(UNHEARD), job_result.c.look_at <= now)
