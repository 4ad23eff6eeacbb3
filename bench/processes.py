"""Child processes of a benchmark: pinned to a core, asked for their CPU and memory, ended by name."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Child:
    pid: int
    port: int
    started_in: float  # seconds until it answered

    def cpu(self) -> float:
        """Seconds of CPU so far, user and system, to the nanosecond (the clock of clock_getcpuclockid)."""
        return time.clock_gettime(~self.pid << 3 | 2)

    def memory(self) -> float:
        """Resident megabytes."""
        return memory(self.pid)


def cores() -> tuple[set[int], set[int]]:
    """One core for what is measured, the others for what asks it."""
    mine = sorted(os.sched_getaffinity(0))
    return {mine[0]}, set(mine[1:]) or {mine[0]}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(
    arguments: Sequence[str], port: int, log: Path, path: str = "/healthz", core: set[int] | None = None
) -> AsyncIterator[Child]:
    """``python ARGUMENTS`` until it answers ``path``; ended with SIGTERM, which it must obey."""
    pin = core or cores()[0]
    begun = time.perf_counter()
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            stdout=errors,
            stderr=errors,
            preexec_fn=lambda: os.sched_setaffinity(0, pin),
        )
    try:
        while not await asyncio.to_thread(_answers, f"http://127.0.0.1:{port}{path}"):
            if process.returncode is not None or time.perf_counter() - begun > 60:
                raise RuntimeError(f"did not start: {log.read_text(errors='replace')[-2000:]}")
            await asyncio.sleep(0.05)
        yield Child(process.pid, port, time.perf_counter() - begun)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def memory(pid: int | str = "self") -> float:
    """Resident megabytes of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
