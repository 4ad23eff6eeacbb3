"""Reads and writes of the token rows; each function is one transaction of the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.db import Tx, insert_new
from bot.platforms.tables import token


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What the row says; ``stopped_code`` counts until ``stopped_until``."""

    value: str = field(default="", repr=False)
    expires_at: datetime | None = None
    refresh_at: datetime | None = None
    stopped_until: datetime | None = None
    stopped_code: int = 0

    def valid(self, now: datetime) -> bool:
        return bool(self.value) and self.expires_at is not None and now < self.expires_at

    def fresh(self, now: datetime) -> bool:
        return self.valid(now) and self.refresh_at is not None and now < self.refresh_at


class TokenStore:
    """The token rows within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def find(self, account: str) -> StoredToken:
        columns = (
            token.c.value,
            token.c.expires_at,
            token.c.refresh_at,
            token.c.stopped_until,
            token.c.stopped_code,
        )
        row = await self._tx.row(sa.select(*columns).where(token.c.account == account))
        return StoredToken(*row) if row else StoredToken()

    async def claim(self, account: str, now: datetime, until: datetime) -> bool:
        """Take the lease unless somebody holds it; one conditional update decides among all processes."""
        await self._tx.execute(insert_new(token).values(account=account, value="", stopped_code=0))
        free = sa.or_(token.c.lease_until.is_(None), token.c.lease_until <= now)
        claimed = sa.update(token).where(token.c.account == account, free).values(lease_until=until)
        return await self._tx.execute(claimed) == 1

    async def settle(self, account: str, until: datetime, **values: Any) -> None:
        """Give the lease back with what came of it; one that ran out and went to another is left alone."""
        mine = sa.and_(token.c.account == account, token.c.lease_until == until)
        await self._tx.execute(sa.update(token).where(mine).values(lease_until=None, **values))

    async def forgive(self, account: str) -> None:
        mine = token.c.account == account
        await self._tx.execute(sa.update(token).where(mine).values(stopped_until=None, stopped_code=0))
