"""A message to everybody: tasks, deliveries, claims, calls of 1,000 members, settled.

Run with ``python -m bench fanout [--full]``.

The platform is a process of its own on the loopback that takes everything. The clock stands still at ten in
the morning of a school day, so that no quiet hour is in the way.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Final

import sqlalchemy as sa

from bench import school
from bench.figures import Figure
from bench.processes import ROOT, Child, cores, free_port, memory, serving
from bench.wire import WrongAnswer
from bot.app import Bot, built
from bot.db import Database
from bot.delivery.actions_forecast import outlook
from bot.delivery.tables import delivery
from bot.duties.rules import Occurrence
from bot.loading import load_settings
from bot.messages import Notice, Realm, Text, Urgency
from bot.work import Work
from tests.postgres import Server

USUAL: Final = 200_000
FULL: Final = 1_000_000
PERSONAL_OF: Final = 50  # one personal message for so many people: 20,000 for a million
WORKERS: Final = (1, 2, 4)
_PATIENCE: Final = 240  # seconds for the usual number of people; then it has failed
TEN: Final = datetime.fromisoformat("2026-10-14T10:00+08:00")
_WAVE: Final = timedelta(minutes=20)  # a large fan-out is spread over a quarter of an hour
_NOTE: Final = Notice("国庆前的提醒", "陌生来电要你共享屏幕，先挂断，再打学校值班电话。", "http://127.0.0.1/a/abc123")


@dataclass(slots=True)
class Hands:
    """A clock that stands where it is put."""

    now: datetime = TEN

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def prepared(folder: Path, url: str, people: int) -> AsyncIterator[tuple[Bot, Hands, Child]]:
    """A school of ``people``, its bot in this process, and the platform beside it."""
    port, hands = free_port(), Hands()
    database = Database(url)
    try:
        await school.enrol(database, people)
    finally:
        await database.close()
    file = folder / "settings.yaml"
    file.write_text(school.settings(url, free_port(), f"http://127.0.0.1:{port}"), encoding="utf-8")
    async with AsyncExitStack() as stack:
        arguments = ("-m", "bench.fake", str(port))
        fake = await stack.enter_async_context(
            serving(arguments, port, folder / "fake.log", "/counts", cores()[1])
        )
        bot = await stack.enter_async_context(built(load_settings(file), ROOT, clock=hands, rng=Random(3)))
        yield bot, hands, fake


async def measure(folder: Path, url: str, people: int) -> list[Figure]:
    async with prepared(folder, url, people) as (bot, hands, fake):
        name = f"fan-out, {bot.database.url.get_backend_name()}"
        figures = [await _preview(name, bot, people)]
        before = memory()
        occurrence, created = await _create(bot, people)
        hands.now += _WAVE
        gc.collect()
        gc.freeze()  # as a process that serves does
        begun = perf_counter()
        await bot.courier.drain()
        sent = perf_counter() - begun
        after = memory()
        calls = await _all_sent(bot, fake, people)
        million = (created + sent) * FULL / people
        note = f"{calls:,} calls"
        figures += [
            Figure(name, f"{people:,} tasks and deliveries created", created, "s"),
            Figure(name, f"{people:,} claimed, sent in thousands, settled", sent, "s", note=note),
            Figure(name, "both, for a million", million, "s", at_most=10, note=f"{people:,} measured"),
            Figure(name, "memory grown meanwhile", after - before, "MB", note=f"from {before:.0f}"),
            await _personal(name, bot, hands, people // PERSONAL_OF),
        ]
        if not bot.database.is_sqlite:
            figures += [await _claims(name, bot, occurrence, count) for count in WORKERS]
        return figures


async def _preview(name: str, bot: Bot, people: int) -> Figure:
    """What /push asks before it sends."""
    plan = bot.school.plan
    begun = perf_counter()
    async with bot.database.reading() as tx:
        duty = plan.duties["weekly-reminder"]
        seen = await outlook(Work(tx), bot.school, bot.school.default_pack, duty, TEN)
        found = await seen.at(TEN)
    if found.people != people or sum(draw.people for draw in found.draws) != people:
        raise WrongAnswer(f"the preview counts {found.kinds} by {found.draws}")
    return Figure(name, f"/push preview, {people:,} people", (perf_counter() - begun) * 1000, "ms")


async def _create(bot: Bot, people: int) -> tuple[Occurrence, float]:
    occurrence = school.campaign(bot.school.plan, "weekly-reminder", TEN)
    begun = perf_counter()
    async with bot.database.begin() as tx:
        work = Work(tx)
        given = await school.give(work, bot.school.plan, occurrence, TEN)
        queued = await work.outbox.fan_out(
            occurrence=occurrence.id,
            account=school.ACCOUNT,
            realms=[Realm.MEMBER],
            content=_NOTE,
            not_before=TEN,
            digest=False,
            only_in_window=False,
            now=TEN,
        )
        await work.launches.look_again()
    if (given, queued) != (people, people):
        raise WrongAnswer(f"{given} tasks and {queued} deliveries for {people} people")
    return occurrence, perf_counter() - begun


async def _all_sent(bot: Bot, fake: Child, people: int) -> int:
    """Everybody once, here and at the platform; how many calls that took. Raises WrongAnswer."""
    async with bot.database.reading() as tx:
        counting = sa.select(delivery.c.state, sa.func.count().label("messages"))
        rows = await tx.rows(counting.group_by(delivery.c.state))
    states = {row.state: row.messages for row in rows}
    taken = await asyncio.to_thread(_counts, fake.port)
    if states != {"sent": people} or taken["recipients"] != people:
        raise WrongAnswer(f"{states} here, {taken} there, {people} people")
    return taken["calls"]


def _counts(port: int) -> dict[str, int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts", timeout=10) as answer:
        found: dict[str, int] = json.load(answer)
    return found


async def _personal(name: str, bot: Bot, hands: Hands, messages: int) -> Figure:
    """Each message its own, as answers to people are."""
    async with bot.database.begin() as tx:
        outbox = Work(tx).outbox
        for number in range(1, messages + 1):
            outbox.queue(
                key=f"personal/{number}",
                account=school.ACCOUNT,
                address=school.address(number),
                person=number,
                content=Text(f"第{number}号，您的回执已生成。"),
                urgency=Urgency.SOLICITED,
                not_before=hands.now,
            )
    begun = perf_counter()
    await bot.courier.drain()
    seconds = perf_counter() - begun
    async with bot.database.reading() as tx:
        sent = await tx.scalar(
            sa.select(sa.func.count())
            .select_from(delivery)
            .where(delivery.c.state == "sent", delivery.c.key.startswith("personal/"))
        )
    if sent != messages:
        raise WrongAnswer(f"{sent} of {messages} personal messages were sent")
    return Figure(name, f"{messages:,} personal messages, one call each", messages / seconds, "/s")


async def _claims(name: str, bot: Bot, occurrence: Occurrence, workers: int) -> Figure:
    """All deliveries due again, taken by several processes at once; each row goes to one of them."""
    async with bot.database.begin() as tx:
        mine = delivery.c.occurrence_id == occurrence.id
        count = await tx.execute(
            sa.update(delivery).where(mine).values(state="due", not_before=TEN, shipment_id=None)
        )
    async with bot.database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("VACUUM ANALYZE delivery"))
    url = bot.database.url.render_as_string(hide_password=False)
    pipe = asyncio.subprocess.PIPE
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.claims", url, TEN.isoformat(), cwd=ROOT, stdin=pipe, stdout=pipe
        )
        for _ in range(workers)
    ]
    for one in started:
        assert one.stdout is not None
        await one.stdout.readline()
    begun = perf_counter()
    answers = await asyncio.gather(*(one.communicate(b"\n") for one in started))
    seconds = perf_counter() - begun
    handled = [int(answer) for answer, _ in answers]
    if sum(handled) != count:
        raise WrongAnswer(f"{count} rows were due, the workers handled {handled}")
    least = 20_000 if workers == 1 else None
    return Figure(name, f"claim and settle, {workers} workers", count / seconds, "/s", at_least=least)


async def collect(server: Server | None, people: int, found: list[Figure]) -> None:
    """Adds to ``found`` engine by engine, so that what one found outlives the failure of the next."""
    with tempfile.TemporaryDirectory(prefix="kdb-bench-") as name:
        folder = Path(name)
        found += await measure(folder, f"sqlite+aiosqlite:///{folder / 'bot.db'}", people)
        if server is not None:
            async with server.database() as url, asyncio.timeout(_PATIENCE * people / USUAL):
                found += await measure(folder, url, people)
