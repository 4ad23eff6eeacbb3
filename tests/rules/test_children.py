"""A turn's part of a transaction: kept whole, or gone without a trace, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from bot.db import Database, insert_new, metadata
from bot.delivery.tables import inbox

NOW = datetime(2026, 10, 12, tzinfo=UTC)
NEW = insert_new(inbox)


def row(key: str) -> dict[str, object]:
    return {"key": key, "at": NOW, "reply": ["", []]}


async def test_what_a_child_did_at_once_is_dropped_with_it(database_url: str) -> None:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.begin() as tx:
        failing = tx.child()
        await failing.execute(NEW, row("at once"))
        failing.write(NEW, **row("noted"))
        await failing.flush()
        await failing.drop()
        quiet = tx.child()
        quiet.write(NEW, **row("only noted"))
        await quiet.drop()
        good = tx.child()
        await good.execute(NEW, row("kept"))
        good.write(NEW, **row("kept too"))
        await good.keep()
        tx.writes.extend(good.writes)
    async with database.reading() as tx:
        keys = [r.key for r in await tx.rows(sa.select(inbox.c.key).order_by(inbox.c.key))]
    await database.close()
    assert keys == ["kept", "kept too"]
