"""Rounds of one server under load: what it did, what it cost, and whether it was right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from bench import school
from bench.load import Job, Outcome
from bench.processes import Child, free_port, serving
from bench.wire import Deck, WrongAnswer, check, quantile, send
from bot.db import Database
from bot.delivery.tables import inbox
from bot.quiz.tables import answer

TURNS: Final = 4_000  # people who answer in turn during the rounds; a burst is everybody
ANSWERS: Final = 5_000  # a round


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

    async def ask(
        self,
        rounds: Rounds,
        bots: Sequence[Child],
        count: int,
        connections: int,
        people: range = range(TURNS),
        rate: float = 0,
    ) -> None:
        requests = self.deck.deal(count, people)
        job = Job([bot.port for bot in bots], connections, requests, rate=rate)
        check(await rounds.round(job, bots, self.folder))
        self.sent += count

    async def counted(self) -> None:
        """Each answer once, each callback once. Raises WrongAnswer."""
        rows = await school.count(self.database, (answer, inbox))
        if rows != {"answer": self.sent, "inbox": self.sent}:
            raise WrongAnswer(f"{self.sent} were sent, but {rows} are stored")
