"""What travels together to PostgreSQL says and leaves the same as one statement after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import db, driver
from bot.db import Database, Tx, Write, insert, insert_new
from bot.delivery import store_inbox
from bot.delivery.store_inbox import Inbox
from bot.delivery.tables import inbox
from bot.people import store_contacts
from bot.people.store import People
from bot.people.tables import contact, person
from bot.prepared import Prepared
from bot.quiz import store as quiz_store
from bot.quiz.rules import Paper, Sitting
from bot.quiz.store import Quizzes
from bot.quiz.tables import answer, sitting
from bot.together import Writes, may_travel_together
from tests.eight import NOW, PEOPLE, Undone, eight, usual

TABLES = (inbox, sitting, answer, contact)
# PostgreSQL keeps no NUL in a text, and UTF-8 no half of a pair; both are gone before a store sees them.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
moments = st.integers(0, 10**12).map(lambda ms: db.EPOCH + timedelta(milliseconds=ms))
somebody = st.sampled_from(PEOPLE)

remembered = st.builds(
    lambda key, at, reply: Write(store_inbox._REMEMBER, {"key": key, "at": at, "reply": reply}),
    words, moments, st.one_of(words, st.lists(words, max_size=3)),
)  # fmt: skip
kept = st.builds(
    lambda who, state, is_open, at: Write(
        quiz_store._KEEP,
        {
            "_id": who, "_person": who, "_state": state, "_open": is_open, "_kept": [state, None], "_at": at,
        },
    ),
    st.integers(1, 12), words, st.booleans(), moments,
)  # fmt: skip
stepped = st.builds(
    lambda who, step, chosen, right, at: Write(
        quiz_store._STEP,
        {
            "sitting_id": who, "step": step, "person_id": who, "question": chosen, "chosen": chosen,
            "right": right, "first_try": not right, "practice": right, "at": at,
        },
    ),
    somebody, st.integers(0, 2), words, st.booleans(), moments,
)  # fmt: skip
met = st.builds(
    lambda who, account, at, left, until: Write(
        store_contacts._SEEN,
        {
            "address": f"corp|member|u{who}", "account": account, "realm": "member", "last_in_at": at,
            "window_left": left, "window_until": until,
        },
    ),
    st.integers(1, 12), words, moments, st.integers(0, 5), st.none() | moments,
)  # fmt: skip
any_write = st.one_of(remembered, kept, stepped, met)
# As groups are, each row once; and as they are not.
noted = st.one_of(
    st.lists(any_write, max_size=30),
    st.lists(any_write, max_size=30, unique_by=lambda one: (id(one.statement), one.values[_row(one)])),
)


def _row(write: Write) -> str:
    assert isinstance(write.statement, Prepared)
    return write.statement.row


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with eight(database_url) as found:
        yield found


async def left_by(database: Database, writes: list[Write], *, one_by_one: bool) -> Any:
    """The rows of all tables after these writes, which are then undone."""
    found: list[Any] = []
    try:
        async with database.begin() as tx:
            for write in writes if one_by_one else ():
                tx.writes.append(write)
                await tx.flush()
            tx.writes += () if one_by_one else writes
            await tx.flush()
            for table in TABLES:
                found.append(await tx.rows(sa.select(table).order_by(*table.primary_key)))
            raise Undone
    except Undone:
        return found


def grouped(writes: list[Write]) -> list[Write]:
    """Equal statements behind one another, which is the order in which they are carried out."""
    first: dict[int, int] = {}
    for write in writes:
        first.setdefault(id(write.statement), len(first))
    return sorted(writes, key=lambda write: first[id(write.statement)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=noted)
async def test_writes_leave_the_same_rows_together_and_one_by_one(
    database: Database, writes: list[Write]
) -> None:
    together = await left_by(database, writes, one_by_one=False)
    assert together == await left_by(database, grouped(writes), one_by_one=True)


async def test_a_usual_group_is_one_statement_on_postgresql(database: Database) -> None:
    """Else the test above compares a thing with itself."""
    async with database.begin() as tx:
        group = [(w.statement, [w.values]) for w in usual("k1", 1)]
        went = await driver.write_together(tx._connection, group)  # type: ignore[arg-type]
        assert went is not database.is_sqlite


def test_what_may_meet_does_not_travel_together() -> None:
    keep, _, remember = (one.statement for one in usual("k", 1))
    assert isinstance(keep, Prepared)
    assert isinstance(remember, Prepared)
    other_way = Prepared(sa.update(sitting).where(sitting.c.id == sa.bindparam("_id")), row="_id")
    anywhere = Prepared(insert_new(person))
    first, second = {"_id": 1, "_person": 1}, {"_id": 2, "_person": 2}
    rows = [first, second]
    assert may_travel_together([(keep, rows), (remember, [{"key": "a"}])])
    assert not may_travel_together([(keep, [*rows, first])]), "of two changes to a row one would be lost"
    assert not may_travel_together([(keep, rows[:1]), (other_way, rows[1:])]), "nor of two to one table"
    assert not may_travel_together([(keep, rows), (anywhere, [{}])]), "nobody knows which row"


def test_a_statement_with_values_of_its_own_is_refused() -> None:
    dialect = Database("postgresql+asyncpg://nobody@nowhere/nothing").engine.dialect
    own = Prepared(sa.update(person).where(person.c.id == sa.bindparam("_id")).values(less=True), row="_id")
    with pytest.raises(ValueError, match="by name"):
        Writes(((own, ("_id",)),), dialect)
    upsert = Prepared(insert(inbox).values(reply="好"), row="key")
    with pytest.raises(sa.exc.InvalidRequestError, match="already"):
        Writes(((upsert, ("key", "at")),), dialect)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keys=st.lists(st.sampled_from(["old", "new", "'", '"', "{}", ""])), people=st.lists(st.integers(0, 12))
)
async def test_reads_say_the_same_together_and_one_by_one(
    database: Database, keys: list[str], people: list[int]
) -> None:
    asks = (Inbox.ask(keys), Quizzes.ask(people))
    async with database.reading() as tx:
        together = await tx.fetch_each(*asks)
        alone = [await tx.fetch(ask.statement, **ask.values) for ask in asks]
    assert [sorted(map(tuple, rows), key=str) for rows in together] == [
        sorted(map(tuple, rows), key=str) for rows in alone
    ]


@pytest.mark.parametrize("people", [1, 3, 40])
async def test_one_paper_leaves_the_table_and_another_comes_back(database_url: str, people: int) -> None:
    """Each has a paper that was left and an open one; they change places, again and again, in one group."""
    given, database = Paper("卷", "mastery", "at-once", ()), Database(database_url)
    papers = {
        who: (Sitting(who, who, 1, given, (), (), None), Sitting(100 + who, who, 0, given, (), (), None))
        for who in range(1, people + 1)
    }
    async with database.begin() as tx:
        for who in papers:
            tx.write(
                sa.insert(person), id=who, code=f"c{who}", name="甲", kind="学生", unit="院", joined_at=NOW
            )
        await tx.flush()
        quizzes = Quizzes(tx)
        for left, _ in papers.values():
            quizzes.start(left, NOW)
            quizzes.put_aside(left, NOW)
        await tx.flush()
        for _, on_table in papers.values():
            quizzes.start(on_table, NOW)
    for time in range(4):
        async with database.begin() as tx:
            for pair in papers.values():
                left, on_table = pair if time % 2 == 0 else pair[::-1]
                Quizzes(tx).put_aside(on_table, NOW)
                Quizzes(tx).keep(left, NOW)
        async with database.reading() as tx:
            now_open = await Quizzes(tx).current(1)
            assert now_open is not None
            assert now_open.id == (1 if time % 2 == 0 else 101)
    await database.close()


async def test_who_is_behind_an_address_is_found_with_all_roles(database: Database) -> None:
    async with database.begin() as tx:
        tx.write(sa.insert(contact), address="corp|member|x", account="campus", realm="member")
        await tx.flush()
        found = await People(tx).current(["corp|member|u1", "corp|member|u2", "corp|member|x", "nobody"])
    assert set(found) == {"corp|member|u1", "corp|member|u2", "corp|member|x"}
    first, second, stranger = (found[f"corp|member|{one}"] for one in ("u1", "u2", "x"))
    assert first.person is not None
    assert sorted(held.role for held in first.person.roles) == ["值班", "班主任"]
    assert second.person is not None
    assert second.person.roles == ()
    assert stranger.person is None
    assert first.contact.window_left == 2


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (4, 3, 2, 1)])
async def test_persons_are_locked_whatever_the_order_of_their_addresses(
    database: Database, order: tuple[int, ...]
) -> None:
    """Twenty groups of the same people at once, half of them the other way round: they take turns."""
    people = [f"corp|member|u{who}" for who in order]

    async def group(tx: Tx, keys: list[str]) -> None:
        await People(tx).current(keys)
        await asyncio.sleep(0.002)
        count = await tx.scalar(sa.select(person.c.code).where(person.c.id == 8))
        await tx.execute(sa.update(person).where(person.c.id == 8), {"code": f"{count}+"})

    async def one(number: int) -> None:
        async with database.begin() as tx:
            await group(tx, people if number % 2 else people[::-1])

    await asyncio.wait_for(asyncio.gather(*(one(number) for number in range(20))), 30)
    async with database.reading() as tx:
        code = await tx.scalar(sa.select(person.c.code).where(person.c.id == 8))
    assert code == "c8" + "+" * 20, "two had the lock at the same time"
