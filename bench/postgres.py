"""A PostgreSQL that keeps its promises; the one for tests switches fsync off, which durability must not."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.db import Database
from tests.postgres import Server, _other_user, found_binaries


@contextmanager
def durable_server() -> Iterator[Server | None]:
    """BENCH_DATABASE_URL, then the machine's own binaries with their default durability; else ``None``."""
    if url := os.environ.get("BENCH_DATABASE_URL"):
        yield Server(sa.engine.make_url(url))
        return
    binaries = found_binaries()
    if binaries is None:
        yield None
        return
    user = _other_user()
    folder = Path(tempfile.mkdtemp(prefix="kdb-bench-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        run: dict[str, Any] = {"check": True, "user": user, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run([binaries / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"], **run)
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=200 "
            "-c shared_buffers=512MB -c max_wal_size=4GB"
        )
        subprocess.run(
            [binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"], **run
        )
        try:
            yield Server(
                sa.URL.create("postgresql+asyncpg", "bench", database="postgres", query={"host": str(folder)})
            )
        finally:
            subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "fast", "stop"], **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def keep_to(cores: set[int], database: Database) -> None:
    """The server's processes and those it will start stay on these cores, where that is ours to say.

    A server on another machine, or of another user, stays as it is.
    """
    async with database.reading() as tx:
        own = int(await tx.scalar(sa.text("SELECT pg_backend_pid()")))
    try:
        if Path(f"/proc/{own}/comm").read_text().strip() != "postgres":
            return
        server = _parent(own)
        started = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for pid in (server, *map(int, started)):
            os.sched_setaffinity(pid, cores)
    except OSError:
        return


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
