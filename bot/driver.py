"""Prepared statements on the driver's own connection, inside the transaction SQLAlchemy holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.prepared import Prepared, Rows
from bot.sqlite import QuickConnection
from bot.together import Noted, may_travel_together, reads, writes


class Ask(NamedTuple):
    """A read that has not been made yet."""

    statement: Prepared
    values: Mapping[str, Any]


async def fetch(connection: AsyncConnection, ask: Ask) -> Rows:
    """All rows, with the types of their columns."""
    plan = ask.statement.plan(connection.dialect, ask.values)
    (parameters,) = plan.parameters([ask.values])
    driver = await _driver(connection)
    if isinstance(driver, QuickConnection):
        return plan.values(await driver.all(plan.text, parameters))
    return plan.values(await driver.fetch(plan.text, *parameters))


async def fetch_each(connection: AsyncConnection, asks: Sequence[Ask]) -> list[Rows]:
    """The rows of each, seen at the same moment; on PostgreSQL on one way there."""
    if connection.dialect.name != "postgresql":
        return [await fetch(connection, ask) for ask in asks]
    both = reads(*(ask.statement for ask in asks))
    plan = both.statement.plan(connection.dialect, ())
    (parameters,) = plan.parameters([{name: value for ask in asks for name, value in ask.values.items()}])
    parts = both.split(await (await _driver(connection)).fetch(plan.text, *parameters))
    return [
        ask.statement.plan(connection.dialect, ask.values).values(rows)
        for ask, rows in zip(asks, parts, strict=True)
    ]


async def write(connection: AsyncConnection, statement: Prepared, many: Sequence[Mapping[str, Any]]) -> None:
    """One row after the other."""
    plan = statement.plan(connection.dialect, many[0])
    driver = await _driver(connection)
    if isinstance(driver, QuickConnection):
        await driver.many(plan.text, plan.parameters(many))
    else:
        await driver.executemany(plan.text, plan.parameters(many))


async def write_together(connection: AsyncConnection, noted: Sequence[Noted]) -> bool:
    """All of it in one statement; False, and nothing done, where that might not be the same."""
    if connection.dialect.name != "postgresql" or not may_travel_together(noted):
        return False
    whole = writes(connection.dialect, *((statement, tuple(many[0])) for statement, many in noted))
    await (await _driver(connection)).fetch(whole.text, *whole.parameters([many for _, many in noted]))
    return True


async def commit(connection: AsyncConnection) -> None:
    """What SQLAlchemy has not begun is committed without it."""
    if connection.in_transaction():
        await connection.commit()
        return
    adapter = _adapter(connection)
    if adapter._transaction is not None:
        await adapter._call_and_discard(adapter._transaction.commit)


async def give_up(connection: AsyncConnection) -> None:
    """Roll back, and back to the pool; a connection that was cut is thrown away."""
    try:
        if not connection.in_transaction():
            await connection.begin()
        await connection.rollback()
        if _adapter(connection).driver_connection.is_closed():
            await connection.invalidate()
    finally:
        await connection.close()


def _adapter(connection: AsyncConnection) -> Any:
    sync = connection.sync_connection
    return None if sync is None else sync.connection.dbapi_connection


async def _driver(connection: AsyncConnection) -> Any:
    adapter = _adapter(connection)
    driver: Any = None if adapter is None else adapter.driver_connection
    if isinstance(driver, QuickConnection) or driver.is_in_transaction():
        return driver
    if driver.is_closed():
        # Cut while it rested: nothing is lost yet. SQLAlchemy would only notice at a statement of its own.
        await connection.invalidate()
        await connection.get_raw_connection()
        adapter = _adapter(connection)
    # SQLAlchemy begins on PostgreSQL with the first statement that is its own; this one is not.
    await adapter._start_transaction()
    return adapter.driver_connection
