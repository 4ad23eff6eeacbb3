"""What every command needs: the settings, the school, the database; errors as plain lines and exit codes.

Nothing heavy is imported before a command runs, so that ``--help`` is quick.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from bot.db import Database
    from bot.school import School
    from bot.settings import Settings

T = TypeVar("T")
SettingsFile = Annotated[
    Path, typer.Option("--settings", help="设置文件", envvar="BOT_SETTINGS", show_default=True)
]
DEFAULT_SETTINGS = Path("settings.yaml")


def existing(file: Path) -> Path:
    """For an argument: a file that is there. Wrong usage in Chinese otherwise."""
    if not file.is_file():
        raise typer.BadParameter(f"没有这个文件：{file}")
    return file


def base_of(settings_file: Path) -> Path:
    """Relative paths of the settings start where the settings file lies."""
    return settings_file.resolve().parent


def settings_of(settings_file: Path) -> Settings:
    from bot.loading import load_settings

    return load_settings(settings_file, os.environ)


@asynccontextmanager
async def connected(settings_file: Path) -> AsyncIterator[tuple[Settings, Database]]:
    """The migrated database alone, for work that needs no schedules, questions or materials."""
    from bot import migrate
    from bot.app import database_url
    from bot.db import Database

    settings = settings_of(settings_file)
    database = Database(database_url(settings.database, base_of(settings_file)))
    try:
        await migrate.upgrade(database)
        yield settings, database
    finally:
        await database.close()


@asynccontextmanager
async def opened(settings_file: Path) -> AsyncIterator[tuple[Database, School]]:
    """The migrated database and the school of a deployment."""
    from bot.loading import load_school

    school = load_school(settings_of(settings_file), base_of(settings_file))
    async with connected(settings_file) as (_, database):
        yield database, school


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command; what was refused goes to stderr, line by line, with exit code 1."""
    from bot import logs
    from bot.cli.store_trouble import trouble
    from bot.errors import BadFile, Refusal

    logs.configure("text", "warning")
    try:
        return asyncio.run(work)
    except BadFile as bad:
        for complaint in bad.complaints:
            print(complaint, file=sys.stderr)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
    except KeyboardInterrupt:
        pass
    except Exception as error:
        if (sentence := trouble(error)) is None:
            raise
        print(sentence, file=sys.stderr)
    raise typer.Exit(1)
