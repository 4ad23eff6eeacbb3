"""Two ``web`` processes against one: what a second one on the same core adds to the cost of an answer.

The rounds of one and of two take turns, so that their ratio is what counts; so do those of one and two bare
aiohttp handlers, which tell what the machine itself adds when two processes share a core. Then answers come
by a timetable, fewer than one process can bear, as on the evening before a test is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Final

from bench.figures import Figure
from bench.load import Job
from bench.processes import Child, free_port, serving
from bench.rounds import Hall, Rounds, one_bot
from bench.wire import Deck

ROUNDS: Final = 3
ANSWERS: Final = 4_000  # a round
PEOPLE: Final = range(4_000, 9_000)  # whose papers are still long
RATES: Final = (800, 1_600)  # answers a second in all
SECONDS: Final = 2  # of a round by the timetable


@dataclass(frozen=True, slots=True)
class Way:
    """How one and two are asked, and how much dearer two may be."""

    what: str
    connections: tuple[int, int]
    rate: float = 0
    at_most: float | None = None


WAYS: Final = (
    Way("32 connections between them", (32, 32), at_most=1.1),
    Way("32 connections each", (32, 64), at_most=1.1),
    *(Way(f"{rate} answers a second in all", (64, 64), rate, 1.1) for rate in RATES),
)


async def measure(name: str, hall: Hall) -> list[Figure]:
    """One and two ``web`` processes, started for this, with every paper already read by both."""
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(one_bot(hall.folder, hall.url, "web")) for _ in range(2)]
        for bot in bots:
            await hall.ask(Rounds(), [bot], len(PEOPLE), 32, PEOPLE)
        figures = await _control(name, hall)
        for way in WAYS:
            count = int(way.rate * SECONDS) or ANSWERS
            one, two = Rounds(), Rounds()
            for _ in range(ROUNDS):
                await hall.ask(one, bots[:1], count, way.connections[0], PEOPLE, way.rate)
                await hall.ask(two, bots, count, way.connections[1], PEOPLE, way.rate)
            figures += _figures(name, way, one, two)
    return figures


async def _control(name: str, hall: Hall) -> list[Figure]:
    """Two bare handlers with 32 connections each against one with 32."""
    one, two, port = Rounds(), Rounds(), free_port()
    async with serving(("-m", "bench.bare", str(port)), port, hall.folder / "bare.log") as second:
        bares = [hall.bare, second]
        for _ in range(ROUNDS):
            for rounds, asked in ((one, bares[:1]), (two, bares)):
                await rounds.round(_fixed(asked), asked, hall.folder)
    ratio = median(two.micros) / median(one.micros)
    note = f"{median(one.micros):.0f} → {median(two.micros):.0f} µs each"
    return [Figure(name, "two bare handlers, 32 connections each: CPU, of one", ratio, "x", note=note)]


def _fixed(asked: Sequence[Child]) -> Job:
    return Job([one.port for one in asked], 32 * len(asked), Deck(len(PEOPLE), Random(9)).deal(ANSWERS))


def _figures(name: str, way: Way, one: Rounds, two: Rounds) -> list[Figure]:
    ratio = median(two.micros) / median(one.micros)
    note = f"{median(one.micros):.0f} → {median(two.micros):.0f} µs each"
    what = f"two web processes, {way.what}"
    late = f"one {one.ms(0.99):.1f}"
    speed = [] if way.rate else [Figure(name, f"{what}: rate, of one", two.rate / one.rate, "x")]
    return [
        Figure(name, f"{what}: CPU, of one", ratio, "x", at_most=way.at_most, note=note),
        *speed,
        Figure(name, f"{what}: p99", two.ms(0.99), "ms", note=late),
    ]
