"""Which answers feed the statistics: first tries in tests, of one unit and below, since a day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.db import Database, insert, metadata
from bot.people.tables import person
from bot.quiz.store_analysis import QuizStatistics
from bot.quiz.tables import answer, exposure, sitting

START = datetime(2026, 9, 7, 8, tzinfo=UTC)
LIN, SU, HE = 1, 2, 3
UNITS = {LIN: "护理学院/护理2301", SU: "护理学院/护理2302", HE: "护理学院2/护理2301"}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = Database(database_url)
    async with found.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with found.begin() as tx:
        for id_, unit in UNITS.items():
            tx.write(
                insert(person), id=id_, code=str(id_), name="示例", kind="学生", unit=unit, joined_at=START
            )
            tx.write(
                insert(sitting), id=id_, person_id=id_, task_id=id_, state="asking", open=True, kept={},
                started_at=START, touched_at=START,
            )  # fmt: skip
        write = insert(answer)
        for who, step, question, chosen, right, first, practice, days in (
            (LIN, 1, "refund-001", "B", True, True, False, 0),
            (LIN, 2, "refund-002", "A", False, True, False, 0),
            (LIN, 3, "refund-003", "B", True, False, False, 0),
            (SU, 1, "refund-001", "A", False, True, False, 30),
            (SU, 2, "refund-002", "B", True, True, True, 30),
            (HE, 1, "refund-001", "AB", False, True, False, 0),
        ):
            tx.write(
                write, sitting_id=who, step=step, person_id=who, question=question, chosen=chosen,
                right=right, first_try=first, practice=practice, at=START + timedelta(days=days),
            )  # fmt: skip
        tx.write(insert(exposure), person_id=SU, question="refund-003", times=2)
        tx.write(insert(exposure), person_id=LIN, question="refund-003", times=1)
    yield found
    await found.close()


async def test_only_first_tries_in_tests_count(database: Database) -> None:
    async with database.reading() as tx:
        found = await QuizStatistics(tx).first_tries()
    assert [(t.person, t.question, t.chosen, t.right) for t in found] == [
        (LIN, "refund-001", "B", True),
        (LIN, "refund-002", "A", False),
        (SU, "refund-001", "A", False),
        (HE, "refund-001", "AB", False),
    ]


async def test_a_unit_and_a_day_narrow_it(database: Database) -> None:
    async with database.reading() as tx:
        store = QuizStatistics(tx)
        college = await store.first_tries("护理学院")
        later = await store.first_tries("护理学院", START + timedelta(days=1))
    assert {t.person for t in college} == {LIN, SU}
    assert [t.person for t in later] == [SU]


async def test_exposure_counts_people_once_and_practice_never(database: Database) -> None:
    async with database.reading() as tx:
        store = QuizStatistics(tx)
        assert await store.exposed() == {"refund-001": 3, "refund-002": 1, "refund-003": 2}
        assert await store.exposed("护理学院2") == {"refund-001": 1}
