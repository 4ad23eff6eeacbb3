"""The courier's rows: claim with a lease, fix the shipment, settle after the call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.content import from_json
from bot.delivery.rules import LEASE, DeliveryState
from bot.delivery.tables import account_state, blob, delivery, media, payload, quota, shipment
from bot.duties.tables import task
from bot.messages import Address, Content, Urgency
from bot.people.tables import contact, person
from bot.platforms.port import Packed, Receipt

_CLAIMED: Final = [
    delivery.c.id,
    delivery.c.address,
    delivery.c.person_id,
    delivery.c.payload,
    delivery.c.urgency,
    delivery.c.digest,
    delivery.c.attempts,
    delivery.c.occurrence_id,
    delivery.c.task_id,
]
_SHIP: Final = insert(shipment)
_PUT_ON: Final = (
    sa.update(delivery)
    .where(delivery.c.id == sa.bindparam("_id"))
    .values(shipment_id=sa.bindparam("_shipment"))
)
_BACK: Final = (
    sa.update(delivery)
    .where(delivery.c.id == sa.bindparam("_id"))
    .values(
        state=DeliveryState.DUE,
        not_before=sa.bindparam("_at"),
        shipment_id=None,
        digest=sa.bindparam("_digest"),
    )
)
_QUOTA: Final = insert(quota)
_DRAW: Final = _QUOTA.on_conflict_do_update(
    index_elements=["name"],
    set_={"used": quota.c.used + _QUOTA.excluded.used, "until": _QUOTA.excluded.until},
)
_STATE: Final = insert(account_state)
_SET_STATE: Final = _STATE.on_conflict_do_update(
    index_elements=["account"],
    set_={k: getattr(_STATE.excluded, k) for k in ("not_before", "stopped", "since")},
)
_MEDIA: Final = insert(media)
_SET_MEDIA: Final = _MEDIA.on_conflict_do_update(
    index_elements=["account", "blob"], set_={k: getattr(_MEDIA.excluded, k) for k in ("media_id", "until")}
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this courier holds until its lease runs out."""

    id: int
    address: str
    person: int
    payload: str
    urgency: Urgency
    digest: bool
    attempts: int
    occurrence: str
    nudge: bool  # a teacher asked for it: counted per task, not against the weekly cap


@dataclass(frozen=True, slots=True)
class Shipment:
    """One call, fixed; ``may_have_arrived`` when an earlier try of it never got an answer."""

    id: int
    account: str
    packed: Packed
    made_at: datetime
    repeat_until: datetime
    attempts: int
    may_have_arrived: bool


class CourierRows:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def claim(self, account: str, now: datetime, limit: int) -> list[Claimed]:
        """Due rows of an account, leased to the caller. One statement for both dialects; must come first."""
        due = (
            sa.select(delivery.c.id)
            .where(
                delivery.c.state == DeliveryState.DUE,
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
            .values(state=DeliveryState.LEASED, attempts=delivery.c.attempts + 1)
            .returning(*_CLAIMED)
        )
        return [
            Claimed(
                r.id,
                r.address,
                r.person_id,
                r.payload,
                Urgency(r.urgency),
                r.digest,
                r.attempts,
                r.occurrence_id or "",
                r.task_id is not None,
            )
            for r in rows
        ]

    async def contents(self, hashes: Iterable[str]) -> dict[str, Content]:
        rows = await self._tx.rows(sa.select(payload).where(payload.c.hash.in_(list(hashes))))
        return {row.hash: from_json(row.content) for row in rows}

    def ship(
        self, id_: int, account: str, packed: Packed, members: Sequence[Claimed], now: datetime
    ) -> Shipment:
        """Fix a call before it is made."""
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
            repeat_until=now + packed.repeatable,
            lease_until=now + LEASE,
            state="sending",
            attempts=1,
            message_id="",
            response_code="",
        )
        for member in members:
            self._tx.write(_PUT_ON, _id=member.id, _shipment=id_)
        return Shipment(id_, account, packed, now, now + packed.repeatable, 1, may_have_arrived=False)

    def give_back(self, members: Iterable[Claimed], at: datetime, *, as_digest: bool = False) -> None:
        """Not now (quiet hours, caps, quota): due again later, then in one message with whatever else waits."""
        for member in members:
            self._tx.write(_BACK, _id=member.id, _at=at, _digest=as_digest or member.digest)

    async def finish(self, ids: Sequence[int], state: DeliveryState, outcome: str, now: datetime) -> None:
        await self._tx.execute(
            sa.update(delivery)
            .where(delivery.c.id.in_(ids))
            .values(state=state, outcome=outcome, settled_at=now)
        )

    async def abandoned(self, now: datetime, limit: int = 20) -> list[Shipment]:
        """Shipments to be sent (again), leased anew: those that wait, and those whose courier died."""
        due = await self._tx.rows(
            sa.select(shipment)
            .where(shipment.c.state.in_(("sending", "waiting")), shipment.c.lease_until <= now)
            .order_by(shipment.c.lease_until)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if not due:
            return []
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id.in_([row.id for row in due]))
            .values(state="sending", lease_until=now + LEASE, attempts=shipment.c.attempts + 1)
        )
        members: dict[int, list[Address]] = {}
        for row in await self._tx.rows(
            sa.select(delivery.c.shipment_id, delivery.c.address).where(
                delivery.c.shipment_id.in_([r.id for r in due])
            )
        ):
            members.setdefault(row.shipment_id, []).append(Address.from_key(row.address))
        return [_shipment(row, members.get(row.id, [])) for row in due]

    async def stranded(self, now: datetime) -> int:
        """Claims that never became a shipment (the courier died before it packed): due again."""
        return await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.state == DeliveryState.LEASED,
                delivery.c.shipment_id.is_(None),
                delivery.c.not_before < now - LEASE,
            )
            .values(state=DeliveryState.DUE)
        )

    async def delivered(self, sent: Shipment, receipt: Receipt, now: datetime) -> None:
        """The platform took it: everyone on board is told, except those it named as refused."""
        refused = [a.key for a in receipt.refused]
        aboard = delivery.c.shipment_id == sent.id
        if refused:
            await self._tx.execute(
                sa.update(delivery)
                .where(aboard, delivery.c.address.in_(refused))
                .values(state=DeliveryState.REFUSED, outcome="not in the platform's scope", settled_at=now)
            )
        await self._tx.execute(
            sa.update(delivery)
            .where(aboard, delivery.c.state == DeliveryState.LEASED)
            .values(state=DeliveryState.SENT, settled_at=now)
        )
        told = sa.select(delivery.c.occurrence_id, delivery.c.person_id).where(
            aboard, delivery.c.state == DeliveryState.SENT, delivery.c.occurrence_id.is_not(None)
        )
        await self._tx.execute(
            sa.update(task)
            .where(task.c.told_at.is_(None), sa.tuple_(task.c.occurrence_id, task.c.person_id).in_(told))
            .values(told_at=now)
        )
        if sent.packed.quota == "custom":
            await self._tx.execute(
                sa.update(contact)
                .where(
                    contact.c.address.in_([a.key for a in sent.packed.recipients]), contact.c.window_left > 0
                )
                .values(window_left=contact.c.window_left - 1)
            )
        await self._close(sent.id, "done", receipt.message_id, receipt.response_code)

    async def failed(self, sent: Shipment, state: DeliveryState, outcome: str, now: datetime) -> None:
        await self._tx.execute(
            sa.update(delivery)
            .where(delivery.c.shipment_id == sent.id, delivery.c.state == DeliveryState.LEASED)
            .values(state=state, outcome=outcome, settled_at=now)
        )
        await self._close(sent.id, "unknown" if state is DeliveryState.UNKNOWN else "done", "", "")

    async def postpone(self, sent: Shipment, at: datetime, *, counted: bool, certain: bool) -> None:
        """The same bytes again later; waiting for a limit gives the attempt back.

        ``certain``: the platform surely did not act, so a repeat needs no duplicate check.
        """
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id == sent.id)
            .values(
                lease_until=at,
                state="waiting" if certain else "sending",
                attempts=shipment.c.attempts - (0 if counted else 1),
            )
        )

    async def _close(self, id_: int, state: str, message_id: str, code: str) -> None:
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id == id_)
            .values(state=state, message_id=message_id, response_code=code, lease_until=None)
        )

    async def recent(self, people: Sequence[int], since: datetime) -> dict[int, list[datetime]]:
        """When each person was last sent something routine, for the caps."""
        found: dict[int, list[datetime]] = {}
        rows = await self._tx.rows(
            sa.select(delivery.c.person_id, delivery.c.settled_at).where(
                delivery.c.person_id.in_(people),
                delivery.c.urgency == Urgency.ROUTINE,
                delivery.c.state == DeliveryState.SENT,
                delivery.c.settled_at >= since,
            )
        )
        for row in rows:
            found.setdefault(row.person_id, []).append(row.settled_at)
        return found

    async def kinds(self, people: Sequence[int]) -> dict[int, str]:
        """学生, 教职工 or 家长 of each person."""
        rows = await self._tx.rows(sa.select(person.c.id, person.c.kind).where(person.c.id.in_(people)))
        return {row.id: row.kind for row in rows}

    def draw(self, name: str, amount: int, until: datetime) -> None:
        """Take from a ledger line; a negative amount gives back."""
        self._tx.write(_DRAW, name=name, used=amount, until=until)

    async def drawn(self, names: Sequence[str]) -> dict[str, int]:
        rows = await self._tx.rows(sa.select(quota.c.name, quota.c.used).where(quota.c.name.in_(names)))
        return {row.name: row.used for row in rows}

    async def account_states(self) -> dict[str, tuple[datetime | None, str]]:
        rows = await self._tx.rows(sa.select(account_state))
        return {row.account: (row.not_before, row.stopped) for row in rows}

    def set_account(self, account: str, not_before: datetime | None, stopped: str, now: datetime) -> None:
        self._tx.write(_SET_STATE, account=account, not_before=not_before, stopped=stopped, since=now)

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


def _shipment(row: sa.Row[Any], members: list[Address]) -> Shipment:
    packed = Packed(
        row.path, row.body, tuple(members), row.repeat_until - row.made_at, row.quota, row.content_type
    )
    certain = row.state == "waiting"
    return Shipment(
        row.id,
        row.account,
        packed,
        row.made_at,
        row.repeat_until,
        row.attempts + 1,
        may_have_arrived=not certain,
    )
