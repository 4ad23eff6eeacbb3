"""Used one-time links, one's own lines of the audit log, and messages held back while a campaign pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Database, Tx, insert_new
from bot.people.tables import audit
from bot.web.tables import web_nonce

_USE = insert_new(web_nonce)
# The courier takes what is due by its time alone, so what is held back is due in a far future.
_HELD: Final = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AuditLine:
    at: datetime
    what: str
    detail: Any


class WebStore:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def use(self, mark: str, until: datetime, now: datetime) -> bool:
        """Mark a one-time link as used; ``False`` when it was used before, here or at another process.

        Marks of links that are over anyway are thrown away.
        """
        await self._tx.execute(sa.delete(web_nonce).where(web_nonce.c.until < now))
        return await self._tx.execute(_USE, {"mark": mark, "until": until}) == 1

    async def audit_of(self, person: int, limit: int = 100) -> list[AuditLine]:
        """What this person did, newest first."""
        rows = await self._tx.rows(
            sa.select(audit.c.at, audit.c.what, audit.c.detail)
            .where(audit.c.who == person)
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        return [AuditLine(row.at, row.what, row.detail) for row in rows]


async def answers(database: Database) -> bool:
    """Does the database answer?"""
    try:
        async with database.reading() as tx:
            return bool(await tx.scalar(sa.select(sa.literal(1))) == 1)
    except (sa.exc.SQLAlchemyError, OSError):
        return False
