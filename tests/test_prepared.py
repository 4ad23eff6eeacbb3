"""Prepared statements say the same as SQLAlchemy's own execution, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot import migrate
from bot.db import Database, insert, insert_new
from bot.delivery import store_inbox
from bot.delivery.tables import inbox
from bot.lists import among_named
from bot.people import store as people_store
from bot.people.tables import person
from bot.prepared import Prepared
from bot.quiz import store as quiz_store

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
CODES = ["a", "b'c", '"d"', "五号", "e\\f", "{g}", "h,i", ""]
NEW = Prepared(insert_new(person))
RENAME = Prepared(
    sa.update(person).where(person.c.id == sa.bindparam("_id")).values(name=sa.bindparam("_name"))
)
SOME = sa.select(person.c.id, person.c.code, person.c.joined_at, person.c.less).order_by(person.c.id)
BY_CODES, BY_IDS = (Prepared(SOME.where(among_named(c, "some"))) for c in (person.c.code, person.c.id))


def row(id_: int, code: str) -> dict[str, Any]:
    return {
        "id": id_, "code": code, "name": "甲", "kind": "学生", "unit": "院/班", "stage": None,
        "consent_at": None, "less": id_ % 2 == 0, "left_at": None,
        "joined_at": NOW + timedelta(milliseconds=id_),
    }  # fmt: skip


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await migrate.upgrade(database)
    async with database.begin() as tx:
        for number, code in enumerate(CODES, 2**40):
            tx.write(NEW, **row(number, code))
    yield database
    await database.close()


@pytest.mark.parametrize("codes", [[], ["a"], ["a", "a", "none"], CODES, CODES * 100])
async def test_a_list_of_any_length_finds_what_in_finds(database: Database, codes: list[str]) -> None:
    async with database.reading() as tx:
        plain = await tx.rows(SOME.where(person.c.code.in_(codes)))
        found = await tx.fetch(BY_CODES, some=codes)
        assert [tuple(one) for one in found] == [tuple(one) for one in plain]
        by_id = await tx.fetch(BY_IDS, some=[one.id for one in plain])
        assert [tuple(one) for one in by_id] == [tuple(one) for one in plain]


async def test_rows_have_the_types_of_their_columns(database: Database) -> None:
    async with database.begin() as tx:
        (found,) = await tx.fetch(BY_CODES, some=["a"])
        assert tuple(found) == (2**40, "a", NOW + timedelta(milliseconds=2**40), True)
        tx.write(store_inbox._REMEMBER, key="k", at=NOW, reply=["好", [("A", "甲", "")]])
    async with database.reading() as tx:
        assert (await tx.row(sa.select(inbox.c.reply))) == (["好", [["A", "甲", ""]]],)


async def test_equal_writes_go_in_the_order_in_which_they_were_noted(database: Database) -> None:
    async with database.begin() as tx:
        for name in ("乙", "丙", "丁"):
            tx.write(RENAME, _id=2**40, _name=name)
        tx.write(NEW, **row(1, "a"))  # the code is taken: nothing happens
    async with database.reading() as tx:
        assert await tx.scalar(sa.select(person.c.name).where(person.c.id == 2**40)) == "丁"
        assert await tx.scalar(sa.select(sa.func.count()).select_from(person)) == len(CODES)


async def test_a_prepared_statement_is_inside_the_transaction(database: Database) -> None:
    """Also where it is the first one, before SQLAlchemy has said anything."""
    with suppress(ZeroDivisionError):
        async with database.begin() as tx:
            tx.write(RENAME, _id=2**40, _name="没有")
            await tx.flush()
            raise ZeroDivisionError
    async with database.begin() as tx:
        kept = tx.child()
        kept.write(RENAME, _id=2**40, _name="也没有")
        await kept.flush()
        await kept.drop()
    async with database.reading() as tx:
        assert await tx.scalar(sa.select(person.c.name).where(person.c.id == 2**40)) == "甲"


def test_what_cannot_be_prepared_is_refused() -> None:
    dialect = Database("sqlite+aiosqlite:///:memory:").engine.dialect
    expanding = SOME.where(person.c.id.in_(sa.bindparam("ids", expanding=True)))
    with pytest.raises(ValueError, match="among"):
        Prepared(expanding).plan(dialect, ["ids"])
    with pytest.raises(ValueError, match="every value"):
        Prepared(insert(person)).plan(dialect, ["id", "code", "name", "kind", "unit", "joined_at"])


@pytest.mark.parametrize(
    "statement",
    [
        people_store._CONTACTS,
        people_store._SOME,
        store_inbox._SEEN,
        quiz_store._OPEN,
        quiz_store._PAPERS_OF,
    ],
)
async def test_sqlite_walks_no_table_for_an_answer(tmp_path: Any, statement: Prepared) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    await migrate.upgrade(database)
    plan = statement.plan(database.engine.dialect, [])
    async with database.engine.connect() as connection:
        steps = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {plan.text}", ("[1]",))).all()
    await database.close()
    walked = [step[3] for step in steps if step[3].startswith("SCAN") and "json_each" not in step[3]]
    assert not walked


async def test_who_finds_sqlite_locked_waits_without_stopping_the_others(tmp_path: Any) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")
    await migrate.upgrade(database)

    async def write() -> None:
        async with database.begin() as tx:
            tx.write(NEW, **row(2, "later"))

    async with database.begin() as tx:
        tx.write(NEW, **row(1, "first"))
        await tx.flush()
        waiting = asyncio.create_task(write())
        begun = asyncio.get_running_loop().time()
        await asyncio.sleep(0.1)
        assert asyncio.get_running_loop().time() - begun < 1
        assert not waiting.done()
    await waiting
    async with database.reading() as tx:
        assert await tx.scalar(sa.select(sa.func.count()).select_from(person)) == 2
    await database.close()
