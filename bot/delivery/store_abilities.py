"""Ways of sending that the platform took back from an account, for every process to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.tables import withdrawn
from bot.delivery.ways import DAY_USED, TRY_AGAIN
from bot.messages import Way

_insert = insert(withdrawn)
_WITHDRAW: Final = _insert.on_conflict_do_update(
    index_elements=["account", "way"],
    set_={"reason": _insert.excluded.reason, "try_at": _insert.excluded.try_at},
)
_THIS: Final = sa.and_(withdrawn.c.account == sa.bindparam("whose"), withdrawn.c.way == sa.bindparam("which"))
_RESTORE: Final = sa.delete(withdrawn).where(_THIS)
_TRY: Final = sa.update(withdrawn).where(_THIS).values(try_at=sa.bindparam("at"))


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """``reason`` is the platform's code and words; ``try_at`` when one message may find out again."""

    account: str
    way: Way
    reason: str
    since: datetime
    try_at: datetime

    @property
    def for_today(self) -> bool:
        """Only its day is used up: from ``try_at`` on it is open to everybody."""
        return self.reason.split(" ")[0] == f"{DAY_USED}"


class Abilities:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def withdrawn(self, account: str = "") -> list[Withdrawn]:
        """What was taken back from this account, or from all."""
        found = sa.select(withdrawn).order_by(withdrawn.c.account, withdrawn.c.way)
        if account:
            found = found.where(withdrawn.c.account == account)
        return [
            Withdrawn(row.account, Way(row.way), row.reason, row.since, row.try_at)
            for row in await self._tx.rows(found)
        ]

    def withdraw(
        self, account: str, way: Way, reason: str, now: datetime, try_at: datetime | None = None
    ) -> None:
        """Without ``try_at`` one message may find out after a day."""
        try_at = try_at or now + TRY_AGAIN
        self._tx.write(_WITHDRAW, account=account, way=way, reason=reason, since=now, try_at=try_at)

    def restore(self, account: str, way: Way) -> None:
        """The platform has let a message go this way, or somebody says that all is well again."""
        self._tx.write(_RESTORE, whose=account, which=way)

    async def restore_all(self, account: str) -> int:
        return await self._tx.execute(sa.delete(withdrawn).where(withdrawn.c.account == account))

    def try_at(self, account: str, way: Way, at: datetime) -> None:
        """When the next message may find out."""
        self._tx.write(_TRY, whose=account, which=way, at=at)

    async def may_try(self, account: str, way: Way, now: datetime) -> bool:
        """The one try of the day; ``False`` for all but the first who asks."""
        return (
            await self._tx.execute(
                sa.update(withdrawn)
                .where(withdrawn.c.account == account, withdrawn.c.way == way, withdrawn.c.try_at <= now)
                .values(try_at=now + TRY_AGAIN)
            )
            == 1
        )
