"""A roster in the database: applied, applied again, taken back, refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from people_office import CORPS, NOW, Office, open_task, row_of

from bot.db import Database
from bot.duties.tables import task
from bot.errors import Refusal
from bot.messages import Address
from bot.people import wording
from bot.people.actions import corps_of, undo_roster
from bot.people.records import How
from bot.people.roster_rows import Corp, corp_for
from bot.people.rules import RoleName, Stage
from bot.people.store import People
from bot.people.store_roster import Rosters
from bot.people.tables import audit, contact, guardian, move, person, role, unit
from bot.people.tables_roster import roster_import
from bot.simulator.cast import Row, college, school

LATER = NOW + timedelta(hours=1)


async def everything(database: Database) -> dict[str, set[tuple[object, ...]]]:
    """The whole state a roster makes, to compare before and after."""
    async with database.reading() as tx:
        return {
            table.name: {tuple(row) for row in await tx.rows(sa.select(table))}
            for table in (person, role, guardian, contact, move, unit)
        }


async def task_units(database: Database) -> dict[int, str]:
    async with database.reading() as tx:
        return {row.id: row.unit for row in await tx.rows(sa.select(task.c.id, task.c.unit))}


async def test_a_college_comes_in_and_a_second_time_nothing_differs(office: Office, rows: list[Row]) -> None:
    async with office.database.reading() as tx:
        people = People(tx)
        assert await people.count("") == len(rows)
        child = await people.by_code("2301001")
        assert child is not None
        assert child.stage is Stage.COLLEGE
        guardians = await people.guardians(child.id)
        assert [one.code for one in guardians] == ["P2301001"]
        assert len(await people.children(guardians[0].id)) == 2
    second = await office.looks(rows)
    assert second.difference.empty
    assert second.difference.unchanged == len(rows)
    assert await office.applies(rows) is None
    assert second.difference.same_names == (("李婷", ("2301017", "2301029")),)


async def test_a_transfer_keeps_the_history_and_moves_open_tasks(office: Office, rows: list[Row]) -> None:
    old, new = "信息工程学院/2023级/软件2301", "信息工程学院/2024级/网络2402"
    async with office.database.reading() as tx:
        pupil = await People(tx).by_code("2301101")
        assert pupil is not None
        parent = (await People(tx).guardians(pupil.id) or [pupil])[0]
    await open_task(office.database, 1, pupil.id, old)
    await open_task(office.database, 2, parent.id, old, about=pupil.id)
    row_of(rows, "2301101")["单位"] = new
    imported = await office.applies(rows, LATER)
    assert imported is not None
    assert imported.transferred == ((pupil.id, old, new),)
    assert await task_units(office.database) == {1: new, 2: new}
    async with office.database.reading() as tx:
        moves = await tx.rows(sa.select(move.c.unit_from, move.c.unit_to))
        assert [tuple(one) for one in moves] == [(old, new)]
    assert "软件2301" in wording.transferred(old, new)


async def test_leavers_lose_roles_and_contacts_but_not_their_row(office: Office, rows: list[Row]) -> None:
    counsellor = next(row for row in rows if row["职责"] == "辅导员")
    await office.applies([row for row in rows if row is not counsellor], LATER)
    async with office.database.reading() as tx:
        people = People(tx)
        gone = await people.by_code(counsellor["编号"])
        assert gone is not None
        assert gone.left_at == LATER
        assert gone.roles == ()
        assert await people.contacts_of([gone.id]) == {}
        assert await people.by_name(gone.name) == []


async def test_who_comes_back_is_the_same_person(office: Office, rows: list[Row]) -> None:
    async with office.database.reading() as tx:
        before = await People(tx).by_code("2301001")
    rest = [row for row in rows if row["编号"] not in ("2301001", "P2301001")]
    await office.applies(rest, LATER)
    preview = await office.looks(rows)
    assert {change.after.code for change in preview.difference.returned} == {"2301001", "P2301001"}
    await office.applies(rows, LATER + timedelta(hours=1))
    async with office.database.reading() as tx:
        assert await People(tx).by_code("2301001") == before
    assert (await office.looks(rows)).difference.empty


async def test_half_a_roster_is_refused_unless_it_is_meant(office: Office, rows: list[Row]) -> None:
    with pytest.raises(Refusal, match="两成"):
        await office.applies(rows[:80], LATER)
    await office.applies(rows[:80], LATER, many=True)
    async with office.database.reading() as tx:
        assert await People(tx).count("护理学院/2024级/护理2402") < 39 + 9


async def test_a_preview_that_grew_old_is_not_applied(office: Office, rows: list[Row]) -> None:
    from bot.people.actions import import_roster

    row_of(rows, "2301001")["姓名"] = "新名"
    preview = await office.looks(rows)
    other = college()
    row_of(other, "2301002")["姓名"] = "另名"
    await office.applies(other, LATER)
    async with office.database.begin() as tx:
        with pytest.raises(Refusal, match="重新预览"):
            await import_roster(tx, preview, CORPS, who=None, now=LATER)


async def test_an_import_is_taken_back_to_the_last_row(office: Office, rows: list[Row]) -> None:
    before = await everything(office.database)
    row_of(rows, "2301001")["单位"] = "护理学院/2024级/护理2499"
    row_of(rows, "T1007").update({"职责": "", "负责单位": ""})
    row_of(rows, "P2301001")["监护"] = "2301001"
    swapped = row_of(rows, "2301005"), row_of(rows, "2301006")
    swapped[0]["企业微信账号"], swapped[1]["企业微信账号"] = (
        swapped[1]["企业微信账号"],
        swapped[0]["企业微信账号"],
    )
    rows.append(row_of(rows, "2301002") | {"编号": "2301999", "姓名": "新来", "企业微信账号": "s2301999"})
    changed = [row for row in rows if row["编号"] != "2301003" and row["编号"] != "P2301003"]
    await office.applies(changed, LATER)
    assert await everything(office.database) != before
    async with office.database.begin() as tx:
        undone = await undo_roster(tx, who=None, now=LATER + timedelta(hours=23))
    assert (undone.removed, undone.restored) == (1, 7)
    after = await everything(office.database)
    bound_again = {(row[0], row[3], row[5]) for row in after.pop("contact")}
    assert bound_again == {(row[0], row[3], row[5]) for row in before.pop("contact")}
    assert after == before
    assert (await office.looks(college())).difference.empty


async def test_only_the_newest_import_and_only_within_a_day(office: Office, rows: list[Row]) -> None:
    async with office.database.begin() as tx:
        with pytest.raises(Refusal, match="24小时"):
            await undo_roster(tx, who=None, now=NOW + timedelta(hours=25))
    async with office.database.begin() as tx:
        await undo_roster(tx, who=None, now=LATER)
    async with office.database.begin() as tx:
        assert await People(tx).count("") == 0
        with pytest.raises(Refusal):
            await undo_roster(tx, who=None, now=LATER)


async def test_somebody_with_a_task_is_marked_as_left_instead_of_deleted(
    office: Office, rows: list[Row]
) -> None:
    async with office.database.reading() as tx:
        pupil = await People(tx).by_code("2301001")
        assert pupil is not None
    await open_task(office.database, 1, pupil.id, pupil.unit)
    async with office.database.begin() as tx:
        await undo_roster(tx, who=None, now=LATER)
        left = await People(tx).by_code("2301001")
        assert left is not None
        assert left.left_at == LATER
        assert [one.path for one in await People(tx).units()] == [
            "护理学院", "护理学院/2023级", "护理学院/2023级/护理2301",
        ]  # fmt: skip


async def test_a_move_to_another_corp_changes_the_address(office: Office) -> None:
    corps = {"附属中学": Corp("middle", "ww02"), "": Corp("campus", "ww01")}
    rows = school()
    await office.applies(rows, corps=corps)
    row_of(rows, "71001")["单位"] = "护理学院"
    await office.applies(rows, LATER, corps=corps)
    async with office.database.reading() as tx:
        people = People(tx)
        pupil = await people.by_code("71001")
        assert pupil is not None
        contacts = (await people.contacts_of([pupil.id]))[pupil.id]
        assert [(one.address, one.account) for one in contacts] == [
            (Address.member("ww01", "s71001"), "campus")
        ]
    assert (await office.looks(rows, corps)).difference.empty


async def test_the_roster_wins_over_a_wrong_chat_binding(office: Office, rows: list[Row]) -> None:
    stray = Address.member("ww01", "s2301999")
    async with office.database.begin() as tx:
        people = People(tx)
        wrong = await people.by_code("2301002")
        assert wrong is not None
        await people.bind(stray, "campus", wrong.id, How.CHAT, NOW)
    rows.append(row_of(rows, "2301002") | {"编号": "2301999", "姓名": "新来", "企业微信账号": "s2301999"})
    await office.applies(rows, LATER)
    async with office.database.reading() as tx:
        found = await People(tx).current([stray.key])
        owner = found[stray.key].person
        assert owner is not None
        assert owner.code == "2301999"


async def test_every_import_is_in_the_audit_log_without_names(office: Office, rows: list[Row]) -> None:
    async with office.database.reading() as tx:
        (entry,) = await tx.rows(sa.select(audit))
        assert entry.what == "roster.import"
        assert entry.detail["new"] == len(rows)
        assert rows[0]["姓名"] not in str(entry.detail)


async def test_an_old_journal_is_forgotten_with_the_next_import(office: Office, rows: list[Row]) -> None:
    row_of(rows, "2301001")["姓名"] = "新名"
    await office.applies(rows, NOW + timedelta(days=2))
    async with office.database.reading() as tx:
        journals = await tx.rows(sa.select(roster_import.c.journal).order_by(roster_import.c.at))
        assert [one.journal is None for one in journals] == [True, False]


async def test_what_the_administrator_reads(office: Office, rows: list[Row]) -> None:
    row_of(rows, "2301001")["单位"] = "护理学院/2023级/护理23O1"
    row_of(rows, "2301002")["编号"] = ""
    rows.append(row_of(rows, "2301003") | {"姓名": "别人"})
    preview = await office.looks(rows)
    assert preview.text.startswith("读到209行。")
    assert "第2行单位「护理23O1」疑为「护理2301」" in preview.text
    assert "第3行缺编号" in preview.text
    assert not preview.difference.leavers
    assert preview.difference.kept == 3  # two students, and the parent of one of them
    assert len(preview.text.encode()) <= 2048


async def test_known_people_come_back_as_the_file_said(office: Office, rows: list[Row]) -> None:
    async with office.database.reading() as tx:
        known = await Rosters(tx).known()
    admin = next(one for one in known.values() if any(held.role is RoleName.ADMIN for held in one.roles))
    assert {held.unit for held in admin.roles} == {""}
    assert known["P2301001"].children == {"2301001", "2402111"}
    assert known["2301001"].userid == "s2301001"


def test_the_nearest_corp_serves_a_unit() -> None:
    class App:
        def __init__(self, id_: str, units: tuple[str, ...]) -> None:
            self.id, self.corp_id, self.units = id_, f"ww-{id_}", units

    corps = corps_of([App("all", ()), App("middle", ("附属中学",)), App("second", ("附属中学",))])
    assert corp_for(corps, "附属中学/初一") == Corp("middle", "ww-middle")
    assert corp_for(corps, "附属中学二部") == Corp("all", "ww-all")
    assert corp_for({}, "附属中学") is None
