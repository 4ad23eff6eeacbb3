"""Which menu was set where, and how the last try went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.db import Tx, insert_new
from bot.publishing.tables import menu

_LEASE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Hung:
    """``look`` is what was set last, ``outcome`` why the last try failed; empty: it did not."""

    look: str = ""
    outcome: str = ""
    at: datetime | None = None


class Menus:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def find(self, account: str) -> Hung:
        row = await self._tx.row(
            sa.select(menu.c.look, menu.c.outcome, menu.c.at).where(menu.c.account == account)
        )
        return Hung(*row) if row else Hung()

    async def claim(self, account: str, look: str, now: datetime) -> bool:
        """May this process set this look now? Nobody else is at it, and no failure is waited for."""
        await self._tx.execute(insert_new(menu).values(account=account, look="", tried="", outcome=""))
        free = sa.or_(menu.c.tried != look, menu.c.not_before.is_(None), menu.c.not_before <= now)
        return await self._tx.execute(
            sa.update(menu)
            .where(menu.c.account == account, menu.c.look != look, free)
            .values(tried=look, not_before=now + _LEASE)
        ) == 1

    async def hung(self, account: str, look: str, now: datetime, outcome: str = "") -> None:
        """It is as it should be now; with ``outcome`` "deleted" that means none at all."""
        await self._tx.execute(insert_new(menu).values(account=account, look="", tried="", outcome=""))
        await self._tx.execute(
            sa.update(menu)
            .where(menu.c.account == account)
            .values(look=look, tried=look, outcome=outcome, at=now, not_before=None)
        )

    async def failed(self, account: str, outcome: str, again: datetime) -> None:
        await self._tx.execute(
            sa.update(menu).where(menu.c.account == account).values(outcome=outcome, not_before=again)
        )
