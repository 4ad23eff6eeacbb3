"""Who is behind, counted: exact for more people than anybody reads, each child once, nobody twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from bot.db import Database, Tx
from bot.duties.rules import Ask, Do
from bot.duties.store import Duties
from bot.duties.tables import occurrence, task
from bot.people.tables import contact, person
from bot.people.tables_school import parent_follow
from bot.reports.behind_sheet import behind_sheet
from bot.reports.documents import Paragraph, Table

NOW = datetime(2026, 10, 12, 1, 12, tzinfo=UTC)
CLASSES = [f"护理学院/2023级/护理{n:02d}" for n in range(1, 51)]
SIZE = 45  # 2,250 people
MOTHER = SIZE + 1  # her id; the father comes after her


def campaign(id_: str, title: str, at: datetime = NOW, **more: object) -> dict[str, object]:
    plain = {
        "id": id_, "duty": id_, "pack": "p", "title": title, "unit": "", "do": Do.QUIZ, "what": "",
        "ask": Ask.FULL_MARKS, "clause": [], "planned_at": at, "remind": 2, "state": "open",
    }  # fmt: skip
    return plain | more


def owes(campaign_: str, who: int, unit: str, about: int = 0, **more: object) -> dict[str, Any]:
    settled: Mapping[str, object] = {"settled_at": None, "exempt": "", "reminded": 0}
    return {"occurrence_id": campaign_, "person_id": who, "about_id": about, "unit": unit} | settled | more


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Fifty classes with a test; the first has a letter as well, and some who owe nothing."""
    database, ids = Database(database_url), count(1)
    people, tasks = [], []
    mother = 0

    def joins(unit: str, kind: str = "学生") -> int:
        id_ = next(ids)
        code = f"{id_:05d}"
        people.append(
            {"id": id_, "code": code, "name": "欧阳小满", "kind": kind, "unit": unit, "joined_at": NOW}
        )
        return id_

    for unit in CLASSES:
        pupils = [joins(unit) for _ in range(SIZE)]
        tasks += [owes("test", id_, unit) for id_ in pupils]
        if unit == CLASSES[1]:  # the mother's other child
            tasks += [owes("letter", mother, unit, pupils[0])]
        if unit == CLASSES[0]:
            mother, father = joins(unit, "家长"), joins(unit, "家长")
            tasks += [owes("letter", who, unit, pupils[0]) for who in (mother, father)]
            tasks += [owes("letter", father, unit, pupils[1], exempt="监护人不同意")]
            tasks += [owes("letter", father, unit, pupils[2], settled_at=NOW)]
            tasks += [owes(other, id_, unit) for other in ("app", "tap", "over") for id_ in pupils]
    async with database.begin() as tx:
        for row in (
            campaign("test", "学期测试"),
            campaign("letter", "一封信", NOW + timedelta(days=1), do=Do.LETTER, ask=Ask.SIGN),
            campaign("app", "反诈中心", do=Do.CONFIRM, ask=Ask.CONFIRM),
            campaign("tap", "周提醒", do=Do.SEND, ask=Ask.TAP),
            campaign("over", "停了的", state="stopped"),
        ):
            await tx.execute(sa.insert(occurrence), row)
        await tx.execute(sa.insert(person), people)
        await tx.execute(sa.insert(task), tasks)
    yield database
    await database.close()


async def test_totals_are_right_beyond_what_anybody_reads(database: Database) -> None:
    async with database.reading() as tx:
        found = await Duties(tx).behind(["护理学院"])
        lines = await Duties(tx).open_lines(["护理学院"])
        own = await Duties(tx).behind(CLASSES[1:3])
        nobody = await Duties(tx).behind(["教务处"])
    assert found.people == 50 * SIZE, "who is behind with two things is one person"
    assert found.units == dict.fromkeys(CLASSES, SIZE)
    assert found.sums == [("一封信", 2), ("学期测试", 50 * SIZE)]
    assert len(lines) == 50 * SIZE + 2
    assert [len(line.people) for line in lines[:2]] == [2, 1], "both guardians stand for the child"
    assert (own.people, nobody.units, nobody.campaigns) == (2 * SIZE, {}, [])


async def test_the_file_has_everybody_once(database: Database) -> None:
    async with database.reading() as tx:
        duties = Duties(tx)
        lines = await duties.open_lines(["护理学院"])
        titles = {one.id: one.title for one, _ in (await duties.behind(["护理学院"])).campaigns}
    sheet = behind_sheet("示例学院", lines, titles, NOW)
    table = next(block for block in sheet.blocks if isinstance(block, Table))
    assert len(table.rows) == 50 * SIZE
    assert table.rows[0] == (CLASSES[0], "欧*（尾号0001）", "一封信、学期测试")
    assert not any("欧阳小满" in str(cell) for row in table.rows for cell in row)
    said = [block.text for block in sheet.blocks if isinstance(block, Paragraph)]
    assert "没做完的共2,250人，50个班" in said[0]


async def bound(tx: Tx, who: int, number: int) -> None:
    key = f"ww1|member|u{number}"
    values = {"address": key, "account": "campus", "realm": "member", "person_id": who, "window_left": 0}
    await tx.execute(sa.insert(contact), values)


async def test_who_does_not_follow_is_counted_apart(database: Database) -> None:
    """Unless another guardian of the child hears us."""
    key = "ww1|parent|p1"
    async with database.begin() as tx:
        await bound(tx, 1, 1)
        for number, who in ((1, MOTHER), (2, MOTHER + 1)):
            values = {"address": f"ww1|parent|p{number}", "account": "campus", "realm": "parent"}
            await tx.execute(sa.insert(contact), values | {"person_id": who, "window_left": 0})
        await tx.execute(sa.insert(parent_follow), {"address": key, "follows": False, "as_of": NOW})
    async with database.reading() as tx:
        found = await Duties(tx).to_remind(["护理学院"], NOW, 10)
    assert [(one.person, one.about) for one, _ in found.tasks] == [(1, 0), (MOTHER + 1, 1)]
    assert (found.hear, found.allowed, found.open) == (1, 2, 50 * SIZE), "her other child hears from nobody"


async def test_who_has_no_account_keeps_nobody_from_their_turn(database: Database) -> None:
    """The first thousands cannot be reminded; whoever can be is found behind them."""
    async with database.begin() as tx:
        for number, who in enumerate((2000, 2001, 2002)):
            await bound(tx, who, number)
        await tx.execute(sa.update(task).where(task.c.person_id == 2002).values(reminded=1, reminded_at=NOW))
    async with database.reading() as tx:
        found = await Duties(tx).to_remind(["护理学院"], NOW - timedelta(hours=20), 1)
        later = await Duties(tx).to_remind(["护理学院"], NOW + timedelta(hours=1), 10)
    assert [one.person for one, _ in found.tasks] == [2000]
    assert (found.hear, found.allowed, found.open) == (2, 2, 50 * SIZE)
    assert [one.person for one, _ in later.tasks] == [2000, 2001, 2002]
