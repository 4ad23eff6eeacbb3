"""Documents as people get them: the same figures in Word, Excel and PDF, and nothing that bites."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from time import perf_counter

import docx
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook
from reports_cast import NOW, NURSES, OFFICE, SCHOOL, TEST

from bot.db import Database
from bot.duties.rules import ProofKind
from bot.errors import Refusal
from bot.people.store import People
from bot.receipts.rules import Level
from bot.reports import actions, wording, wording_documents
from bot.reports.bulletins import bulletin
from bot.reports.class_sheet import class_sheet
from bot.reports.documents import Document, Paragraph, Table
from bot.reports.files import written
from bot.reports.look_back import chain
from bot.reports.records import Filing, Period, SheetLine
from bot.reports.rules import RedLine, ReportKind
from bot.reports.store import Stats

SINCE = datetime(2026, 9, 1, tzinfo=UTC)


def pdf_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as file:
        return "".join(page.get_textpage().get_text_bounded() for page in file)


def docx_text(data: bytes) -> str:
    file = docx.Document(BytesIO(data))
    cells = (cell.text for table in file.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(p.text for p in file.paragraphs), *cells])


def xlsx_cells(data: bytes) -> list[object]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0)
    return [cell for row in sheet.to_python() for cell in row if cell != ""]


def plain(text: str) -> str:
    """PDF readers put line ends where lines wrap, and typst a little space beside figures."""
    return "".join(text.split())


async def report(
    college: Database, kind: ReportKind, unit: str = "", line: RedLine | None = None
) -> Document:
    async with college.reading() as tx:
        return await actions.period_report(Stats(tx), SCHOOL, kind, unit, SINCE, NOW, NOW, line or RedLine())


def everything(document: Document) -> str:
    return plain(docx_text(written(document, "a.docx")))


@pytest.mark.parametrize("kind", list(ReportKind))
async def test_a_bulletin_says_the_same_in_word_excel_and_pdf(college: Database, kind: ReportKind) -> None:
    document = await report(college, kind)
    word, pdf = docx_text(written(document, "a.docx")), pdf_text(written(document, "a.pdf"))
    excel = xlsx_cells(written(document, "a.xlsx"))
    title = SCHOOL + wording_documents.TITLES[kind]
    for said in (title, "66.7%", "秋季反诈测试", "减负红线", "不对单位或个人排名"):
        assert plain(said) in plain(word)
        assert plain(said) in plain(pdf)
        assert any(plain(said) in plain(str(cell)) for cell in excel)
    assert 18 in excel  # a number that Excel can add up
    assert ("逐月情况" in word) == (kind in (ReportKind.HALF_YEAR, ReportKind.ANNUAL))


async def test_chat_and_bulletin_show_the_same_number(college: Database) -> None:
    async with college.reading() as tx:
        tallies = await Stats(tx).tallies(("",), occurrence=TEST, duty=None, depth=1, now=NOW)
    assert "完成12（66.7%）" in wording.stats(tallies, ("",), NOW, SCHOOL)
    assert "66.7%" in everything(await report(college, ReportKind.WEEKLY))


async def test_no_install_rate_unless_two_people_and_a_paper_allow_it(college: Database) -> None:
    guarded = await report(college, ReportKind.WEEKLY)
    table = next(block for block in guarded.blocks if isinstance(block, Table))
    app = next(row for row in table.rows if row[0] == "国家反诈中心APP")
    assert app[4:] == (19, "100%", "—", "—", "—", "—")
    lifted = await report(college, ReportKind.WEEKLY, line=RedLine("教〔2026〕1号", ("李老师", "王老师")))
    assert "教〔2026〕1号" in everything(lifted)
    assert "减负红线已解除" in everything(lifted)
    table = next(block for block in lifted.blocks if isinstance(block, Table))
    assert next(row for row in table.rows if row[0] == "国家反诈中心APP")[-2:] == (12, "63.2%")


async def test_a_bulletin_names_nobody_and_hides_small_units(college: Database) -> None:
    document = await report(college, ReportKind.MONTHLY, unit="信息学院/2023级")
    said = everything(document)
    assert "软件专升本" not in said
    assert "其他（含不足5人的单位）" in said
    assert "甲T11" not in said
    assert "甲C11" not in said


async def test_a_late_bulletin_says_so_first(college: Database) -> None:
    period = Period(
        ReportKind.WEEKLY,
        SCHOOL,
        "",
        SINCE,
        NOW,
        NOW,
        (),
        (Filing("周通报", OFFICE, NOW - timedelta(hours=1), None),),
        deadline=NOW - timedelta(hours=20),
    )
    document = bulletin(period)
    first = document.blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text.startswith("【迟报】")
    assert "未报" in everything(document)


def fifty(name: str = "欧阳䶮") -> list[SheetLine]:
    return [
        SheetLine(f"23010{i:02d}", name, NOW, ProofKind.SIGNED, Level.NAME, f"RC{i:06d}", "")
        for i in range(50)
    ]


@pytest.mark.parametrize("ending", ["pdf", "xlsx", "docx"])
def test_a_class_of_fifty_has_its_sheet_in_half_a_second(ending: str) -> None:
    document = class_sheet(SCHOOL, NURSES, "秋季反诈测试", fifty(), NOW)
    written(document, f"warm.{ending}")
    start = perf_counter()
    data = written(document, f"a.{ending}")
    assert perf_counter() - start < 0.5
    reader = {"pdf": pdf_text, "docx": docx_text, "xlsx": lambda d: "".join(map(str, xlsx_cells(d)))}[ending]
    said = plain(reader(data))
    assert said.count("欧阳䶮") == 50
    assert "2301049" in said
    assert "RC000049" in said


async def test_the_class_sheet_of_the_college(college: Database) -> None:
    async with college.reading() as tx:
        document = await actions.sheet_report(Stats(tx), SCHOOL, NURSES, TEST, NOW)
        with pytest.raises(Refusal, match="没有活动"):
            await actions.sheet_report(Stats(tx), SCHOOL, NURSES, "nothing@2026-01-01T00:00", NOW)
    said = everything(document)
    assert "在册6，豁免1，应到5，已完成3（60.0%），未完成2。" in said
    assert "RCN101" in said
    assert "豁免：病假" in said


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "http://a.test", "0123"])
def test_a_name_is_never_a_formula_a_link_or_a_number(name: str) -> None:
    data = written(class_sheet(SCHOOL, NURSES, name, fifty(name)[:2], NOW), "a.xlsx")
    with zipfile.ZipFile(BytesIO(data)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
    assert xlsx_cells(data).count(name) == 2


def test_markup_in_a_name_stays_text_in_the_pdf() -> None:
    name = '#text(red)[x] $x$ "\\ <a>'
    data = written(class_sheet(SCHOOL, NURSES, "测试", fifty(name)[:1], NOW), "a.pdf")
    assert plain(name) in plain(pdf_text(data))


def test_chinese_text_has_a_chinese_font_in_word() -> None:
    data = written(class_sheet(SCHOOL, NURSES, "测试", fifty(), NOW), "a.docx")
    with zipfile.ZipFile(BytesIO(data)) as file:
        assert 'w:eastAsia="仿宋"' in file.read("word/styles.xml").decode()
        body = file.read("word/document.xml").decode()
    assert 'w:eastAsia="黑体"' in body
    assert "w:tblHeader" in body


async def test_the_look_back_says_what_was_done_and_never_an_answer(college: Database) -> None:
    async with college.reading() as tx:
        who = await People(tx).by_code("N101")
        one = await actions.past_report(Stats(tx), SCHOOL, NURSES, SINCE, NOW, NOW, who)
        unit = await actions.past_report(Stats(tx), SCHOOL, NURSES, SINCE, NOW, NOW)
    said = everything(one)
    assert "秋季反诈测试1次（本人完成1次）" in said
    assert "家长已签收11-22" in said
    assert "答题内容、对话内容不在其中" in said
    assert "甲N11" not in said
    assert "本人" not in everything(unit).replace("本人完成", "")


async def test_a_look_back_to_a_day_names_that_day_as_its_last(college: Database) -> None:
    until = actions.moment_of("2026-11-22", end=True)
    async with college.reading() as tx:
        pack = await actions.past_report(Stats(tx), SCHOOL, NURSES, SINCE, until, NOW)
    assert "至2026年11月22日" in pack.subtitle


def test_a_changed_line_changes_every_hash_after_it() -> None:
    true = chain("school", ["a", "b", "c", "d"])
    false = chain("school", ["a", "B", "c", "d"])
    assert true[0] == false[0]
    assert all(one != other for one, other in zip(true[1:], false[1:], strict=True))
    assert chain("other", ["a"])[0] != true[0]


def test_an_unknown_ending_is_refused_with_the_three_that_work() -> None:
    with pytest.raises(Refusal) as refused:
        written(class_sheet(SCHOOL, NURSES, "测试", [], NOW), "a.doc")
    assert ".docx、.xlsx 或 .pdf" in refused.value.sentence


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (ReportKind.WEEKLY, "2026-11-15"),
        (ReportKind.MONTHLY, "2026-10-22"),
        (ReportKind.HALF_YEAR, "2026-07-01"),
        (ReportKind.ANNUAL, "2026-01-01"),
    ],
)
def test_the_running_period_begins_at_midnight_in_china(kind: ReportKind, first: str) -> None:
    since, until = actions.span(kind, NOW)
    assert since.isoformat() == f"{first}T00:00:00+08:00"
    assert until == NOW


def test_a_month_report_at_the_end_of_march_begins_at_the_end_of_february() -> None:
    assert actions.span(ReportKind.MONTHLY, datetime(2027, 3, 31, 4, tzinfo=UTC))[0].day == 28


@pytest.mark.parametrize(
    ("kind", "last", "first"),
    [
        (ReportKind.WEEKLY, "2026-11-22", "2026-11-16"),
        (ReportKind.MONTHLY, "2026-11-24", "2026-10-25"),
        (ReportKind.HALF_YEAR, "2026-06-30", "2026-01-01"),
        (ReportKind.HALF_YEAR, "2026-12-31", "2026-07-01"),
        (ReportKind.ANNUAL, "2026-12-31", "2026-01-01"),
    ],
)
def test_a_report_to_its_last_day_has_the_whole_period(kind: ReportKind, last: str, first: str) -> None:
    since, _ = actions.span(kind, actions.moment_of(last, end=True))
    assert since.isoformat() == f"{first}T00:00:00+08:00"


def test_friday_bulletins_leave_no_reminder_of_friday_out() -> None:
    first = datetime.fromisoformat("2026-11-13T09:20+08:00")
    reminder = datetime.fromisoformat("2026-11-13T16:40+08:00")
    spans = [actions.span(ReportKind.WEEKLY, first + timedelta(weeks=week)) for week in range(2)]
    assert any(since <= reminder < until for since, until in spans)
    assert [until - since for since, until in spans] == [timedelta(days=7, hours=9, minutes=20)] * 2


@pytest.mark.parametrize("text", ["gestern", "2026-13-01", "", "9999-12-31", "0001-01-01"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="不是日期"):
        actions.moment_of(text, end=True)


def test_a_bare_last_day_counts_whole() -> None:
    for day in ("2026-11-22", "20261122", " 2026-11-22 "):
        assert actions.moment_of(day, end=True) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert actions.moment_of("2026-11-22T16:40") == datetime(2026, 11, 22, 8, 40, tzinfo=UTC)
