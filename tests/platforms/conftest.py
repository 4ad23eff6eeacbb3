"""The cast of the wire: one corp, one account, and a platform that answers on a local port."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.db import Database, metadata
from bot.platforms import tables
from bot.platforms.api import Api
from bot.platforms.errors import Platform
from bot.platforms.http import Http
from bot.platforms.tokens import AppSource, CorpSource, Source, Tokens
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.templates import Template
from bot.platforms.wecom.client import WecomClient

from .cast import APP, CORP, Open


@dataclass
class Clock:
    """A clock that only moves when it is told to."""

    now: datetime = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class FakePlatform:
    """Answers from a queue per path, the last answer again and again, and remembers what it was asked."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def answers_with(self, path: str, *answers: Any) -> None:
        self.answers[path] = list(answers)

    def asked(self, path: str) -> list[tuple[dict[str, str], Any]]:
        return [(query, body) for at, query, body in self.calls if at == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        data = await request.read()
        try:
            body: Any = json.loads(data)
        except ValueError:
            body = data
        self.calls.append((request.path, dict(request.query), body))
        queue = self.answers[request.path]
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if callable(answer):
            found: web.StreamResponse | Awaitable[web.StreamResponse] = answer(request)
            return await found if isinstance(found, Awaitable) else found
        return web.json_response(answer)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
async def http(platform: FakePlatform, session: aiohttp.ClientSession) -> AsyncIterator[Http]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", platform.handle)
    async with TestServer(app) as server:
        yield Http(session, str(server.make_url("")))


@pytest.fixture
async def open_database(database_url: str) -> AsyncIterator[Callable[[], Awaitable[Database]]]:
    """Each call is another process looking at the same database, on both engines."""
    opened: list[Database] = []

    async def open_() -> Database:
        database = Database(database_url)
        opened.append(database)
        async with database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all, tables=[tables.token], checkfirst=True)
        return database

    yield open_
    for database in opened:
        await database.close()


@pytest.fixture
async def tokens(open_database: Open, clock: Clock, http: Http, platform: FakePlatform) -> Tokens:
    for path in ("/cgi-bin/gettoken", "/cgi-bin/stable_token"):
        platform.answers_with(path, *({"access_token": f"T{at}", "expires_in": 7200} for at in (1, 2, 3)))
    sources: dict[str, Source] = {
        "campus": CorpSource(http, CORP, "secret"),
        "public": AppSource(http, APP, "secret"),
    }
    return Tokens(await open_database(), clock, sources)


@pytest.fixture
def corp_api(http: Http, tokens: Tokens) -> Api:
    return Api(http, tokens, Platform.WECOM, "campus")


@pytest.fixture
def account(http: Http, tokens: Tokens, clock: Clock) -> WechatClient:
    api = Api(http, tokens, Platform.WECHAT, "public")
    templates = {"notice": Template.of("TPL"), "subscribe": Template.of("SUB")}
    return WechatClient(api, APP, clock, service=True, verified=True, templates=templates)


@pytest.fixture
def app(corp_api: Api) -> WecomClient:
    return WecomClient(corp_api, CORP, 1000002)
