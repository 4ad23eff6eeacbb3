"""What must not be seen in a document, fewer than five people, and what must: all lines of a long cell."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pypdfium2
from hypothesis import given
from hypothesis import strategies as st
from reports_cast import NOW, NURSES, SCHOOL

from bot.db import Database
from bot.duties.rules import Ask
from bot.reports import actions
from bot.reports.bulletins import bulletin
from bot.reports.class_sheet import class_sheet
from bot.reports.documents import Document, Figure, Paragraph, Table
from bot.reports.files import written
from bot.reports.records import Period, SheetLine
from bot.reports.rules import ReportKind, Tally
from bot.reports.store import Stats

SINCE = datetime(2026, 9, 1, tzinfo=UTC)


async def annual(college: Database) -> Document:
    async with college.reading() as tx:
        return await actions.period_report(Stats(tx), SCHOOL, ReportKind.ANNUAL, "", SINCE, NOW, NOW)


async def test_a_month_with_one_letter_to_two_families_does_not_say_who_signed(college: Database) -> None:
    document = await annual(college)
    tables = {table.head[0]: table.rows for table in document.blocks if isinstance(table, Table)}
    assert next(row for row in tables["活动"] if row[0] == "给家长的一封信")[2] == "<5"
    september = next(row for row in tables["月份"] if row[0] == "2026-09")
    assert september[5:8] == ("<5", "—", "—")


def counted(unit: str, ask: Ask, due: int, done: int = 0) -> Tally:
    figures = (due, 0, due, due, done, 0, {}, NOW)
    return Tally(unit, f"{ask}@2026-10-14T16:20", ask, "事项", ask, *figures)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.sampled_from(list(ReportKind)))
def test_fewer_than_five_who_must_do_something_are_shown_nowhere(owed: list[int], kind: ReportKind) -> None:
    """Every unit has twenty people who are only told, and some who must do something."""
    units = {f"{number:02d}系": count for number, count in enumerate(owed)}
    tallies = [counted(unit, Ask.NOTHING, 20) for unit in units]
    tallies += [counted(unit, Ask.TICK, count, count // 2) for unit, count in units.items() if count]
    document = bulletin(Period(kind, SCHOOL, "", SINCE, NOW, NOW, tuple(tallies)))
    tables = {table.head[0]: table.rows for table in document.blocks if isinstance(table, Table)}
    shown = {row[0]: row[5] for row in tables["单位"]}
    said = "".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    figure = next((block for block in document.blocks if isinstance(block, Figure)), None)
    few = {unit for unit, count in units.items() if 0 < count < 5}
    assert all(shown[unit] == "<5" for unit in few)
    if 0 < sum(owed) < 5:
        assert "须完成的不足5人" in said
    elif few:
        rest = sum(count for count in shown.values() if isinstance(count, int))
        assert sum(owed) - rest >= 5, "the others tell it"
        assert figure is None or all(f"{unit}不单列" in figure.alt for unit in few)
        assert figure is None or figure.svg.count("不单列") >= len(few)


def test_the_other_months_do_not_tell_a_month_of_fewer_than_five() -> None:
    """The sum over all months stands above them."""
    months = {9: (3, 1), 10: (40, 30), 11: (50, 45)}
    tallies = tuple(
        replace(counted("01系", Ask.TICK, *figures), planned_at=datetime(2026, month, 10, tzinfo=UTC))
        for month, figures in months.items()
    )
    told = tuple(replace(one, ask=Ask.NOTHING, due=20, done=0) for one in tallies)
    document = bulletin(Period(ReportKind.ANNUAL, SCHOOL, "", SINCE, NOW, NOW, (*told, *tallies)))
    tables = {table.head[0]: table.rows for table in document.blocks if isinstance(table, Table)}
    shown = [row[5:8] for row in tables["月份"]]
    assert shown[0] == ("<5", "—", "—")
    rest = 93 - sum(row[0] for row in shown if isinstance(row[0], int))
    assert rest >= 5, "the others tell it"


LONG = [
    SheetLine("2301001", "阿布都热依木·买买提江", None, None, None, "", "在国外交流学习，没有手机可用"),
    SheetLine("2301002", "林小满", None, None, None, "", ""),
]


def test_what_takes_several_lines_stays_in_its_own_row_of_a_pdf() -> None:
    data = written(class_sheet(SCHOOL, NURSES, "秋季反诈测试", LONG, NOW), "a.pdf")
    with pypdfium2.PdfDocument(data) as file:
        page = file[0].get_textpage()

        def box(said: str) -> tuple[float, float, float, float]:
            found = page.search(said).get_next()
            assert found
            return page.get_charbox(found[0] + found[1] - 1)  # left, bottom, right, top

        border = box("2301002")[3] + 9  # points: what a row of one line has above it
        for end in ("提江", "可用"):
            assert box(end)[1] > border, end


def test_what_takes_several_lines_is_not_cut_in_excel() -> None:
    data = written(class_sheet(SCHOOL, NURSES, "秋季反诈测试", LONG, NOW), "a.xlsx")
    with zipfile.ZipFile(BytesIO(data)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    heights = [float(found) for found in re.findall(r'<row [^>]* ht="([\d.]+)"', sheet)]
    assert [round(height) for height in heights[-3:-1]] == [42, 26], (
        "three lines of a reason, then a row to sign in"
    )
