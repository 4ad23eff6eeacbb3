"""The database comes to its newest form, and knows that it is there without asking Alembic."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from bot import migrate
from bot.db import Database


def test_the_newest_step_is_alembics_head() -> None:
    assert ScriptDirectory(str(migrate._SCRIPTS)).get_heads() == [migrate.newest()]


async def test_an_empty_database_becomes_current_once(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert not await migrate.is_current(database)
    await migrate.upgrade(database)
    assert await migrate.is_current(database)
    await migrate.upgrade(database)
    await migrate.check(database)
    await database.close()
