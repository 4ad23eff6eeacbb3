"""Files of the console: workbooks that go out, a roster that comes in and can be taken back."""

from __future__ import annotations

import io
import re

import python_calamine
import sqlalchemy as sa
from web_cast import NURSES, ROWS, Browser, Campus, New, Page, enters, roster

from bot.people.tables import audit
from bot.work import Work


async def exports(one: Browser, **fields: str) -> Page:
    await one.opens("/console/exports")
    return await one.posts("/console/exports", **fields)


async def test_a_campaign_as_a_workbook(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("parents-letter")
    liaison = await enters(browser(), campus, "A3")
    page = await exports(liaison, what="campaign", id=campaign, ending="xlsx")
    assert page.status == 200
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(await page.answer.read()))
    cells = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert NURSES in cells
    assert "合计" in cells
    sheet = await exports(liaison, what="sheet", id=campaign, unit=NURSES, ending="xlsx")
    assert sheet.status == 200
    assert (await exports(liaison, what="weekly", unit="护理学院", ending="docx")).status == 200
    for unit in ("", "学生处"):
        page = await exports(liaison, what="sheet", id=campaign, unit=unit, ending="xlsx")
        assert page.status == 403
    async with campus.database.reading() as tx:
        lines = await tx.rows(sa.select(audit.c.detail).where(audit.c.what == "export"))
    assert [line.detail["what"] for line in lines] == ["campaign", "sheet", "weekly"]


def named(name: str, data: bytes) -> io.BytesIO:
    """A file as a browser uploads it."""
    file = io.BytesIO(data)
    file.name = name
    return file


def hidden(page_text: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(name|shown|data)" value="([^"]*)"', page_text))


async def test_a_roster_is_looked_at_applied_and_taken_back(browser: New, campus: Campus) -> None:
    admin = await enters(browser(), campus, "A1", "roster")
    rows = (
        *ROWS,
        ("2301003", "赵一", "学生", NURSES, "", "", "", ""),
        ("", "无编号", "学生", NURSES, "", "", "", ""),
    )
    page = await admin.posts("/console/roster", file=io.BytesIO(roster(rows)))
    assert page.status == 400 or "新增1" in page.words
    page = await admin.opens("/console/roster")
    page = await admin.posts("/console/roster", file=named("花名册.csv", roster(rows)))
    assert "新增1" in page.words
    assert "第13行" in page.words or "第12行" in page.words
    async with campus.database.reading() as tx:
        assert await Work(tx).people.by_code("2301003") is None
    fields = hidden(page.text)
    tampered = await admin.posts("/console/roster/apply", **fields | {"shown": "0" * 32})
    assert "请重新预览" in tampered.words
    page = await admin.posts("/console/roster/apply", **fields)
    assert "已应用，24小时内可撤回" in page.words
    assert (await campus.person("2301003")).name == "赵一"
    page = await admin.posts("/console/roster/undo")
    assert "已撤回" in page.words
    await admin.opens("/console/roster")
    assert (await admin.posts("/console/roster/apply", name="x", shown="", data="AAAA")).status == 403
    await admin.opens("/console/roster")
    bad = named("x.xlsx", b"\x89PNG nothing of a roster")
    assert (await admin.posts("/console/roster", file=bad)).status == 400


async def test_half_a_roster_needs_a_second_thought(browser: New, campus: Campus) -> None:
    admin = await enters(browser(), campus, "A1", "roster")
    half = roster(tuple(row for row in ROWS if row[0] != "2301002" and row[2] == "学生"))
    page = await admin.posts("/console/roster", file=named("half.csv", half))
    assert "允许大量离校" in page.words
    fields = hidden(page.text)
    refused = await admin.posts("/console/roster/apply", **fields)
    assert refused.status == 409
    done = await admin.posts("/console/roster/apply", many="1", **fields)
    assert "已应用" in done.words
    assert (await campus.person("2301002")).left_at is not None
