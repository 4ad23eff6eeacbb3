"""Platforms and database in this process; workers and web servers beside it, which come, go and are shot."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from tempfile import TemporaryFile
from typing import IO, Any, Final

import sqlalchemy as sa

from bot.delivery.tables import delivery
from bot.messages import Text, Urgency
from bot.people.tables import contact
from bot.simulator.campus import CORP
from bot.simulator.ears import Speaker
from bot.simulator.phone import Phone
from bot.simulator.stage import Stage, staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.delivery.crowd import ROOT, crowd

LATER: Final = 300.0  # seconds: by the clock of who comes after, every lease is over
Process = asyncio.subprocess.Process


def seed(name: str) -> int:
    """Where a change is judged the moments are the same each time; at a desk chance goes on looking.

    A number in the environment under this name repeats a run that failed.
    """
    if given := os.environ.get(name):
        return int(given)
    return 20261016 if os.environ.get("CI") else Random().randrange(1_000_000)


@dataclass
class Yard:
    """The platforms and the database; workers come and go."""

    stage: Stage
    database: str
    students: int
    offset: float
    log: IO[bytes]
    running: list[Process] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """What the processes wrote into their logs, from warnings upwards."""
        self.log.seek(0)
        return self.log.read().decode().splitlines()

    async def start(self, role: str, later: float = 0.0, **more: Any) -> Process:
        """A process, once it is ready. ``die_at``: it shoots itself at this point (see ``crowd``)."""
        asked = {
            "role": role,
            "sim": self.stage.url,
            "bot": self.stage.bot_url,
            "database": self.database,
            "offset": self.offset + later,
            "students": self.students,
            **more,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.delivery.crowd", json.dumps(asked),
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=self.log,
        )  # fmt: skip
        self.running.append(process)
        assert process.stdout is not None
        while (line := await process.stdout.readline()) != b"ready\n":
            assert line, "the process did not start"
        return process

    async def rows(self, statement: sa.Select[Any]) -> Any:
        async with self.stage.bot.database.reading() as tx:
            return await tx.rows(statement)

    async def scalar(self, statement: sa.Select[tuple[int]]) -> int:
        async with self.stage.bot.database.reading() as tx:
            return int(await tx.scalar(statement) or 0)

    async def states(self) -> dict[str, int]:
        """How many messages are in each state."""
        counted = sa.select(delivery.c.state, sa.func.count()).group_by(delivery.c.state)
        return {row[0]: row[1] for row in await self.rows(counted)}

    async def until_all_left(self, seconds: float = 40.0) -> None:
        open_ = sa.select(sa.func.count()).where(delivery.c.state.in_(("due", "leased")))
        await until(lambda: self._none(open_), seconds, "not everything left")

    async def until_called(self, times: int) -> None:
        """The platform has answered so many calls of the app."""
        while len(self.stage.sim.cards.sent) < times:
            await asyncio.sleep(0.02)

    def member(self, userid: str) -> Speaker:
        return self.stage.sim.phone(CORP, "member", userid)

    async def together(self, ports: Sequence[int], *said: tuple[str, str]) -> None:
        """(who, words) all at the same instant, by turns to the web processes behind these ports."""
        (corp,) = self.stage.sim.world.corps
        speaking = []
        for number, (userid, words) in enumerate(said):
            corp.apps[0].callback_url = f"http://127.0.0.1:{ports[number % len(ports)]}/callback/campus"
            speaking.append(asyncio.create_task(self.member(userid).says(words)))
            await asyncio.sleep(0)  # the platform looks up the address now
        await asyncio.gather(*speaking)

    def students_phones(self) -> list[Phone]:
        return [p for k, p in self.stage.sim.phones.items() if "|member|s24" in k]

    def bubbles(self, text: str) -> Counter[str]:
        """How often each student's phone shows the text."""
        return Counter({p.id: sum(text in b.seen for b in p.bubbles) for p in self.students_phones()})

    async def shot(self, process: Process) -> None:
        """kill -9."""
        if process.returncode is None:
            process.kill()
        await process.wait()

    async def _none(self, statement: sa.Select[tuple[int]]) -> bool:
        return await self.scalar(statement) == 0


async def until(true: Any, seconds: float, complaint: str) -> None:
    """Look again and again, as often as a person would press a key."""
    end = asyncio.get_running_loop().time() + seconds
    while not await true():
        assert asyncio.get_running_loop().time() < end, complaint
        await asyncio.sleep(0.1)


@asynccontextmanager
async def yard(url: str, students: int, at: str, **more: Any) -> AsyncIterator[Yard]:
    """A college of so many students, at this moment; ``more`` goes to the crowd."""
    moment = datetime.fromisoformat(at)
    clock = Clock(offset=moment - datetime.now(UTC))
    with TemporaryFile() as log:
        async with staged(crowd(students, **more), url, ROOT, clock) as stage:
            place = Yard(stage, url, students, clock.offset.total_seconds(), log)
            try:
                yield place
            finally:
                for process in place.running:
                    await place.shot(process)


async def fan_out(place: Yard, calls: int, people: int | None = None) -> None:
    """A message to every student, or to so many of them, in so many different wordings."""
    async with place.stage.bot.database.begin() as tx:
        work = Work(tx)
        found = await tx.rows(
            sa.select(contact.c.person_id, contact.c.address)
            .where(contact.c.address.contains("|s24"))
            .order_by(contact.c.person_id)
            .limit(people)
        )
        for number, one in enumerate(found):
            work.outbox.queue(
                key=f"crowd/{one.person_id}", account="campus", address=one.address, person=one.person_id,
                content=Text(f"请看第{number % calls}条"), urgency=Urgency.SOLICITED,
                not_before=place.stage.clock() - timedelta(seconds=1),
            )  # fmt: skip
