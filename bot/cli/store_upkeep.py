"""Accounts that are stopped, what waits for them, and whom they should see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import account_state, delivery, inbox, shipment
from bot.messages import Realm
from bot.people.tables import contact, person, role
from bot.platforms.store import TokenStore

RESTORED: Final = "restored from a backup"
_WAITING: Final = (DeliveryState.DUE, DeliveryState.LEASED)
_OPEN: Final = ("sending", "waiting", "recall")


@dataclass(frozen=True, slots=True)
class Stopped:
    """An account that sends nothing, and why; ``since`` is when that began."""

    account: str
    reason: str
    since: datetime

    @property
    def is_restored(self) -> bool:
        return self.reason == RESTORED


class Upkeep:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def stopped(self) -> list[Stopped]:
        rows = await self._tx.rows(
            sa.select(account_state.c.account, account_state.c.stopped, account_state.c.since)
            .where(account_state.c.stopped != "")
            .order_by(account_state.c.account)
        )
        return [Stopped(row.account, row.stopped, row.since) for row in rows]

    async def resume(self, account: str, now: datetime) -> None:
        """The account sends again, with a fresh try of its secret."""
        await self._tx.execute(
            sa.update(account_state)
            .where(account_state.c.account == account)
            .values(stopped="", not_before=None, since=now)
        )
        await TokenStore(self._tx).forgive(account)

    async def hold(self, account: str, now: datetime) -> int:
        """What waits may have been sent after the backup: it becomes unknown; how many messages."""
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.account == account, shipment.c.state.in_(_OPEN))
            .values(state="unknown", lease_until=None)
        )
        return await self._tx.execute(
            sa.update(delivery)
            .where(delivery.c.account == account, delivery.c.state.in_(_WAITING))
            .values(state=DeliveryState.UNKNOWN, outcome=RESTORED, settled_at=now)
        )

    async def has_heard(self, source: str) -> bool:
        """Is a callback of this account remembered? ``source``: its id, or the app id of an official one."""
        theirs = inbox.c.key.startswith(f"{source}|", autoescape=True)
        return await self._tx.row(sa.select(sa.literal(1)).where(theirs).limit(1)) is not None

    async def last_heard(self, account: str) -> datetime | None:
        """When anybody last wrote or tapped by this account, however long ago; within an hour."""
        last = sa.select(sa.func.max(contact.c.last_in_at)).where(contact.c.account == account)
        row = await self._tx.row(last)
        return row[0] if row else None

    async def members(self, account: str, limit: int) -> Sequence[tuple[str, str]]:
        """Address key and unit of people the roster binds to an account; who holds a role comes first."""
        holds = sa.exists().where(role.c.person_id == person.c.id)
        rows = await self._tx.rows(
            sa.select(contact.c.address, person.c.unit)
            .join(person, person.c.id == contact.c.person_id)
            .where(
                contact.c.account == account, contact.c.realm == str(Realm.MEMBER), person.c.left_at.is_(None)
            )
            .order_by(sa.case((holds, 0), else_=1), person.c.id)
            .limit(limit)
        )
        return [(row.address, row.unit) for row in rows]
