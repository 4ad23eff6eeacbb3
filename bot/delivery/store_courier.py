"""The courier's rows: claim with a lease, give back, and what an account may do at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.content import from_json
from bot.delivery.rules import LEASE, DeliveryState
from bot.delivery.store_attention import NUDGE, Attention
from bot.delivery.store_mass import MassChoices
from bot.delivery.store_quota import Quotas
from bot.delivery.store_shipments import Shipment, Shipments
from bot.delivery.tables import DUE, URGENT, account_state, blob, delivery, media, payload
from bot.messages import Content, Urgency

__all__ = ["Claimed", "CourierRows", "Shipment"]

_CLAIMED: Final = [
    delivery.c.id,
    delivery.c.key,
    delivery.c.address,
    delivery.c.person_id,
    delivery.c.payload,
    delivery.c.urgency,
    delivery.c.digest,
    delivery.c.attempts,
    delivery.c.occurrence_id,
]
_STATE: Final = insert(account_state)
_SET_WAIT: Final = _STATE.on_conflict_do_update(
    index_elements=["account"], set_={"not_before": _STATE.excluded.not_before}
)
_SET_STOP: Final = _STATE.on_conflict_do_update(
    index_elements=["account"],
    set_={"stopped": _STATE.excluded.stopped, "since": _STATE.excluded.since},
    where=account_state.c.stopped == "",
)
_MEDIA: Final = insert(media)
_SET_MEDIA: Final = _MEDIA.on_conflict_do_update(
    index_elements=["account", "blob"], set_={k: getattr(_MEDIA.excluded, k) for k in ("media_id", "until")}
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this courier holds until ``lease``."""

    id: int
    address: str
    person: int
    payload: str
    urgency: Urgency
    digest: bool
    attempts: int
    occurrence: str
    nudge: bool  # a reminder: counted per task, not against the caps
    lease: datetime


class CourierRows(Shipments, Quotas, Attention, MassChoices):
    """Everything the courier reads and writes within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def claim(self, account: str, now: datetime, limit: int, *, urgent: bool = False) -> list[Claimed]:
        """Due rows of an account in their order, leased to the caller; ``urgent``: only what is not routine.

        One statement for both dialects. While a row is leased its ``not_before`` is the end of the lease, so
        that nobody else takes a row for stranded because it has been due for long.
        """
        lease = now + LEASE
        due = (
            sa.select(delivery.c.id)
            .where(
                sa.text(URGENT if urgent else DUE),
                delivery.c.account == account,
                delivery.c.not_before <= now,
            )
            .order_by(delivery.c.not_before, delivery.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalar_subquery()
        rows = await self._tx.rows(
            sa.update(delivery)
            .where(delivery.c.id.in_(due))
            .values(state=DeliveryState.LEASED, attempts=delivery.c.attempts + 1, not_before=lease)
            .returning(*_CLAIMED)
        )
        return sorted((_claimed(row, lease) for row in rows), key=lambda one: one.id)

    async def give_back(self, members: Sequence[Claimed], at: datetime, *, as_digest: bool = False) -> None:
        """Not now (quiet hours, caps, quota): due again later, and the attempt does not count."""
        if not members:
            return
        values: dict[str, Any] = {"digest": True} if as_digest else {}
        await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.id.in_([m.id for m in members]),
                delivery.c.state == DeliveryState.LEASED,
                delivery.c.shipment_id.is_(None),
                delivery.c.not_before == members[0].lease,
            )
            .values(state=DeliveryState.DUE, not_before=at, attempts=delivery.c.attempts - 1, **values)
        )

    async def retry(self, members: Sequence[Claimed], at: datetime) -> None:
        """Due again after something went wrong before the call; the attempt counts."""
        await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.id.in_([m.id for m in members]),
                delivery.c.state == DeliveryState.LEASED,
                delivery.c.shipment_id.is_(None),
            )
            .values(state=DeliveryState.DUE, not_before=at)
        )

    async def stranded(self, now: datetime) -> int:
        """Claims that never became a shipment (the courier died before it packed): due again."""
        return await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.state == DeliveryState.LEASED,
                delivery.c.shipment_id.is_(None),
                delivery.c.not_before <= now,
            )
            .values(state=DeliveryState.DUE)
        )

    async def contents(self, hashes: Iterable[str]) -> dict[str, Content]:
        rows = await self._tx.rows(sa.select(payload).where(payload.c.hash.in_(list(hashes))))
        return {row.hash: from_json(row.content) for row in rows}

    async def account_states(self) -> dict[str, tuple[datetime | None, str]]:
        """(wait until, why it is stopped) of the accounts that were ever told so."""
        rows = await self._tx.rows(sa.select(account_state))
        return {row.account: (row.not_before, row.stopped) for row in rows}

    def wait(self, account: str, until: datetime, now: datetime) -> None:
        """A limit of the platform: nothing goes out here for a while. A stop stays a stop."""
        self._tx.write(_SET_WAIT, account=account, not_before=until, stopped="", since=now)

    def stop(self, account: str, reason: str, now: datetime) -> None:
        """Nothing goes out here until a person has looked; the first reason is kept."""
        self._tx.write(_SET_STOP, account=account, not_before=None, stopped=reason, since=now)

    async def media_id(self, account: str, blob_hash: str, now: datetime) -> str | None:
        value: str | None = await self._tx.scalar(
            sa.select(media.c.media_id).where(
                media.c.account == account, media.c.blob == blob_hash, media.c.until > now
            )
        )
        return value

    def keep_media(self, account: str, blob_hash: str, media_id: str, until: datetime) -> None:
        self._tx.write(_SET_MEDIA, account=account, blob=blob_hash, media_id=media_id, until=until)

    async def blob(self, blob_hash: str) -> bytes:
        data: bytes = await self._tx.scalar(sa.select(blob.c.data).where(blob.c.hash == blob_hash))
        return data


def _claimed(row: sa.Row[Any], lease: datetime) -> Claimed:
    return Claimed(
        row.id,
        row.address,
        row.person_id,
        row.payload,
        Urgency(row.urgency),
        row.digest,
        row.attempts,
        row.occurrence_id or "",
        row.key.startswith(NUDGE),
        lease,
    )
