"""The pages served on a local port, over SQLite, with the platform's login answered by a pretended one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from random import Random

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import CollectorRegistry
from web_cast import NOW, Browser, Campus, Clock, platform, roster, school

import bot.migrate
from bot.db import Database
from bot.lines import connect
from bot.people.actions import corps_of, import_roster, preview_roster
from bot.web.pages import Pages
from bot.web.routes import add_routes


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(bot.migrate.METADATA.create_all)
    yield database
    await database.close()


@pytest.fixture
async def campus(database: Database, clock: Clock) -> Campus:
    return Campus(database, clock)


@pytest.fixture
async def pages(campus: Campus, clock: Clock) -> AsyncIterator[Pages]:
    async with TestServer(platform()) as theirs, aiohttp.ClientSession() as session:
        campus.school = school("http://127.0.0.1", str(theirs.make_url("")))
        lines = connect(tuple(campus.school.accounts), campus.database, session, clock, campus.school.name)
        yield Pages(
            campus.database,
            lambda: campus.school,
            clock,
            lines.logins,
            Random(7),
            registry=CollectorRegistry(),
        )


@pytest.fixture
async def server(pages: Pages, campus: Campus) -> AsyncIterator[TestServer]:
    app = web.Application()
    add_routes(app, pages)
    async with TestServer(app) as server:
        url, old = str(server.make_url("")).rstrip("/"), next(iter(campus.school.accounts))
        campus.school = school(url, old.api_base_url)
        corps = corps_of(campus.school.accounts.apps())
        async with campus.database.begin() as tx:
            preview = await preview_roster(tx, roster(), "花名册.csv", corps)
            await import_roster(tx, preview, corps, who=None, now=NOW)
        yield server


@pytest.fixture
async def browser(server: TestServer) -> AsyncIterator[Callable[[], Browser]]:
    opened: list[Browser] = []

    def new() -> Browser:
        opened.append(Browser(server))
        return opened[-1]

    yield new
    for one in opened:
        await one.client.session.close()


@pytest.fixture
def level(campus: Campus) -> Callable[[int], None]:
    """The school changes which signature a letter needs."""

    def set_(level: int) -> None:
        campus.school = replace(campus.school, letter_level=level)

    return set_
