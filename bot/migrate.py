"""Bringing the database to the newest form; two replicas that start together take turns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

import bot.cases.tables
import bot.delivery.tables
import bot.delivery.tables_mass
import bot.duties.tables
import bot.people.tables
import bot.people.tables_roster
import bot.people.tables_school
import bot.platforms.tables
import bot.publishing.tables
import bot.quiz.tables
import bot.receipts.tables
import bot.web.tables  # noqa: F401 - every table is known to the metadata once its room is imported
from bot.db import Database, metadata

if TYPE_CHECKING:
    from alembic.config import Config

METADATA: Final = metadata
_SCRIPTS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 7_226_034  # any number, as long as every replica uses the same


async def upgrade(database: Database) -> None:
    """Run what is missing, inside one transaction and, on PostgreSQL, under an advisory lock.

    Alembic takes a quarter of a second and its memory, so it is only loaded when there is something to do.
    """
    if await is_current(database):
        return
    from alembic import command

    await _run(database, lambda config: command.upgrade(config, "head"))


async def check(database: Database) -> None:
    """Raises when the tables in the code and in the migrations differ."""
    from alembic import command

    await _run(database, command.check)


async def is_current(database: Database) -> bool:
    """Has every migration run?"""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_revision) == newest()


def newest() -> str:
    """The last step; the name of its file begins with its revision."""
    return max(path.stem.partition("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def _revision(sync: sa.Connection) -> str | None:
    """Where Alembic keeps how far it got; ``None`` in an empty database."""
    if not sa.inspect(sync).has_table("alembic_version"):
        return None
    found: str | None = sync.scalar(sa.text("select version_num from alembic_version"))
    return found


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
    from alembic.config import Config

    config = Config(stdout=sys.stdout)  # of this moment: the default is that of the first import
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    return config
