"""Full quiz answers over HTTP to a real bot process, durable before the reply, against bare aiohttp.

Run with ``python -m bench callbacks``. Server and load have a core each; the rounds of the bare handler and
of the bot take turns, so that their ratio is what counts. Every answer is checked, and every row counted.
"""

from __future__ import annotations

import resource
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from bench import school
from bench.figures import Figure
from bench.load import Job, Outcome
from bench.processes import Child, free_port, serving
from bench.wire import Deck, WrongAnswer, check, opened, quantile, send
from bot.db import Database
from bot.delivery.tables import inbox
from bot.platforms.envelope import Envelope
from bot.quiz.tables import answer
from tests.postgres import Server

PEOPLE: Final = 10_000
TURNS: Final = 4_000  # people who answer in turn during the rounds; the burst is everybody
ANSWERS: Final = 5_000  # a round
ROUNDS: Final = 3
WARM_UP: Final = 1_000
BURST: Final = 10_000
REPEATED: Final = 1_000
CONNECTIONS: Final = (32, 256)
SHARE: Final = {"sqlite": 0.30, "postgresql": 0.25}
_FILES: Final = 25_000


@dataclass(slots=True)
class Rounds:
    """What one server did in its rounds."""

    rates: list[float] = field(default_factory=list)
    micros: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    async def round(self, job: Job, children: Sequence[Child], folder: Path) -> Outcome:
        before = sum(child.cpu() for child in children)
        outcome = await send(job, folder)
        spent = sum(child.cpu() for child in children) - before
        self.rates.append(len(job.requests) / outcome.seconds)
        self.micros.append(spent / len(job.requests) * 1e6)
        self.latencies += outcome.latencies
        return outcome

    @property
    def rate(self) -> float:
        return median(self.rates)

    def ms(self, share: float) -> float:
        return quantile(self.latencies, share) * 1000


@asynccontextmanager
async def one_bot(folder: Path, url: str, role: str) -> AsyncIterator[Child]:
    port = free_port()
    file = folder / f"settings-{port}.yaml"
    file.write_text(school.settings(url, port), encoding="utf-8")
    arguments = ("-m", "bot", "serve", "--role", role, "--port", str(port), "--settings", str(file))
    async with serving(arguments, port, folder / "bot.log") as child:
        yield child


@dataclass(slots=True)
class Hall:
    """One prepared database, the bare handler, the deck of answers, and what was counted so far."""

    folder: Path
    url: str
    database: Database
    bare: Child
    deck: Deck
    sent: int = 0

    @property
    def engine(self) -> str:
        return self.database.url.get_backend_name()

    async def ask(self, rounds: Rounds, bots: Sequence[Child], count: int, connections: int) -> None:
        job = Job([bot.port for bot in bots], connections, self.deck.deal(count, TURNS))
        check(await rounds.round(job, bots, self.folder))
        self.sent += count

    async def counted(self) -> None:
        """Each answer once, each callback once. Raises WrongAnswer."""
        rows = await school.count(self.database, (answer, inbox))
        if rows != {"answer": self.sent, "inbox": self.sent}:
            raise WrongAnswer(f"{self.sent} were sent, but {rows} are stored")


async def measure(folder: Path, url: str) -> list[Figure]:
    """All figures on one database engine."""
    database = Database(url)
    port = free_port()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await school.enrol(database, PEOPLE)
        await school.sit_down(database)
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
                job = Job([hall.bare.port], connections, Deck(TURNS, Random(8)).deal(ANSWERS))
                await bare.round(job, [hall.bare], hall.folder)
                await hall.ask(ours, [bot], ANSWERS, connections)
            figures += _figures(name, connections, ours, bare, hall.engine)
        await hall.counted()
        figures += await _burst(name, hall, bot)
        await _repeats(hall, bot)
        figures.append(Figure(name, "memory, after all that", bot.memory(), "MB"))
    if hall.engine == "postgresql":
        figures += await _two(name, hall, alone)
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


async def _two(name: str, hall: Hall, alone: Rounds) -> list[Figure]:
    """Two ``web`` processes against one database; the target is about CPU, since cores may be few.

    With the connections of one between them their groups are half as large; with as many each, as large.
    """
    shared, full = Rounds(), Rounds()
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(one_bot(hall.folder, hall.url, "web")) for _ in range(2)]
        await hall.ask(Rounds(), bots, WARM_UP, 32)
        for _ in range(ROUNDS):
            await hall.ask(shared, bots, ANSWERS, 32)
            await hall.ask(full, bots, ANSWERS, 64)
    figures = []
    for rounds, what in ((shared, "32 connections between them"), (full, "32 connections each")):
        ratio = median(rounds.micros) / median(alone.micros)
        note = f"{median(rounds.micros):.0f} µs each"
        figures += [
            Figure(name, f"two web processes, {what}: CPU, of one", ratio, "x", at_most=1.1, note=note),
            Figure(name, f"two web processes, {what}: rate, of one", rounds.rate / alone.rate, "x"),
        ]
    return figures


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
