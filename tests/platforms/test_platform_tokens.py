"""One owner of a token: in a process, and among processes that share the row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.db import Database
from bot.errors import PlatformError, Verdict
from bot.platforms.http import Http
from bot.platforms.store import TokenStore
from bot.platforms.tokens import LEASE, AppSource, CorpSource, Source, Tokens

from .conftest import Clock, FakePlatform

GET = "/cgi-bin/gettoken"
STABLE = "/cgi-bin/stable_token"
Open = Callable[[], Awaitable[Database]]


def issued(value: str, seconds: int = 7200) -> dict[str, object]:
    return {"errcode": 0, "errmsg": "ok", "access_token": value, "expires_in": seconds}


async def tokens(open_database: Open, clock: Clock, http: Http) -> Tokens:
    sources: dict[str, Source] = {
        "campus": CorpSource(http, "ww1", "secret"),
        "public": AppSource(http, "wx1", "secret"),
    }
    return Tokens(await open_database(), clock, sources)


async def test_a_hundred_askers_make_one_call(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(GET, issued("T1"))
    mine = await tokens(open_database, clock, http)
    assert set(await asyncio.gather(*(mine.current("campus") for _ in range(100)))) == {"T1"}
    assert platform.asked(GET) == [({"corpid": "ww1", "corpsecret": "secret"}, b"")]


async def test_two_processes_share_one_row(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(GET, issued("T1"))
    one, two = await tokens(open_database, clock, http), await tokens(open_database, clock, http)
    assert await asyncio.gather(*(each.current("campus") for each in (one, two) * 5)) == ["T1"] * 10
    assert len(platform.asked(GET)) == 1


async def test_it_is_renewed_early_and_the_old_one_serves_while_the_platform_is_busy(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(GET, issued("T1"), {"errcode": -1, "errmsg": "busy"}, issued("T2"))
    mine = await tokens(open_database, clock, http)
    assert await mine.current("campus") == "T1"
    clock.passes(seconds=6400)
    assert await mine.current("campus") == "T1"
    clock.passes(seconds=210)  # 590 s before it ends
    assert await mine.current("campus") == "T1"
    assert await mine.current("campus") == "T2"


async def test_a_short_token_is_not_asked_for_at_every_call(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(STABLE, issued("T1", 400))
    mine = await tokens(open_database, clock, http)
    for _ in range(3):
        assert await mine.current("public") == "T1"
        clock.passes(seconds=61)
    assert len(platform.asked(STABLE)) == 1
    assert platform.asked(STABLE)[0][1]["force_refresh"] is False


async def test_a_rejected_token_is_first_looked_up_then_renewed_once(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(GET, issued("T1"), issued("T2"), issued("T3"))
    one, two = await tokens(open_database, clock, http), await tokens(open_database, clock, http)
    assert await one.current("campus") == await two.current("campus") == "T1"
    assert await one.replace("campus", "T1") == "T2"
    assert await two.replace("campus", "T1") == "T2"
    assert set(await asyncio.gather(*(each.replace("campus", "T1") for each in (one, two) * 5))) == {"T2"}
    assert len(platform.asked(GET)) == 2


async def test_a_stable_token_that_stays_rejected_is_forced_once(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(STABLE, issued("T1"), issued("T1"), issued("T2"))
    mine = await tokens(open_database, clock, http)
    assert await mine.current("public") == "T1"
    assert await mine.replace("public", "T1") == "T2"
    assert [body["force_refresh"] for _, body in platform.asked(STABLE)] == [False, False, True]


async def test_a_wrong_secret_stops_every_process_for_an_hour(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(GET, {"errcode": 40001, "errmsg": "invalid credential"}, issued("T1"))
    one, two = await tokens(open_database, clock, http), await tokens(open_database, clock, http)
    for each in (one, one, two, two):
        with pytest.raises(PlatformError) as caught:
            await each.current("campus")
        assert (caught.value.verdict, caught.value.code) == (Verdict.STOP, 40001)
    assert len(platform.asked(GET)) == 1
    clock.passes(minutes=61)
    assert await two.current("campus") == "T1"


async def test_a_mended_setting_is_tried_at_once_when_somebody_says_so(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(STABLE, {"errcode": 40164, "errmsg": "invalid ip 192.0.2.7"}, issued("T1"))
    mine = await tokens(open_database, clock, http)
    with pytest.raises(PlatformError, match="40164"):
        await mine.current("public")
    await mine.forgive("public")
    assert await mine.current("public") == "T1"


async def test_whoever_is_cancelled_gives_the_lease_back(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    asked = asyncio.Event()

    async def never(_request: object) -> None:
        asked.set()
        await asyncio.sleep(60)

    platform.answers_with(GET, never, issued("T1"))
    mine = await tokens(open_database, clock, http)
    dying = asyncio.create_task(mine.current("campus"))
    await asked.wait()
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    assert await mine.current("campus") == "T1"


async def test_the_lease_of_a_dead_process_runs_out(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    platform.answers_with(GET, issued("T1"))
    database = await open_database()
    async with database.begin() as tx:
        assert await TokenStore(tx).claim("campus", clock(), clock() + LEASE)
    mine = await tokens(open_database, clock, http)
    waiting = asyncio.create_task(mine.current("campus"))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    assert not platform.calls
    clock.passes(seconds=31)
    assert await waiting == "T1"


async def test_a_thousand_refused_calls_ask_a_busy_platform_once(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    """The token was taken back in the middle of a fan-out, and the platform gives no new one yet."""
    busy = {"errcode": -1, "errmsg": "busy"}
    platform.answers_with(GET, issued("T1"), *[busy] * 2000)
    mine = await tokens(open_database, clock, http)
    assert await mine.current("campus") == "T1"
    many = (mine.replace("campus", "T1") for _ in range(1000))
    said = await asyncio.gather(*many, return_exceptions=True)
    assert {(e.verdict, e.code) for e in said if isinstance(e, PlatformError)} == {(Verdict.WAIT, -1)}
    assert len(said) == 1000
    assert len(platform.asked(GET)) == 2


async def test_whoever_comes_later_does_not_besiege_a_busy_platform_either(
    open_database: Open, clock: Clock, http: Http, platform: FakePlatform
) -> None:
    """In its last ten minutes a token still serves: each call by itself would ask for the next one."""
    busy = {"errcode": -1, "errmsg": "busy"}
    platform.answers_with(GET, issued("T1"), *[busy] * 200)
    mine = await tokens(open_database, clock, http)
    assert await mine.current("campus") == "T1"
    clock.passes(seconds=6650)
    assert [await mine.current("campus") for _ in range(100)] == ["T1"] * 100
    assert len(platform.asked(GET)) == 3, "a second try at once, then none for half a minute"
    clock.passes(seconds=31)
    assert await mine.current("campus") == "T1"
    assert len(platform.asked(GET)) == 4
    clock.passes(seconds=600)
    for _ in range(50):
        with pytest.raises(PlatformError, match="busy"):
            await mine.current("campus")
    assert len(platform.asked(GET)) == 5
