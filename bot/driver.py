"""Prepared statements on the driver's own connection, inside the transaction SQLAlchemy holds."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.prepared import Prepared, Rows
from bot.sqlite import QuickConnection
from bot.together import Noted, may_travel_together, reads, writes

log = structlog.get_logger()
# Seconds of silence before the first question, between questions, how many; milliseconds without any answer.
_WATCH: Final = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}


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
    """Roll back, and back to the pool; one that was cut, or left in the middle of a COMMIT, is thrown away.

    Never raises: what ended the transaction is what its caller has to hear.
    """
    try:
        if not connection.in_transaction():
            await connection.begin()
        await connection.rollback()
        if not connection.invalidated and _adapter(connection).driver_connection.is_closed():
            await connection.invalidate()
    except Exception as error:
        log.warning("a connection is thrown away", error=type(error).__name__)
        with suppress(Exception):
            await connection.invalidate()
    finally:
        with suppress(Exception):
            await connection.close()


def on_connect(connection: Any, _record: Any) -> None:
    """A server that vanished without a word is noticed within seconds; TCP alone waits for ever.

    Whoever waits for a long statement of a living server goes on waiting.
    """
    watch(connection.driver_connection._transport.get_extra_info("socket"))


def watch(one: Any) -> None:
    """Ask the other side after some silence; what it does not acknowledge ends the connection."""
    if one.family not in (socket.AF_INET, socket.AF_INET6):
        return
    one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _WATCH.items():
        if (option := getattr(socket, name, None)) is not None:  # not every system has all of them
            one.setsockopt(socket.IPPROTO_TCP, option, value)


def on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
    """One that was cut in the pool is replaced before anybody uses it."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def mend(connection: AsyncConnection) -> None:
    """The same for the one that stays outside the pool: cut while it rested, nothing is lost yet."""
    if _adapter(connection).driver_connection.is_closed():
        await connection.invalidate()
        await connection.get_raw_connection()


def _adapter(connection: AsyncConnection) -> Any:
    sync = connection.sync_connection
    return None if sync is None else sync.connection.dbapi_connection


async def _driver(connection: AsyncConnection) -> Any:
    adapter = _adapter(connection)
    driver: Any = None if adapter is None else adapter.driver_connection
    if isinstance(driver, QuickConnection) or driver.is_in_transaction():
        return driver
    # SQLAlchemy begins on PostgreSQL with the first statement that is its own; this one is not.
    await adapter._start_transaction()
    return adapter.driver_connection
