"""The shipped nginx file really loaded, two ``serve --role web`` behind it, restarted one after the other."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

import aiohttp
import pytest
import sqlalchemy as sa

from bot.delivery.tables import inbox
from bot.simulator.cast import to_csv
from bot.simulator.stage import free_port
from tests.delivery.house import (
    NGINX,
    House,
    asked,
    complaints_of_nginx,
    front,
    self_signed,
    shipped,
    written,
)
from tests.delivery.post import CAMPUS
from tests.delivery.yard import Yard, yard
from tests.postgres import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.postgresql,
    pytest.mark.skipif(not NGINX, reason="nginx is not installed here: apt-get install nginx-light"),
]


@dataclass
class Street:
    """The house behind its front: ``url`` is what the world sees."""

    place: Yard
    house: House
    ports: list[int]
    url: str
    http: int
    folder: Path
    trust: ssl.SSLContext

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        return await asked(self.url + path, self.trust, **headers)


@pytest.fixture(scope="module")
async def street(
    postgres: Server | None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Street]:
    tmp_path = tmp_path_factory.mktemp("street")
    if postgres is None:
        pytest.skip("two processes need PostgreSQL, and no server was found")
    trust, ports = self_signed(tmp_path), [free_port("127.0.0.1") for _ in range(4)]
    url = f"https://127.0.0.1:{ports[3]}"
    async with postgres.database() as database, yard(database, 0, datetime.now(UTC).isoformat()) as place:
        place.stage.clock.offset *= 0
        place.stage.sim.callbacks.trust = trust
        await place.stage.sim.callbacks.close()
        with TemporaryFile() as log:
            settings = CAMPUS.settings(place.stage.url, url, database)
            house = House(written(settings, tmp_path), log)
            try:
                await asyncio.gather(*(house.start("web", port) for port in ports[:2]))
                async with front(shipped(tmp_path, ports[:2], ports[2], ports[3])):
                    (corp,) = place.stage.sim.world.corps
                    corp.apps[0].callback_url = f"{url}/callback/campus"
                    yield Street(place, house, ports[:2], url, ports[2], tmp_path, trust)
            finally:
                await house.close()


async def test_a_rolling_restart_loses_no_callback(street: Street) -> None:
    """Twice round; the next process is stopped the moment the first is ready. The platform goes on asking."""
    speakers = [street.place.member(who) for who in ("s2301001", "s2301002", "su", "chen", "wu", "qin")]
    going, longest, said, loop = True, 0.0, 0, asyncio.get_running_loop()

    async def speaks(number: int) -> None:
        nonlocal longest, said
        while going:
            before, bubbles = loop.time(), len(speakers[number].bubbles)
            await speakers[number].says("帮助")
            longest, said = max(longest, loop.time() - before), said + 1
            assert len(speakers[number].bubbles) == bubbles + 2, "one question, one answer"
            await asyncio.sleep(0.03)

    before = await street.place.scalar(sa.select(sa.func.count()).select_from(inbox))
    talking = [asyncio.create_task(speaks(number)) for number in range(len(speakers))]
    took = []
    for port in (*street.ports, *street.ports):
        await asyncio.sleep(0.5)
        took.append(await street.house.stop(port))
        await street.house.start("web", port)
    going = False
    await asyncio.gather(*talking)
    assert [failure for speaker in speakers for failure in speaker.failures] == []
    assert said > 100
    assert longest < 5, "every callback within the platform's patience"
    assert max(took) < 10, "and nobody had to be killed"
    counted = await street.place.scalar(sa.select(sa.func.count()).select_from(inbox)) - before
    assert counted == said, "each once"
    wire = [c for c in street.place.stage.sim.wire if c.direction == "out"]
    assert {c.status for c in wire} == {"ok"}, "nginx hands over at once; the platform never had to try again"
    assert not [line for line in street.house.lines() if "Traceback" in line or '"error"' in line]


async def test_what_the_front_lets_through(street: Street) -> None:
    assert complaints_of_nginx(street.folder / "nginx.conf") == ""
    moved = await asked(f"http://127.0.0.1:{street.http}/a/x")
    assert moved[0] == 301
    for path in ("/metrics", "/readyz"):
        assert (await street.get(path))[0] == 403, "for the machines of the school only"
        assert (await asked(f"http://127.0.0.1:{street.ports[0]}{path}"))[0] == 200
    assert (await street.get("/healthz"))[0] == 200
    assert (await street.get("/WW_verify_abc123.txt"))[0] == 404
    (street.folder / "www" / "WW_verify_abc123.txt").write_text("abc123")
    assert await street.get("/WW_verify_abc123.txt") == (200, "abc123")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=street.trust)) as session:
        for path, size in (("/callback/campus", 300 << 10), ("/console/roster", 21 << 20)):
            async with session.post(street.url + path, data=BytesIO(b"x" * size)) as answer:
                assert answer.status == 413, path
    log = (street.folder / "kedaibiao.log").read_text()
    assert "GET 403" in log
    assert "verify" not in log, "no addresses"


async def test_the_address_of_a_client_is_not_its_own_to_choose(street: Street) -> None:
    """Thirty codes a minute from one address, whatever X-Forwarded-For it brings along."""
    first = street.ports[0]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=street.trust)) as session:

        async def tries(url: str, number: int) -> int:
            forged = {"X-Forwarded-For": f"192.0.2.{number}"}
            async with session.get(f"{url}/verify/AAAA{number:04}", headers=forged) as answer:
                return answer.status

        behind = [await tries(street.url, number) for number in range(70)]
        beside = [await tries(f"http://127.0.0.1:{first}", number) for number in range(40)]
    assert behind[-1] == 429, behind
    assert 429 not in beside, "a proxy on this machine is believed"


async def test_a_roster_goes_through_the_front(street: Street) -> None:
    """The console over https: one-time link, cookie, a file of a thousand rows, its preview."""
    wu = street.place.member("wu")
    await wu.says("花名册")
    link = wu.received("一次").link("上传花名册")
    assert link is not None
    assert link.href.startswith(street.url), "links lead to the public address"
    jar = aiohttp.CookieJar(unsafe=True)
    https = aiohttp.TCPConnector(ssl=street.trust)
    async with aiohttp.ClientSession(connector=https, cookie_jar=jar) as session:
        async with session.get(link.href) as answer:
            text = await answer.text()
        async with session.post(link.href, data={"csrf": token_in(text)}) as answer:
            text = await answer.text()
            assert answer.url.path == "/console/roster"
        assert {c["secure"] for c in jar} == {True}
        new = [CAMPUS.rows[0] | {"编号": f"24{n:05}", "企业微信账号": ""} for n in range(1000)]
        form = aiohttp.FormData({"csrf": token_in(text)})
        form.add_field("file", to_csv([*CAMPUS.rows, *new]), filename="roster.csv")
        async with session.post(f"{street.url}/console/roster", data=form) as answer:
            seen = await answer.text()
            assert answer.status == 200
    assert "1000" in seen.replace(",", "")


def token_in(text: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found, text
    return found[1]
