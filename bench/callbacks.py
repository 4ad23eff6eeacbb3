"""Full quiz answers over HTTP to a real bot process, durable before the reply, against bare aiohttp.

Run with ``python -m bench callbacks``. The server has one core, load and PostgreSQL the others; the rounds of
the bare handler and of the bot take turns, so that their ratio is what counts. Every answer is checked, and
every row counted.
"""

from __future__ import annotations

import resource
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from bench import pairs, school
from bench.figures import Figure
from bench.load import Job
from bench.postgres import keep_to
from bench.processes import Child, cores, free_port, serving
from bench.rounds import ANSWERS, Hall, Rounds, one_bot
from bench.wire import Deck, WrongAnswer, check, opened, send
from bot.db import Database
from bot.platforms.envelope import Envelope
from tests.postgres import Server

PEOPLE: Final = 10_000
ROUNDS: Final = 3
WARM_UP: Final = 1_000
BURST: Final = 10_000
REPEATED: Final = 1_000
CONNECTIONS: Final = (32, 256)
SHARE: Final = {"sqlite": 0.30, "postgresql": 0.25}
_FILES: Final = 25_000


async def measure(folder: Path, url: str) -> list[Figure]:
    """All figures on one database engine."""
    database = Database(url)
    port = free_port()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await school.enrol(database, PEOPLE)
        await school.sit_down(database)
        if not database.is_sqlite:
            await keep_to(cores()[1], database)
        bare = await stack.enter_async_context(
            serving(("-m", "bench.bare", str(port)), port, folder / "bare.log")
        )
        hall = Hall(folder, url, database, bare, Deck(PEOPLE, Random(7)))
        return await _measured(hall)


async def _measured(hall: Hall) -> list[Figure]:
    name = f"callbacks, {hall.engine}"
    figures: list[Figure] = []
    role = "all" if hall.engine == "sqlite" else "web"
    alone = Rounds()
    async with one_bot(hall.folder, hall.url, role) as bot:
        figures.append(Figure(name, "start to ready", bot.started_in, "s", at_most=3))
        figures.append(Figure(name, "memory, idle", bot.memory(), "MB", at_most=120))
        await hall.ask(Rounds(), [bot], WARM_UP, 32)
        for connections in CONNECTIONS:
            ours, bare = (alone if connections == 32 else Rounds()), Rounds()
            for _ in range(ROUNDS):
                job = Job([hall.bare.port], connections, Deck(PEOPLE, Random(8)).deal(ANSWERS))
                await bare.round(job, [hall.bare], hall.folder)
                await hall.ask(ours, [bot], ANSWERS, connections)
            figures += _figures(name, connections, ours, bare, hall.engine)
        await hall.counted()
        figures += await _burst(name, hall, bot)
        await _repeats(hall, bot)
        figures.append(Figure(name, "memory, after all that", bot.memory(), "MB"))
    if hall.engine == "postgresql":
        figures += await pairs.measure(name, hall)
    await hall.counted()
    return figures


def _figures(name: str, connections: int, ours: Rounds, bare: Rounds, engine: str) -> list[Figure]:
    at = f"{connections} connections"
    most = 100 if connections > 32 else None
    least = SHARE[engine] if connections == 32 else None
    return [
        Figure(name, f"bare aiohttp, {at}", bare.rate, "/s", note=_each(bare)),
        Figure(name, f"durable answers, {at}", ours.rate, "/s", note=_each(ours)),
        Figure(name, f"share of bare, {at}", ours.rate / bare.rate, "", at_least=least),
        Figure(name, f"p50, {at}", ours.ms(0.5), "ms", note=f"bare {bare.ms(0.5):.1f}"),
        Figure(name, f"p99, {at}", ours.ms(0.99), "ms", at_most=most, note=f"bare {bare.ms(0.99):.1f}"),
    ]


def _each(rounds: Rounds) -> str:
    return f"{median(rounds.micros):.0f} µs CPU each"


async def _burst(name: str, hall: Hall, bot: Child) -> list[Figure]:
    """Everybody at one instant, each on a connection of their own; the platform waits five seconds."""
    bare, ours = Rounds(), Rounds()
    requests = hall.deck.deal(BURST)
    await bare.round(Job([hall.bare.port], BURST, requests, at_once=True), [hall.bare], hall.folder)
    check(await ours.round(Job([bot.port], BURST, requests, at_once=True), [bot], hall.folder))
    hall.sent += BURST
    await hall.counted()
    what = f"burst of {BURST:,}"
    note = f"bare {bare.ms(1) / 1000:.2f}"
    return [
        Figure(name, f"{what}: the last answer", ours.ms(1) / 1000, "s", at_most=5, note=note),
        Figure(name, f"{what}: p99", ours.ms(0.99) / 1000, "s", at_most=5),
    ]


async def _repeats(hall: Hall, bot: Child) -> None:
    """Each callback three times, twice of them at one instant: one row, one reply. Raises WrongAnswer."""
    fresh = hall.deck.deal(REPEATED)
    twice = [one for request in fresh for one in (request, request)]
    outcome = await send(Job([bot.port], 64, twice), hall.folder)
    again = await send(Job([bot.port], 64, fresh), hall.folder)
    hall.sent += REPEATED
    check(outcome)
    check(again)
    envelope = Envelope(school.TOKEN, school.KEY, school.CORP)
    for number, body in enumerate(again.bodies):
        texts = {_said(opened(envelope, one)) for one in (body, *outcome.bodies[2 * number : 2 * number + 2])}
        if len(texts) != 1:
            raise WrongAnswer("a repeated callback was answered differently")
    await hall.counted()


def _said(xml: str) -> str:
    """The reply without its time, which is that of the sending."""
    return xml.partition("<MsgType>")[2]


async def collect(server: Server | None, found: list[Figure]) -> None:
    """Adds to ``found`` engine by engine, so that what one found outlives the failure of the next."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard), hard))
    with tempfile.TemporaryDirectory(prefix="kdb-bench-") as name:
        folder = Path(name)
        found += await measure(folder, f"sqlite+aiosqlite:///{folder / 'bot.db'}")
        if server is not None:
            async with server.database() as url:
                found += await measure(folder, url)
