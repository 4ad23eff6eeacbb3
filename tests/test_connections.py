"""The connection that stays at hand: cut, failed, wanted by many at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bot import driver
from bot.db import Database, Write
from bot.delivery import store_inbox
from bot.delivery.tables import inbox
from bot.prepared import Prepared
from tests.eight import Undone, eight, usual

_PROCESS = Prepared(sa.select(sa.func.pg_backend_pid()))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with eight(database_url) as found:
        yield found


async def test_a_connection_that_was_cut_while_it_rested_costs_nothing(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("nobody can cut it")
    for _ in range(3):
        async with database.begin() as tx:
            own = (await tx.fetch(_PROCESS))[0][0]
        await _cut(database, own)
        async with database.begin() as tx:
            assert len(await tx.fetch(store_inbox._SEEN, keys=["old"])) == 1


async def test_connections_that_were_cut_cost_no_page_either(database: Database) -> None:
    """A server that was restarted cut all of them; pages and clock begin with SQLAlchemy's statements."""
    if database.is_sqlite:
        pytest.skip("nobody can cut it")
    counted = sa.select(sa.func.count()).select_from(inbox)
    for opens in (database.reading, database.begin):
        async with database.reading() as one, database.reading() as two, database.begin() as three:
            for tx in (one, two, three):
                await tx.scalar(counted)
        await _cut_all(database)
        async with opens() as tx:
            assert await tx.scalar(counted) == 1
        async with database.reading() as one, database.begin() as two:
            assert [await tx.scalar(counted) for tx in (one, two)] == [1, 1]


async def test_a_connection_that_was_cut_in_the_middle_costs_one_transaction(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("nobody can cut it")
    with pytest.raises(Exception, match=r"clos|terminat"):
        await _cut_in_the_middle(database)
    async with database.begin() as tx:
        assert await tx.fetch(store_inbox._SEEN, keys=["k8"]) == []
        assert len(await tx.fetch(store_inbox._SEEN, keys=["old"])) == 1


def test_a_server_that_vanishes_is_noticed_within_seconds() -> None:
    """Nobody answers any more and nobody says so: the system asks, and ends the connection."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as one,
    ):
        driver.watch(one)
        assert one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        names = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        idle, between, count, unanswered = (
            one.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in names
        )
        assert idle + between * count < 15
        assert 0 < unanswered < 15_000


async def _cut_in_the_middle(database: Database) -> None:
    async with database.begin() as tx:
        tx.writes += usual("k8", 3)
        await tx.flush()
        await _cut(database, (await tx.fetch(_PROCESS))[0][0])
        await tx.fetch(store_inbox._SEEN, keys=["old"])


async def _cut(database: Database, process: int) -> None:
    async with database.reading() as tx:
        assert await tx.scalar(sa.select(sa.func.pg_terminate_backend(process)))
    await asyncio.sleep(0.1)


async def _cut_all(database: Database) -> None:
    """By somebody else, while they rest."""
    others = sa.func.pg_terminate_backend(sa.column("pid"))
    own = sa.column("pid") != sa.func.pg_backend_pid()
    here = sa.column("datname") == sa.func.current_database()
    engine = create_async_engine(database.url, poolclass=sa.NullPool)
    async with engine.connect() as connection:
        assert (
            await connection.execute(
                sa.select(others).select_from(sa.table("pg_stat_activity")).where(own, here)
            )
        ).all()
    await engine.dispose()
    await asyncio.sleep(0.1)


async def _nothing_of(database: Database, writes: list[Write]) -> None:
    async with database.begin() as tx:
        tx.writes += writes
        await tx.flush()
        raise Undone


async def test_a_connection_that_sqlalchemy_saw_cut_tells_why(database: Database) -> None:
    """What went wrong is what one reads in the log, and the connection is given back."""
    if database.is_sqlite:
        pytest.skip("nobody can cut it")
    with pytest.raises(sa.exc.DBAPIError):
        await _cut_before_a_statement_of_its_own(database)
    pool = database.engine.pool
    assert isinstance(pool, sa.AsyncAdaptedQueuePool)
    assert pool.checkedout() == 0


async def _cut_before_a_statement_of_its_own(database: Database) -> None:
    async with database.begin() as tx:
        await _cut(database, (await tx.fetch(_PROCESS))[0][0])
        await tx.scalar(sa.select(sa.func.count()).select_from(inbox))


async def test_a_look_is_of_one_moment(database: Database) -> None:
    """Sums and what they are made of agree, whatever is committed between two statements."""
    counted = sa.select(sa.func.count()).select_from(inbox)
    async with database.reading() as look:
        before = await look.scalar(counted)
        async with database.begin() as tx:
            tx.writes += usual("k7", 7)
        assert await look.scalar(counted) == before
        assert await look.fetch(store_inbox._SEEN, keys=["k7"]) == []
    async with database.reading() as look:
        assert len(await look.fetch(store_inbox._SEEN, keys=["k7"])) == 1


async def test_whoever_writes_after_a_look_sees_what_was_committed_meanwhile(database: Database) -> None:
    """A repeated callback waits for the lock of its person, and then has to find the reply."""
    if database.is_sqlite:
        pytest.skip("there nobody writes meanwhile")
    for _ in range(2):
        async with database.reading() as one, database.reading() as two:
            assert await one.scalar(sa.text("select 1")) == await two.scalar(sa.text("select 1"))
        async with database.begin() as one, database.begin() as two:
            for tx in (one, two):
                assert await tx.scalar(sa.text("show transaction_isolation")) == "read committed"


async def test_what_fails_leaves_a_clean_connection(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(Undone):
            await _nothing_of(database, usual("k9", 2))
    async with database.begin() as tx:
        assert await tx.fetch(store_inbox._SEEN, keys=["k9"]) == []
        tx.writes += usual("k9", 2)
    async with database.begin() as tx:
        await tx.scalar(sa.select(sa.func.count()).select_from(inbox))  # now SQLAlchemy begins
        assert len(await tx.fetch(store_inbox._SEEN, keys=["k9"])) == 1


async def test_many_transactions_at_once_lose_no_connection(database: Database) -> None:
    """Whoever comes while one is being opened neither shares it nor forgets the one at hand."""

    async def one(number: int) -> None:
        async with database.begin() as tx:
            tx.writes += usual(f"m{number}", number % 8 + 1)[2:]

    for _ in range(3):
        await asyncio.gather(*(one(number) for number in range(24)))
    if not database.is_sqlite:
        pool = database.engine.pool
        assert isinstance(pool, sa.AsyncAdaptedQueuePool)
        assert pool.checkedout() == 1, "the one at hand"
    async with database.begin() as tx:
        assert len(await tx.fetch(store_inbox._SEEN, keys=[f"m{number}" for number in range(24)])) == 24


async def test_who_is_told_to_stop_while_waiting_for_sqlite_leaves_no_lock_behind(tmp_path: Path) -> None:
    """The thread gets the lock that nobody waits for any more, and gives it back at once."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'stopped.db'}")

    async def write() -> None:
        async with database.begin():
            pass

    async with database.begin():
        waiting = asyncio.create_task(write())
        await asyncio.sleep(0.3)
        waiting.cancel()
        await asyncio.sleep(0.3)
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.sleep(0.3)
    other = Database(str(database.url))
    async with asyncio.timeout(30), other.begin():
        pass
    await other.close()
    await database.close()



_SLOW_COMMIT = (
    "create function wait() returns trigger language plpgsql as"
    " 'begin perform pg_sleep(1); return null; end'",
    "create constraint trigger slow after insert on inbox deferrable initially deferred"
    " for each row execute function wait()",
)
_AS_BEFORE = ("drop function wait() cascade",)


async def _tell(database: Database, statements: Sequence[str]) -> None:
    async with database.begin() as tx:
        for statement in statements:
            await tx.execute(sa.text(statement))


@pytest.mark.parametrize("known", [True, False])
async def test_who_is_told_to_stop_during_a_commit_stops(database: Database, known: bool) -> None:
    """A worker that is told to go goes, whatever it was at. ``known``: SQLAlchemy holds the transaction."""
    if database.is_sqlite:
        pytest.skip("its commit runs to the end in a thread")

    async def work() -> None:
        async with database.begin() as tx:
            if known:
                await tx.scalar(sa.select(sa.func.count()).select_from(inbox))
            tx.writes += usual("k8", 3)

    await _tell(database, _SLOW_COMMIT)
    try:
        for _ in range(3):
            task = asyncio.create_task(work())
            await asyncio.sleep(0.3)
            task.cancel()
            await asyncio.wait([task], timeout=5)
            assert task.cancelled(), task
            async with database.begin() as tx:
                assert await tx.fetch(store_inbox._SEEN, keys=["k8"]) == []
    finally:
        await _tell(database, _AS_BEFORE)
