"""The ledger's lines: drawn in one conditional statement, so that every process shares one budget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.tables import quota


class Quotas:
    _tx: Tx

    async def draw(self, name: str, amount: int, limit: int, until: datetime) -> bool:
        """Take ``amount`` from a line that holds ``limit``; ``False``, and nothing taken, if too much."""
        if amount > limit:
            return False
        line = insert(quota).values(name=name, used=amount, until=until)
        drawn = line.on_conflict_do_update(
            index_elements=["name"],
            set_={"used": quota.c.used + line.excluded.used, "until": line.excluded.until},
            where=quota.c.used + line.excluded.used <= limit,
        )
        return await self._tx.execute(drawn) == 1

    async def undraw(self, name: str, amount: int) -> None:
        """What was drawn for a call that the platform surely did not count."""
        await self._tx.execute(
            sa.update(quota)
            .where(quota.c.name == name, quota.c.used >= amount)
            .values(used=quota.c.used - amount)
        )

    async def drawn(self, names: Sequence[str]) -> dict[str, int]:
        rows = await self._tx.rows(sa.select(quota.c.name, quota.c.used).where(quota.c.name.in_(names)))
        return {row.name: row.used for row in rows}
