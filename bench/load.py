"""The load generator: a process of its own with a protocol that does no more than it must.

``python -m bench.load JOB RESULT``; both are pickles of the values below. Either each connection asks
again as soon as it is answered, or requests leave by a timetable, answered or not.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random


@dataclass(frozen=True, slots=True)
class Job:
    """``requests`` are whole HTTP requests; they are dealt to ``connections`` keep-alive connections."""

    ports: Sequence[int]
    connections: int
    requests: Sequence[bytes]
    at_once: bool = False  # connect first, then send everything at one instant, one request a connection
    rate: float = 0  # requests a second in all, by a timetable of chance; 0: as fast as answers come


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds of the whole and of each request, in the order of the requests; and their answers.

    By a timetable a request's seconds begin when it was due, also if no connection was free.
    """

    seconds: float
    latencies: Sequence[float]
    statuses: Sequence[int]
    bodies: Sequence[bytes]
    cpu: float


class _Talk(asyncio.Protocol):
    """One connection: when its request is answered it sends the next, if there is one, else it waits."""

    def __init__(self, deck: deque[int], run: _Run) -> None:
        self._deck = deck
        self._run = run
        self._buffer = b""
        self._sent = 0.0
        self._number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def next(self) -> None:
        if self._deck:
            self._number = self._deck.popleft()
            self._sent = self._run.due.get(self._number) or time.perf_counter()
            self._transport.write(self._run.job.requests[self._number])
        elif self._run.job.rate:
            self._run.idle.append(self)
        else:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        start = self._buffer.find(b"Content-Length: ", 0, head)
        length = 0 if start < 0 else int(self._buffer[start + 16 : self._buffer.find(b"\r\n", start)])
        if len(self._buffer) < head + 4 + length:
            return
        self._run.note(
            self._number, time.perf_counter() - self._sent, int(self._buffer[9:12]), self._buffer[head + 4 :]
        )
        self._buffer = b""
        self.next()

    def connection_lost(self, error: Exception | None) -> None:
        if self._deck or error is not None:
            self._run.done.set()


class _Run:
    def __init__(self, job: Job) -> None:
        count = len(job.requests)
        self.job = job
        self.left = count
        self.latencies = [0.0] * count
        self.statuses = [0] * count
        self.bodies = [b""] * count
        self.done = asyncio.Event()
        self.due: dict[int, float] = {}  # by the timetable
        self.idle: deque[_Talk] = deque()  # whoever waited longest is next, so all ports have their turn

    async def keep_to_the_timetable(self, deck: deque[int]) -> None:
        """Requests become due at intervals of chance (a Poisson process), the same in every run."""
        rng, due = Random(len(self.job.requests)), time.perf_counter()
        for number in range(len(self.job.requests)):
            due += rng.expovariate(self.job.rate)
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self.due[number] = due
            deck.append(number)
            if self.idle:
                self.idle.popleft().next()

    def note(self, number: int, latency: float, status: int, body: bytes) -> None:
        self.latencies[number] = latency
        self.statuses[number] = status
        self.bodies[number] = body
        self.left -= 1
        if not self.left:
            self.done.set()


async def run(job: Job) -> Outcome:
    loop = asyncio.get_running_loop()
    state = _Run(job)
    deck = deque(() if job.rate else range(len(job.requests)))
    talks: list[_Talk] = []
    for number in range(job.connections):
        own = deque((number,)) if job.at_once else deck
        _, talk = await loop.create_connection(
            partial(_Talk, own, state), "127.0.0.1", job.ports[number % len(job.ports)]
        )
        talks.append(talk)
    cpu = time.process_time()
    begun = time.perf_counter()
    for talk in talks:
        talk.next()
    if job.rate:
        await state.keep_to_the_timetable(deck)
    await asyncio.wait_for(state.done.wait(), 120)
    seconds = time.perf_counter() - begun
    return Outcome(seconds, state.latencies, state.statuses, state.bodies, time.process_time() - cpu)


def main() -> None:
    job = pickle.loads(Path(sys.argv[1]).read_bytes())
    Path(sys.argv[2]).write_bytes(pickle.dumps(asyncio.run(run(job))))


if __name__ == "__main__":
    from bench import load  # by its own name, so that both processes mean the same classes

    load.main()
