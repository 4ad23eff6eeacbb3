"""Two ``web`` processes against one: what a second one on the same core adds to the cost of an answer.

The rounds of one and of two take turns, and each two are compared with the one beside them, because the
machine is faster in one second than in another. So are one and two bare aiohttp handlers, which share and
store nothing: they tell what the machine itself takes when two processes have one core, and the figure that
has a target is what we cost beyond that. Then answers come by a timetable, fewer than one process can bear,
as on the evening before a test is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from statistics import median
from typing import Final

from bench.figures import Figure
from bench.load import Job
from bench.processes import free_port, serving
from bench.rounds import Hall, Rounds, one_bot
from bench.wire import Deck

ROUNDS: Final = 7
ANSWERS: Final = 2_000  # a round
PEOPLE: Final = range(4_000, 10_000)  # whose papers are still long
RATES: Final = (800, 1_600)  # answers a second in all
SECONDS: Final = 1  # of a round by the timetable


@dataclass(frozen=True, slots=True)
class Way:
    """How one and two are asked: with how many connections in all, and how fast."""

    what: str
    connections: tuple[int, int]
    rate: float = 0

    @property
    def count(self) -> int:
        return int(self.rate * SECONDS) or ANSWERS


@dataclass(frozen=True, slots=True)
class Pair:
    """The rounds of one process and of two."""

    one: Rounds = field(default_factory=Rounds)
    two: Rounds = field(default_factory=Rounds)

    def turns(self, way: Way) -> Iterable[tuple[Rounds, int, int]]:
        """Where the next round belongs, how many processes it asks, and over how many connections."""
        return (self.one, 1, way.connections[0]), (self.two, 2, way.connections[1])

    @property
    def ratio(self) -> float:
        """What an answer costs two, of what it costs one: the median of rounds side by side."""
        return median(two / one for one, two in zip(self.one.micros, self.two.micros, strict=True))

    @property
    def each(self) -> str:
        return f"{median(self.one.micros):.0f} → {median(self.two.micros):.0f} µs each"


WAYS: Final = (
    Way("32 connections between them", (32, 32)),
    Way("32 connections each", (32, 64)),
    *(Way(f"{rate} a second in all", (64, 64), rate) for rate in RATES),
)


async def measure(name: str, hall: Hall) -> list[Figure]:
    """One and two ``web`` processes, started for this, with every paper already read by both."""
    figures: list[Figure] = []
    port = free_port()
    async with AsyncExitStack() as stack:
        second = serving(("-m", "bench.bare", str(port)), port, hall.folder / "bare.log")
        bares = [hall.bare, await stack.enter_async_context(second)]
        bots = [await stack.enter_async_context(one_bot(hall.folder, hall.url, "web")) for _ in range(2)]
        for bot in bots:
            await hall.ask(Rounds(), [bot], len(PEOPLE), 32, PEOPLE)
        for way in WAYS:
            pair, control = Pair(), Pair()
            for _ in range(ROUNDS):
                for rounds, some, connections in pair.turns(way):
                    await hall.ask(rounds, bots[:some], way.count, connections, PEOPLE, way.rate)
                for rounds, some, connections in control.turns(way):
                    requests = Deck(len(PEOPLE), Random(9)).deal(way.count)
                    job = Job([one.port for one in bares[:some]], connections, requests, rate=way.rate)
                    await rounds.round(job, bares[:some], hall.folder)
            figures += _figures(name, way, pair, control)
    return figures


def _figures(name: str, way: Way, pair: Pair, control: Pair) -> list[Figure]:
    what = f"two web processes, {way.what}"
    beyond = pair.ratio / max(control.ratio, 1)  # a lucky control makes no bad figure better
    speed = Figure(name, f"{what}: rate, of one", pair.two.rate / pair.one.rate, "x")
    return [
        Figure(name, f"two bare handlers, {way.what}: CPU, of one", control.ratio, "x", note=control.each),
        Figure(name, f"{what}: CPU, of one", pair.ratio, "x", note=pair.each),
        Figure(name, f"{what}: CPU, of one, beyond bare", beyond, "x", at_most=1.1),
        *([] if way.rate else [speed]),
        Figure(name, f"{what}: p99", pair.two.ms(0.99), "ms", note=f"one {pair.one.ms(0.99):.1f}"),
    ]
