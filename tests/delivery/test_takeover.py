"""What takes its time: a lease runs out by the real clock, and a database is away for half a minute."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

import pytest
import sqlalchemy as sa

from bot.delivery.rules import LEASE
from bot.delivery.tables import shipment
from bot.simulator.stage import free_port
from tests.delivery.crowd import crowd
from tests.delivery.house import House, asked, written
from tests.delivery.post import SEND
from tests.delivery.yard import Yard, fan_out, until, yard
from tests.postgres import Cluster, Server, found_binaries, own_cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
MONDAY = "2026-10-12T09:12:00+08:00"
GONE = 30.0  # seconds without a database


async def test_a_lease_is_waited_for_by_the_real_clock(postgres: Server | None, tmp_path: Path) -> None:
    """No clock is put forward: for two minutes the heir leaves alone what the dead one held."""
    async with AsyncExitStack() as stack:
        urls = [f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"]
        if postgres is not None:
            urls.append(await stack.enter_async_context(postgres.database()))
        places = [await stack.enter_async_context(yard(url, 400, MONDAY)) for url in urls]
        await asyncio.gather(*(waits_its_time(place) for place in places))


async def waits_its_time(place: Yard) -> None:
    await fan_out(place, 40)
    place.stage.sim.faults.drop(SEND, times=3)
    place.stage.sim.faults.spare(SEND, times=9)
    place.stage.sim.faults.hang(SEND, times=50)
    first = await place.start("courier")
    await place.until_called(12)
    await asyncio.sleep(0.5)
    await place.shot(first)
    place.stage.sim.faults.heal()
    held = sa.select(sa.func.min(shipment.c.lease_until)).where(shipment.c.state == "sending")
    over, shown = (await place.rows(held))[0][0], seen(place)
    assert shown < 400
    left = over - place.stage.clock()
    assert LEASE - timedelta(seconds=30) < left <= LEASE, "it was fixed just now"
    await place.start("courier")
    while place.stage.clock() < over - timedelta(seconds=1):
        assert seen(place) == shown, "before its time nobody touches it"
        await asyncio.sleep(0.5)
    await place.until_all_left(40)
    assert place.stage.clock() - over < timedelta(seconds=40)
    assert Counter(place.bubbles("请看").values()) == {1: 400}
    assert await place.states() == {"sent": 400}


def seen(place: Yard) -> int:
    return sum(place.bubbles("请看").values())


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    """A server of our own, because it will be stopped."""
    binaries = found_binaries()
    if binaries is None:
        pytest.skip("stopping a server needs pg_ctl on this machine")
    with own_cluster(binaries) as own:
        yield own


@pytest.mark.postgresql
async def test_the_database_is_away_for_half_a_minute(cluster: Cluster, tmp_path: Path) -> None:
    """Under a web process and a worker at work: both stay, say so, and go on by themselves."""
    now = datetime.now(UTC).isoformat()
    async with cluster.server.database() as database, yard(database, 400, now) as place:
        place.stage.clock.offset = timedelta()
        port = free_port("127.0.0.1")
        with TemporaryFile() as log:
            settings = crowd(400).settings(place.stage.url, place.stage.bot_url, database)
            house = House(written(settings, tmp_path), log)
            try:
                await house.start("web", port)
                await goes_and_comes_back(place, house, cluster, port)
                assert not [line for line in house.lines() if "请看" in line], "nobody's words in the log"
            finally:
                await house.close()


async def goes_and_comes_back(place: Yard, house: House, cluster: Cluster, port: int) -> None:
    (corp,) = place.stage.sim.world.corps
    corp.apps[0].callback_url = f"http://127.0.0.1:{port}/callback/campus"
    student, loop = place.member("s2400000"), asyncio.get_running_loop()
    await fan_out(place, 80)
    await house.start("worker")
    await place.until_called(10)
    await asyncio.to_thread(cluster.stop)
    gone = loop.time()
    told = []
    while loop.time() - gone < GONE:
        before = loop.time()
        told.append(await asked(f"http://127.0.0.1:{port}/readyz"))
        assert (await asked(f"http://127.0.0.1:{port}/healthz"))[0] == 200
        await student.say("帮助")
        assert loop.time() - before < 10, "said at once, not after a long wait"
        await asyncio.sleep(2)
    assert {status for status, _ in told} == {503}, told
    assert all('"database": false' in text for _, text in told)
    assert student.failures
    await asyncio.to_thread(cluster.start)
    await place.stage.bot.database.engine.dispose()
    await until(lambda: house.ready(port), 15, "/readyz did not recover")
    await student.says("帮助")
    student.hears("答题")
    assert {process.returncode for process in house.running.values()} == {None}, "nobody had to be restarted"
    await place.until_all_left(150)
    assert Counter(place.bubbles("请看").values()) == {1: 400}
    assert (await place.states()).keys() == {"sent"}
    open_ = sa.select(sa.func.count()).select_from(shipment).where(shipment.c.state != "done")
    assert await place.scalar(open_) == 0
    repeated = sum(crossing.path == SEND for crossing in place.stage.sim.wire)
    assert repeated == 80, "whoever had an answer kept it until it could be written down"
