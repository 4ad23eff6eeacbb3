"""Each step of the database runs on one that already has data, and ends at the tables of the code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from bot import migrate
from bot.db import Database
from bot.delivery.tables import quota, shipment
from bot.platforms.tables import token


async def test_a_database_in_use_takes_the_newest_steps(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await migrate._run(database, lambda config: command.upgrade(config, "0006"))
    async with database.engine.begin() as connection:
        await connection.execute(
            sa.text(
                "insert into shipment (id, account, path, body, content_type, quota, size, made_at,"
                " repeat_until, state, message_id) values"
                " (1, 'public', '/x', '', 'application/json', 'template', 1, 0, 0, 'done', '77'),"
                " (2, 'public', '/x', '', 'application/json', 'template', 1, 0, 0, 'done', '77')"
            )
        )
    await migrate.upgrade(database)
    await migrate.check(database)
    assert await migrate.is_current(database)
    async with database.reading() as tx:
        kept = await tx.rows(sa.select(shipment.c.message_id))
        assert [row.message_id for row in kept] == ["77", "77"]
        assert await tx.rows(sa.select(quota.c.name)) == []
        assert await tx.rows(sa.select(token.c.account)) == []
    await database.close()
