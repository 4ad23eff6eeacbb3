"""Misbehaviour on command: the next calls of a path fail in the way asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Mishap(StrEnum):
    ERRCODE = "errcode"  # answered with an error code, nothing done
    HTTP = "http"  # a gateway error, nothing done
    BUSY = "busy"  # done, and yet answered with -1
    HANG = "hang"  # done, but the answer never comes
    DROP = "drop"  # done, then the connection is cut without an answer
    HTML = "html"  # done, but somebody on the way answers 200 with a page
    CUT = "cut"  # done, but half of the JSON is missing
    HUGE = "huge"  # done, but the answer has five megabytes
    ODD = "odd"  # done, but the errcode is a list


@dataclass(frozen=True, slots=True)
class Fault:
    mishap: Mishap
    code: int


class Faults:
    """A queue of faults per path, as below the API base: ``/cgi-bin/message/send``."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Fault | None]] = {}
        self._released = asyncio.Event()

    def errcode(self, path: str, code: int, times: int = 1) -> None:
        """-1 busy, 45009 frequency, 45033 concurrency, or any other code."""
        self._add(path, Fault(Mishap.ERRCODE, code), times)

    def busy(self, path: str, times: int = 1) -> None:
        """-1 of a platform that has acted all the same."""
        self._add(path, Fault(Mishap.BUSY, -1), times)

    def http(self, path: str, status: int = 502, times: int = 1) -> None:
        self._add(path, Fault(Mishap.HTTP, status), times)

    def hang(self, path: str, times: int = 1) -> None:
        self._add(path, Fault(Mishap.HANG, 0), times)

    def drop(self, path: str, times: int = 1) -> None:
        self._add(path, Fault(Mishap.DROP, 0), times)

    def spare(self, path: str, times: int = 1) -> None:
        """The next calls go well, before what is added after this."""
        self._queues.setdefault(path, deque()).extend([None] * times)

    def garble(self, path: str, mishap: Mishap, times: int = 1) -> None:
        """HTML, CUT, HUGE or ODD."""
        self._add(path, Fault(mishap, 0), times)

    def take(self, path: str) -> Fault | None:
        queue = self._queues.get(path)
        return queue.popleft() if queue else None

    def waiting(self) -> int:
        """How many calls have not been troubled yet."""
        return sum(fault is not None for queue in self._queues.values() for fault in queue)

    def heal(self) -> None:
        """Forget all faults and let hanging calls go."""
        self._queues.clear()
        self._released.set()
        self._released = asyncio.Event()

    async def hanging(self) -> None:
        await self._released.wait()

    def _add(self, path: str, fault: Fault, times: int) -> None:
        self._queues.setdefault(path, deque()).extend([fault] * times)
