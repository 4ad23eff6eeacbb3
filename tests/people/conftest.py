"""A database of its own for each test, and the invented college in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from people_office import Office

from bot.db import Database, metadata
from bot.duties.tables import task
from bot.people.tables_roster import roster_import
from bot.simulator.cast import Row, college

NEEDED = (task, roster_import)  # naming them makes sure that they are among the tables


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/people.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield Office(database)
    await database.close()


@pytest.fixture
async def rows(office: Office) -> list[Row]:
    """The college, already imported; a fresh list of its rows."""
    await office.applies(college())
    return college()
