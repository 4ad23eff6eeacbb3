"""Who writes several tasks at once locks them in the order of their ids, so that nobody waits in a ring.

Couriers settle thousands while turns prove some of the same; PostgreSQL would end one of two that wait for
each other. SQLite has one writer at a time.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx
from bot.duties.tables import task
from bot.lists import among

ONE: Final = task.alias("one")


def in_order(*which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """For an update of ``task``: among the tasks, called ``ONE``, of which all this is true."""
    return task.c.id.in_(
        sa.select(ONE.c.id).where(*which).order_by(ONE.c.id).with_for_update(key_share=True, of=ONE)
    )


async def lock_noted(tx: Tx) -> None:
    """What the turns of a group have noted about tasks, before it is written in the order of the turns."""
    if tx.dialect != "postgresql":
        return
    noted: set[Any] = {w.values.get("_id") for w in tx.writes if getattr(w.statement, "table", None) is task}
    ids = sorted(noted - {None})
    if len(ids) > 1:
        await tx.rows(
            sa.select(task.c.id)
            .where(among(task.c.id, ids))
            .order_by(task.c.id)
            .with_for_update(key_share=True)
        )
