"""Two people press the same button, two workers look at the same minute: it happens once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.delivery import actions
from bot.delivery.tables import delivery
from bot.duties.launch import launch
from bot.duties.occurrences import Planned
from bot.duties.rules import OccurrenceState
from bot.duties.tables import approval, occurrence, task
from bot.simulator.stage import free_port
from bot.work import Work
from tests.delivery.post import SEND
from tests.delivery.yard import Process, Yard, until, yard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
MONDAY = "2026-10-12T09:12:00+08:00"
ROUNDS = 6


@dataclass
class Doors:
    """The school, and the ports of its web processes: two on PostgreSQL, one on SQLite."""

    place: Yard
    ports: list[int]

    async def say(self, *said: tuple[str, str]) -> None:
        await self.place.together(self.ports, *said)

    async def state(self, id_: str) -> OccurrenceState:
        (row,) = await self.place.rows(sa.select(occurrence.c.state).where(occurrence.c.id == id_))
        return OccurrenceState(row.state)

    async def count(self, id_: str) -> int:
        """How many messages a campaign has."""
        mine = delivery.c.key.startswith(f"{id_}/", autoescape=True)
        return await self.place.scalar(sa.select(sa.func.count()).select_from(delivery).where(mine))

    async def person(self, code: str) -> int:
        async with self.place.stage.bot.database.reading() as tx:
            found = await Work(tx).people.by_code(code)
        assert found is not None
        return found.id


@pytest.fixture
async def doors(database_url: str) -> AsyncIterator[Doors]:
    async with yard(database_url, 0, MONDAY) as place:
        ports = [int(place.stage.bot_url.rpartition(":")[2])]
        if database_url.startswith("postgresql"):
            ports = [free_port("127.0.0.1") for _ in range(2)]
            await asyncio.gather(*(place.start("web", port=port) for port in ports))
        yield Doors(place, ports)
        assert place.complaints() == [], "\n".join(place.complaints())


async def test_two_say_yes_at_the_same_instant(doors: Doors) -> None:
    """One is enough, both mean it: it is sent once, and the second hears that it is settled."""
    bot, place = doors.place.stage.bot, doors.place
    duty = bot.school.plan.duties["monthly-bulletin"]
    author = await doors.person("T1003")
    for number in range(ROUNDS):
        now = place.stage.clock()
        planned = Planned(duty, now.replace(second=0, microsecond=0) - timedelta(minutes=number))
        async with bot.database.begin() as tx:
            assert await launch(Work(tx), bot.school, bot.school.default_pack, planned, now, asked_by=author)
        words = f"/approve {planned.id}"
        await doors.say(("wu", words), ("qin", words))
        heard = [place.member(who).since_i_acted[-1].seen for who in ("wu", "qin")]
        assert sorted("已通过" in text for text in heard) == [False, True], heard
        assert any("不能通过" in text for text in heard), heard
        assert await doors.state(planned.id) is OccurrenceState.OPEN
        assert await doors.count(planned.id) == 3


async def test_an_alert_needs_two_different_people(doors: Doors) -> None:
    """The same person twice at once is one; then both others at once, and one of them twice: sounded once."""
    bot, place = doors.place.stage.bot, doors.place
    async with bot.database.reading() as tx:
        author = await Work(tx).people.by_code("T1003")
    assert author is not None
    for number in range(ROUNDS):
        now = place.stage.clock() - timedelta(minutes=number)
        async with bot.database.begin() as tx:
            drafted = await actions.draft_alert(Work(tx), bot.school, "alert-police", "我市", author, now)
        assert drafted is not None
        id_ = drafted[0].id
        words = f"/approve {id_}"
        await doors.say(("wu", words), ("wu", words), ("chen", words))
        assert await doors.state(id_) is OccurrenceState.WAITING, "one person and the author"
        agreed = sa.select(sa.func.count()).where(approval.c.occurrence_id == id_)
        assert await place.scalar(agreed) == 1
        await doors.say(("qin", words), ("wu", words), ("qin", words))
        assert await doors.state(id_) is OccurrenceState.OPEN
        assert await place.scalar(agreed) == 2
        people = sa.select(sa.func.count(sa.distinct(task.c.person_id))).where(task.c.occurrence_id == id_)
        assert await doors.count(id_) == await place.scalar(people) - 1, "郑子安 has no channel"
    await place.stage.settle()
    lin = [b.seen for b in place.member("s2301001").bubbles if "我市近期" in b.seen]
    assert len(lin) == 1, "and at most one a day"


async def test_stopping_twice_is_stopping_once(doors: Doors) -> None:
    """停止 in two consoles at the same instant: one did it, the other is told to look again."""
    bot, place = doors.place.stage.bot, doors.place
    for number in range(ROUNDS):
        planned = Planned(
            bot.school.plan.duties["term-test"],
            place.stage.clock().replace(second=0, microsecond=0) - timedelta(minutes=number),
        )
        async with bot.database.begin() as tx:
            now = place.stage.clock()
            assert await launch(Work(tx), bot.school, bot.school.default_pack, planned, now)
        await place.stage.settle()
        pages = await asyncio.gather(*(press(doors, who, planned.id, "stop", n)
                                       for n, who in enumerate(("wu", "qin"))))  # fmt: skip
        assert sorted("页面放久了" in page for page in pages) == [False, True], pages
        assert await doors.state(planned.id) is OccurrenceState.STOPPED
    await place.stage.settle()
    recalls = [c.status for c in place.stage.sim.wire if c.path == "/cgi-bin/message/recall"]
    assert recalls == ["ok", "ok"], "two reached them this week, the others waited; each is taken back once"


async def press(doors: Doors, who: str, id_: str, act: str, number: int) -> str:
    """A button of the campaign's page in this person's own browser, at one of the processes."""
    phone, url = doors.place.member(who), f"http://127.0.0.1:{doors.ports[number % len(doors.ports)]}"
    page = await phone.visit(f"{doors.place.stage.bot_url}/console/login")
    if "oauth" in page.text:
        (link,) = re.findall(r'href="([^"]+/oauth/campus[^"]*)"', page.text)
        await phone.visit(link.replace("&amp;", "&"))
    page = await phone.visit(f"{doors.place.stage.bot_url}/console/campaign?id={id_}")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token, page.text
    form = {"csrf": token[1], "id": id_, "act": act}
    return (await phone.visit(f"{url}/console/campaign", form)).text


async def test_two_press_send_in_the_same_minute(doors: Doors) -> None:
    place = doors.place
    await until(lambda: _early_in_a_minute(place), 20, "no minute begins")
    words = "/push term-test 发送"
    await doors.say(("wu", words), ("qin", words), ("wu", words))
    heard = [b.seen for who in ("wu", "qin") for b in place.member(who).bubbles if not b.mine]
    assert sorted("马上发出" in text for text in heard) == [False, False, True], heard
    await asyncio.gather(place.stage.bot.tick(), place.stage.bot.tick())
    await place.stage.settle()
    assert await place.scalar(sa.select(sa.func.count()).where(occurrence.c.duty == "term-test")) == 1
    tests = [b for b in place.member("s2301001").bubbles if "学期测试" in b.seen]
    assert len(tests) == 1


async def _early_in_a_minute(place: Yard) -> bool:
    return place.stage.clock().second < 50


async def test_two_workers_remind_at_the_same_instant(database_url: str) -> None:
    """Each reminder once, the line to the teacher once, whoever was first."""
    async with yard(database_url, 0, MONDAY) as place:
        bot, start = place.stage.bot, place.stage.clock().replace(microsecond=0)
        planned = Planned(bot.school.plan.duties["term-test"], start.replace(second=0))
        async with bot.database.begin() as tx:
            assert await launch(Work(tx), bot.school, bot.school.default_pack, planned, start)
        tickers = [await place.start("ticker") for _ in range(2)]
        for day in range(25):
            await asyncio.gather(*(ticks(one, start + timedelta(days=day, seconds=7)) for one in tickers))
            place.stage.clock.turn_to(start + timedelta(days=day, seconds=9))
            await place.stage.settle()
        rows = await place.rows(sa.select(delivery.c.key, delivery.c.person_id, delivery.c.occurrence_id))
        mine = [row.key for row in rows if row.occurrence_id == planned.id]
        assert sum(key.startswith("nudge/") for key in mine) == 4, "two people, two reminders each"
        assert sum(key.startswith(f"teacher/{planned.id}/") for key in mine) == 1
        for code, who in (("2301001", "s2301001"), ("2301002", "s2301002")):
            async with bot.database.reading() as tx:
                person = await Work(tx).people.by_code(code)
            assert person is not None
            nudges = [r for r in rows if r.key.startswith("nudge/") and r.person_id == person.id]
            heard = [b.seen for b in place.member(who).bubbles if "提醒一下" in b.seen]
            assert len(heard) == len(nudges) >= 2, "and those of the other campaigns of these weeks"
        duties = sa.select(occurrence.c.id, sa.func.count()).group_by(occurrence.c.id)
        assert {row[1] for row in await place.rows(duties)} == {1}
        calls = [c.status for c in place.stage.sim.wire if c.path == SEND]
        assert set(calls) == {"ok"}


async def ticks(process: Process, at: datetime) -> int:
    """This worker looks at this moment; how much it launched."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{at.isoformat()}\n".encode())
    await process.stdin.drain()
    return int(await asyncio.wait_for(process.stdout.readline(), 30))
