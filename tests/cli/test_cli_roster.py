"""A roster is looked at first, written on request, and taken back within a day."""

from __future__ import annotations

import pytest

from bot.people.store import People
from tests.cli.office import ROSTER, Office


async def people(office: Office) -> dict[str, str]:
    database = office.database()
    try:
        async with database.reading() as tx:
            return {one.code: one.unit for one in await People(tx).members("")}
    finally:
        await database.close()


async def test_preview_then_apply_then_undo(office: Office) -> None:
    roster = office.folder / "roster.csv"
    looked = await office.types("roster", "import", roster)
    assert looked.code == 0
    assert "读到4行。新增4" in looked.out
    assert "加 --apply" in looked.out
    assert await people(office) == {}
    done = await office.types("roster", "import", roster, "--apply")
    assert (done.code, "已应用" in done.out) == (0, True)
    assert sorted(await people(office)) == ["2301001", "2301002", "P1", "T1001"]
    assert "[2/2] 写入" in done.err
    again = await office.types("roster", "import", roster, "--apply")
    assert "没有要改的" in again.out
    undone = await office.types("roster", "undo")
    assert "去掉新增4人" in undone.out
    assert await people(office) == {}
    nothing = await office.types("roster", "undo")
    assert (nothing.code, "没有可以撤回的导入" in nothing.err) == (1, True)


async def test_bad_rows_are_told_by_line_and_good_ones_are_kept(office: Office) -> None:
    nursing = "护理学院/2023级/护理2301,,,,"
    rows = f"{ROSTER}2301003,周周,同学,{nursing}\n,吴名,学生,{nursing}\n"
    done = await office.types("roster", "import", office.write("roster.csv", rows), "--apply")
    assert done.code == 0
    assert "roster.csv:6: " in done.err
    assert "roster.csv:7: " in done.err
    assert len(await people(office)) == 4


async def test_half_a_school_does_not_leave_by_mistake(office: Office) -> None:
    await office.types("roster", "import", office.folder / "roster.csv", "--apply")
    half = office.write("half.csv", "".join(ROSTER.splitlines(keepends=True)[:2]))
    refused = await office.types("roster", "import", half, "--apply")
    assert (refused.code, "--allow-many-leavers" in refused.err) == (1, True)
    assert len(await people(office)) == 4
    done = await office.types("roster", "import", half, "--apply", "--allow-many-leavers")
    assert done.code == 0
    assert len(await people(office)) == 3


PHONE = "138" + "0" * 8  # belongs to nobody


@pytest.mark.parametrize("text", ["", f"姓名,电话\n林小满,{PHONE}\n"])
async def test_a_useless_file_is_refused(office: Office, text: str) -> None:
    refused = await office.types("roster", "import", office.write("bad.csv", text), "--apply")
    assert refused.code == 1
    assert refused.err
    assert PHONE not in refused.out + refused.err


async def test_no_such_file_is_wrong_usage(office: Office) -> None:
    missing = await office.types("roster", "import", office.folder / "none.csv")
    assert (missing.code, "没有这个文件" in missing.err) == (2, True)
