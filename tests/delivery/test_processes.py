"""Real processes, really killed: nobody is left out, nobody is written to twice."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.delivery.tables import delivery, quota, shipment
from bot.duties.tables import occurrence
from bot.messages import Text, Urgency
from bot.people.tables import contact
from bot.simulator.stage import Stage, free_port, staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.delivery.crowd import ROOT, crowd

pytestmark = pytest.mark.slow
LATER = 300.0  # seconds: by the clock of who comes after, every lease is over


@dataclass
class Yard:
    """The platforms and the database; workers come and go."""

    stage: Stage
    database: str
    students: int
    offset: float
    running: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, role: str, later: float = 0.0, port: int = 0) -> asyncio.subprocess.Process:
        asked = {
            "role": role,
            "sim": self.stage.url,
            "bot": self.stage.bot_url,
            "database": self.database,
            "offset": self.offset + later,
            "students": self.students,
            "port": port,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.delivery.crowd", json.dumps(asked),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        self.running.append(process)
        assert process.stdout is not None
        while (line := await process.stdout.readline()) != b"ready\n":
            assert line, "the process did not start"
        return process

    async def scalar(self, statement: sa.Select[tuple[int]]) -> int:
        async with self.stage.bot.database.reading() as tx:
            return int(await tx.scalar(statement))

    async def until_all_left(self, seconds: float = 40.0) -> None:
        open_ = sa.select(sa.func.count()).where(delivery.c.state.in_(("due", "leased")))
        end = asyncio.get_running_loop().time() + seconds
        while await self.scalar(open_):
            assert asyncio.get_running_loop().time() < end, "not everything left"
            await asyncio.sleep(0.2)

    async def until_called(self, times: int) -> None:
        """The platform has answered so many calls of the app."""
        while len(self.stage.sim.cards.sent) < times:
            await asyncio.sleep(0.02)

    def bubbles(self, text: str) -> Counter[str]:
        """How often each student's phone shows the text."""
        phones = (p for k, p in self.stage.sim.phones.items() if "|member|s24" in k)
        return Counter({p.id: sum(text in b.seen for b in p.bubbles) for p in phones})


@asynccontextmanager
async def yard(url: str, students: int, at: str) -> AsyncIterator[Yard]:
    moment = datetime.fromisoformat(at)
    offset = (moment - datetime.now(UTC)).total_seconds()
    clock = Clock(offset=moment - datetime.now(UTC))
    async with staged(crowd(students), url, ROOT, clock) as stage:
        place = Yard(stage, url, students, offset)
        try:
            yield place
        finally:
            for process in place.running:
                if process.returncode is None:
                    process.kill()
                await process.wait()


async def test_kill_9_in_the_middle_of_a_fan_out(database_url: str) -> None:
    """Two thousand people in two hundred calls; the courier is shot after some of them, twice."""
    async with yard(database_url, 2000, "2026-10-12T09:12:00+08:00") as place:
        await fan_out(place, 200)
        for later, shot_after in ((0.0, 40), (LATER, 110)):
            courier = await place.start("courier", later)
            await place.until_called(shot_after)
            courier.kill()
            await courier.wait()
        await place.start("courier", 2 * LATER)
        await place.until_all_left()
        seen = place.bubbles("请看")
        assert Counter(seen.values()) == {1: 2000}
        states = sa.select(sa.func.count()).where(delivery.c.state == "sent")
        assert await place.scalar(states) == 2000


async def test_two_workers_and_two_web_processes(database_url: str) -> None:
    """One launch, one budget, every message once, whichever process does it; one worker is killed."""
    if database_url.startswith("sqlite"):
        pytest.skip("more than one process needs PostgreSQL")
    async with yard(database_url, 400, "2026-10-16T16:40:20+08:00") as place:
        await fan_out(place, 100)
        ports = [free_port("127.0.0.1") for _ in range(2)]
        first, *_ = await asyncio.gather(
            place.start("worker"), place.start("worker"),
            *(place.start("web", port=port) for port in ports),
        )  # fmt: skip
        await place.until_called(20)
        first.kill()
        await first.wait()
        await place.start("worker", LATER)
        await place.until_all_left()
        assert Counter(place.bubbles("请看").values()) == {1: 400}
        weekly = sa.select(sa.func.count()).where(occurrence.c.duty == "weekly-reminder")
        assert await place.scalar(weekly) == 1
        used = sa.select(sa.func.sum(quota.c.used)).where(quota.c.name.startswith("campus/app/"))
        carried = sa.select(sa.func.sum(shipment.c.size)).where(shipment.c.quota == "app")
        assert await place.scalar(used) == await place.scalar(carried)
        await says_to_both(place, ports)


async def says_to_both(place: Yard, ports: list[int]) -> None:
    """The same student at two web processes is one student."""
    (corp,) = place.stage.sim.world.corps
    student = place.stage.sim.phones[f"{corp.corp_id}|member|s2400000"]
    for port, words, answer in zip(ports, ("少发", "恢复"), ("其余不再发", "已恢复"), strict=True):
        corp.apps[0].callback_url = f"http://127.0.0.1:{port}/callback/campus"
        await student.says(words)
        student.hears(answer)


async def fan_out(place: Yard, calls: int) -> None:
    """A message to every student, in so many different wordings."""
    async with place.stage.bot.database.begin() as tx:
        work = Work(tx)
        found = await tx.rows(
            sa.select(contact.c.person_id, contact.c.address).where(contact.c.address.contains("|s24"))
        )
        for number, one in enumerate(found):
            work.outbox.queue(
                key=f"crowd/{one.person_id}", account="campus", address=one.address, person=one.person_id,
                content=Text(f"请看第{number % calls}条"), urgency=Urgency.SOLICITED,
                not_before=place.stage.clock(),
            )  # fmt: skip
