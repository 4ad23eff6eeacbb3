"""The database: one engine, two dialects, writes as values.

A store reads at once and returns its writes as ``Write`` values; whoever holds the transaction applies them
together. So a turn that fails leaves nothing behind, and many turns share one commit.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as _insert
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction, create_async_engine

from bot import driver
from bot.driver import Ask
from bot.lists import padded
from bot.prepared import Prepared, Rows
from bot.sqlite import QuickConnection, connector, on_begin, on_connect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_DIAL = 5.0  # seconds for a new connection to PostgreSQL

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

# Unit paths are compared by prefix ranges, so PostgreSQL must sort them by bytes as SQLite does.
Path = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime kept as milliseconds since 1970 in UTC; naive ones are refused."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return (value - EPOCH) // _MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * _MILLISECOND


def milliseconds(moment: datetime) -> int:
    """A moment as it is kept, for arithmetic in SQL."""
    return (moment - EPOCH) // _MILLISECOND


class Json(sa.types.TypeDecorator[Any]):
    """Any JSON value as compact UTF-8 text, the same bytes on both dialects."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def insert(table: sa.Table) -> Insert:
    """An insert that knows ON CONFLICT; SQLite and PostgreSQL share the words."""
    return _insert(table)


def insert_new(table: sa.Table) -> Insert:
    """Insert unless a unique key says it is already there."""
    return _insert(table).on_conflict_do_nothing()


def below(column: sa.ColumnElement[str], unit: str) -> sa.ColumnElement[bool]:
    """The unit itself and everything under it; the empty unit is the whole tree."""
    if not unit:
        return sa.true()
    return sa.or_(column == unit, sa.and_(column >= unit + "/", column < unit + "0"))


@dataclass(frozen=True, slots=True)
class Write:
    """One statement with its values. Statements are module constants, so equal ones travel together."""

    statement: sa.Executable | Prepared
    values: Mapping[str, Any]


class Tx:
    """One transaction: reads now, writes when it is flushed, in the order they were noted.

    A child shares the transaction and is kept or dropped as one: what it only noted costs nothing to drop,
    and what it had to carry out at once stands behind a savepoint.
    """

    def __init__(self, connection: AsyncConnection, *, is_child: bool = False) -> None:
        self._connection = connection
        self._is_child = is_child
        self._savepoint: AsyncTransaction | None = None
        self.writes: list[Write] = []

    @property
    def dialect(self) -> str:
        return self._connection.dialect.name

    async def rows(self, statement: sa.Executable, values: Any = None) -> Sequence[sa.Row[Any]]:
        """All rows; a list among the values is for an expanding IN."""
        return (await self._connection.execute(statement, padded(values))).all()

    async def fetch(self, statement: Prepared, **values: Any) -> Rows:
        """All rows by position; no more than the driver needs."""
        return await driver.fetch(self._connection, Ask(statement, values))

    async def fetch_each(self, *asks: Ask) -> list[Rows]:
        """The rows of each, as ``fetch`` gives them; the values must have different names."""
        return await driver.fetch_each(self._connection, asks)

    async def row(self, statement: sa.Executable, values: Any = None) -> sa.Row[Any] | None:
        return (await self._connection.execute(statement, values)).first()

    async def scalar(self, statement: sa.Executable, values: Any = None) -> Any:
        return await self._connection.scalar(statement, values)

    async def execute(self, statement: sa.Executable, values: Any = None) -> int:
        """Run a set-based statement at once; the number of rows it touched."""
        await self._guard()
        await self.flush()
        return (await self._connection.execute(statement, values)).rowcount

    async def stream(self, statement: sa.Executable, values: Any = None) -> AsyncIterator[sa.Row[Any]]:
        result = await self._connection.stream(statement, values)
        async for row in result:
            yield row

    def quickly(self) -> AbstractContextManager[None]:
        """A block of short statements: SQLite answers them at once instead of by way of its thread."""
        connection = self._connection.sync_connection
        one = connection.connection.driver_connection if connection is not None else None
        return one.quickly() if isinstance(one, QuickConnection) else nullcontext()

    def write(self, statement: sa.Executable | Prepared, **values: Any) -> None:
        self.writes.append(Write(statement, values))

    def writes_to(self, table: sa.Table) -> bool:
        """Is anything noted that will change this table?"""
        return any(getattr(write.statement, "table", None) is table for write in self.writes)

    async def flush(self) -> None:
        writes, self.writes = self.writes, []
        if writes:
            await self._guard()
            await apply(self._connection, writes)

    def child(self) -> Tx:
        return Tx(self._connection, is_child=True)

    async def keep(self) -> None:
        """A child's end: what it carried out stands; what it noted is the parent's to take."""
        savepoint, self._savepoint = self._savepoint, None
        if savepoint is not None:
            await savepoint.commit()

    async def drop(self) -> None:
        """A child's other end: nothing of it remains."""
        self.writes.clear()
        savepoint, self._savepoint = self._savepoint, None
        if savepoint is not None:
            await savepoint.rollback()

    async def _guard(self) -> None:
        if self._is_child and self._savepoint is None:
            self._savepoint = await self._connection.begin_nested()


async def apply(connection: AsyncConnection, writes: Iterable[Write]) -> None:
    """Carry out writes, equal statements as one executemany, first come first served.

    Those that cannot meet travel together, which nobody can tell from one after the other.
    """
    groups: dict[int, tuple[sa.Executable | Prepared, list[Mapping[str, Any]]]] = {}
    for write in writes:
        groups.setdefault(id(write.statement), (write.statement, []))[1].append(write.values)
    prepared = [(statement, many) for statement, many in groups.values() if isinstance(statement, Prepared)]
    if len(prepared) == len(groups) and await driver.write_together(connection, prepared):
        return
    for statement, values in groups.values():
        if isinstance(statement, Prepared):
            await driver.write(connection, statement, values)
        else:
            await connection.execute(statement, values)


class Database:
    """An engine with the pragmas and the transaction mode both dialects need."""

    def __init__(self, url: str) -> None:
        self.url = sa.engine.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # Last in, first out: SQLite's connections throw their page cache away when another one has written,
        # and the process that PostgreSQL has for each is the quicker the less it has rested.
        options: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "pool_use_lifo": True}
        options["connect_args"] = {"timeout": _DIAL}
        if self.is_sqlite:
            path = self.url.database or ":memory:"
            lifo = {} if path == ":memory:" else {"pool_use_lifo": True}
            options = {"async_creator": connector(path), **lifo}
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        self._at_hand: AsyncConnection | None = None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", on_connect)
            event.listen(self.engine.sync_engine, "begin", on_begin)
        else:
            event.listen(self.engine.sync_engine, "connect", driver.on_connect)
            event.listen(self.engine.sync_engine, "checkout", driver.on_checkout)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """A writing transaction: flushed and committed at the end, rolled back on any exception.

        On PostgreSQL one connection stays at hand, and SQLAlchemy hears of the transaction only when a
        statement is its own: handing a connection over and back costs more than BEGIN and COMMIT.
        """
        if self.is_sqlite:
            async with self.engine.begin() as connection:
                tx = Tx(connection)
                yield tx
                await tx.flush()
            return
        mine, self._at_hand = self._at_hand, None
        if mine is None:
            mine = await self.engine.connect()
        try:
            await driver.mend(mine)
            tx = Tx(mine)
            yield tx
            await tx.flush()
            await driver.commit(mine)
        except BaseException:
            await asyncio.shield(asyncio.create_task(driver.give_up(mine)))
            raise
        if self._at_hand is None:
            self._at_hand = mine
        else:
            await mine.close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Tx]:
        """A consistent look that locks nobody out."""
        own = {"reading": True} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        async with self.engine.connect() as connection:
            connection = await connection.execution_options(**own)
            async with connection.begin():
                yield Tx(connection)

    async def close(self) -> None:
        if self._at_hand is not None:
            await self._at_hand.close()
        await self.engine.dispose()
