"""Who leaves owes nothing any more, and everything again who comes back."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from people_office import NOW, Office, open_task

from bot.db import Database
from bot.duties.tables import task
from bot.people.actions import undo_roster
from bot.people.roster_rows import Corp
from bot.people.store import People
from bot.people.tables import contact
from bot.simulator.cast import Row, college

LATER = NOW + timedelta(hours=1)


async def spared(database: Database) -> dict[int, str]:
    async with database.reading() as tx:
        return {row.id: row.exempt for row in await tx.rows(sa.select(task.c.id, task.c.exempt))}


async def test_what_leavers_had_not_done_is_not_owed_until_they_come_back(
    office: Office, rows: list[Row]
) -> None:
    where = "信息工程学院/2023级/软件2301"
    async with office.database.reading() as tx:
        pupil = await People(tx).by_code("2301101")
        assert pupil is not None
        [parent] = await People(tx).guardians(pupil.id)
    await open_task(office.database, 1, pupil.id, where)
    await open_task(office.database, 2, parent.id, where, about=pupil.id)
    await open_task(office.database, 3, parent.id, where)
    await open_task(office.database, 4, pupil.id, where, about=4)
    async with office.database.begin() as tx:
        await tx.execute(sa.update(task).where(task.c.id == 4).values(settled_at=NOW))
    without = [row for row in rows if row["编号"] != "2301101"]
    for row in without:
        row["监护"] = ";".join(code for code in row["监护"].split(";") if code != "2301101")
    assert await office.applies(without, LATER)
    assert await spared(office.database) == {1: "离校", 2: "离校", 3: "", 4: ""}
    async with office.database.begin() as tx:
        await undo_roster(tx, who=None, now=LATER)
    assert await spared(office.database) == {1: "", 2: "", 3: "", 4: ""}
    assert await office.applies(without, LATER + timedelta(hours=1))
    assert await office.applies(college(), LATER + timedelta(hours=2))
    assert await spared(office.database) == {1: "", 2: "", 3: "", 4: ""}
    async with office.database.begin() as tx:
        await undo_roster(tx, who=None, now=LATER + timedelta(hours=3))
    assert await spared(office.database) == {1: "离校", 2: "离校", 3: "", 4: ""}


async def test_an_import_taken_back_leaves_people_with_the_app_that_serves_their_unit(office: Office) -> None:
    """One corp with an app for each college: the account is what messages are queued for."""
    corps = {"信息工程学院": Corp("coders", "ww01"), "护理学院": Corp("nurses", "ww01")}
    rows = college()
    await office.applies(rows, corps=corps)
    someone = next(row for row in rows if row["单位"].startswith("护理学院/") and row["企业微信账号"])
    before = await accounts(office.database)
    someone["单位"] = next(row["单位"] for row in rows if row["单位"].startswith("信息工程学院/"))
    await office.applies(rows, LATER, corps=corps)
    assert await accounts(office.database) != before
    async with office.database.begin() as tx:
        await undo_roster(tx, who=None, now=LATER)
    assert await accounts(office.database) == before


async def accounts(database: Database) -> set[tuple[str, str]]:
    async with database.reading() as tx:
        rows = await tx.rows(sa.select(contact.c.address, contact.c.account))
        return {(row.address, row.account) for row in rows}
