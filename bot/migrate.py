"""Bringing the database to the newest form; two replicas that start together take turns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import bot.cases.tables
import bot.delivery.tables
import bot.duties.tables
import bot.people.tables
import bot.people.tables_roster
import bot.platforms.tables
import bot.quiz.tables
import bot.receipts.tables
import bot.web.tables  # noqa: F401 - every table is known to the metadata once its room is imported
from bot.db import Database, metadata

METADATA: Final = metadata
_LOCK: Final = 7_226_034  # any number, as long as every replica uses the same


async def upgrade(database: Database) -> None:
    """Run what is missing, inside one transaction and, on PostgreSQL, under an advisory lock."""
    await _run(database, lambda config: command.upgrade(config, "head"))


async def check(database: Database) -> None:
    """Raises when the tables in the code and in the migrations differ."""
    await _run(database, command.check)


async def is_current(database: Database) -> bool:
    """Has every migration run?"""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    async with database.engine.connect() as connection:
        current: str | None = await connection.run_sync(
            lambda sync: MigrationContext.configure(sync).get_current_revision()
        )
    return current == head


async def _run(database: Database, what: Callable[[Config], Any]) -> None:
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await connection.execute(sa.text(f"select pg_advisory_xact_lock({_LOCK})"))

        def run(sync: sa.Connection) -> None:
            config = _config()
            config.attributes["connection"] = sync
            what(config)

        await connection.run_sync(run)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
