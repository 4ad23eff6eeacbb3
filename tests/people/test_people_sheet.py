"""Files as they come: strange encodings, broken ones, and some made to do harm."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadFile
from bot.people.roster import read_roster
from bot.people.sheet import read_sheets
from bot.simulator.cast import COLUMNS, college, to_csv, to_xlsx

HEADER = "编号,姓名,身份,单位"


def csv_file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_one_college_in_every_encoding(encoding: str) -> None:
    file = read_roster(to_csv(college(), encoding=encoding), "花名册.csv")
    assert len(file.rows) == len(college())
    assert file.complaints == ()
    assert file.rows == read_roster(to_xlsx(college()), "花名册.xlsx").rows


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"\xff\xff\xff", b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04junk"]
)
def test_what_is_no_table_gets_one_clear_complaint(data: bytes) -> None:
    with pytest.raises(BadFile) as bad:
        read_roster(data, "x.xlsx")
    assert len(bad.value.complaints) == 1


def test_tabs_and_semicolons_separate_too() -> None:
    assert read_roster("编号\t姓名\t身份\t单位\n1\t张三\t学生\t甲班".encode(), "x.csv").rows[0].name == "张三"
    assert read_roster("编号;姓名;身份;单位\n1;张三;学生;甲班".encode(), "x.csv").rows[0].unit == "甲班"


def test_zeros_kept_by_tricks_are_kept() -> None:
    rows = read_roster(
        csv_file('="0012",张三,学生,甲班', "'0013,李四,学生,甲班", "0014,王五,学生,甲班"), "x.csv"
    ).rows
    assert [row.code for row in rows] == ["0012", "0013", "0014"]


def test_a_formula_is_text_and_no_name() -> None:
    file = read_roster(csv_file("1,\"=cmd|'/c calc'!A1\",学生,甲班", "2,李四,学生,甲班"), "x.csv")
    assert [row.code for row in file.rows] == ["2"]
    assert [c.line for c in file.complaints] == [2]


def test_formulas_of_a_workbook_give_their_values_only() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["编号", "姓名", "身份", "单位"])
        sheet.write_row(1, 0, [2301001, "张三", "学生", "甲班"])
        sheet.write_formula(2, 0, '=HYPERLINK("http://x","1")', value="2301002")
        sheet.write_row(2, 1, ["李四", "学生", "甲班"])
    rows = read_roster(buffer.getvalue(), "x.xlsx").rows
    assert [row.code for row in rows] == ["2301001", "2301002"]


def test_a_number_rounded_by_the_spreadsheet_is_refused() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["编号", "姓名", "身份", "单位"])
        sheet.write_row(1, 0, [20260907123456789, "张三", "学生", "甲班"])
    file = read_roster(buffer.getvalue(), "x.xlsx")
    assert file.rows == ()
    assert "文本" in file.complaints[0].message


def test_line_numbers_are_those_of_the_spreadsheet() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        workbook.add_worksheet("说明").write(0, 0, "请填下一张")
        sheet = workbook.add_worksheet("名单")
        sheet.write(1, 0, "示例职业技术学院花名册")
        sheet.write_row(3, 0, ["编号", "姓名", "身份", "单位"])
        sheet.write_row(6, 0, ["1", "张三", "学生", "甲班"])
        sheet.write_row(9, 0, ["", "李四", "学生", "甲班"])
    file = read_roster(buffer.getvalue(), "x.xlsx")
    assert [row.line for row in file.rows] == [7]
    assert [c.line for c in file.complaints] == [10]


def test_a_huge_cell_costs_its_own_row_only() -> None:
    file = read_roster(csv_file(f"1,{'张' * 200_000},学生,甲班", "2,李四,学生,甲班"), "x.csv")
    assert [row.code for row in file.rows] == ["2"]
    assert [c.line for c in file.complaints] == [2]
    workbook = to_xlsx([{"编号": "1", "姓名": "张" * 30_000, "身份": "学生", "单位": "甲班"}, *college()[:1]])
    assert len(read_roster(workbook, "x.xlsx").rows) == 1


def test_an_open_quote_is_named_with_its_line() -> None:
    file = read_roster(csv_file("1,张三,学生,甲班", '2,"李四,学生,甲班', *["3,王五,学生,甲班"] * 5), "x.csv")
    assert [row.code for row in file.rows] == ["1"]
    assert [c.line for c in file.complaints] == [3]


def test_one_column_is_no_roster() -> None:
    with pytest.raises(BadFile, match="身份"):
        read_roster("姓名\n张三\n".encode(), "x.csv")


def test_a_header_alone_is_no_roster() -> None:
    with pytest.raises(BadFile, match="没有一行"):
        read_roster(csv_file(), "x.csv")


@pytest.mark.parametrize("place", [(1_048_575, 8), (600, 16_383), (1_048_575, 16_383)])
def test_a_cell_at_the_far_end_does_not_eat_the_memory(place: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["编号", "姓名", "身份", "单位"])
        sheet.write(*place, "x")
    with pytest.raises(BadFile, match="太大"):
        read_sheets(buffer.getvalue(), "x.xlsx")


def test_an_old_or_locked_workbook_is_told_apart() -> None:
    with pytest.raises(BadFile, match="密码"):
        read_sheets(b"\xd0\xcf\x11\xe0" + bytes(600), "x.xls")


def test_a_zip_that_is_no_workbook() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(BadFile):
        read_sheets(buffer.getvalue(), "x.xlsx")


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with suppress(BadFile):
        assert read_roster(data, "x").rows is not None


cells = st.text(max_size=12)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, cells)), min_size=1, max_size=8))
def test_no_cells_break_the_parser_and_every_line_is_accounted_for(rows: list[dict[str, str]]) -> None:
    with suppress(BadFile):
        file = read_roster(to_csv(rows), "x.csv")
        good, spoiled = {row.line for row in file.rows}, {c.line for c in file.complaints}
        assert not good & spoiled
        assert len(good) == len(file.rows)
        assert len(good) <= file.lines
