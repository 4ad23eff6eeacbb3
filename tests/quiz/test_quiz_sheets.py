"""Excel sheets of Chinese schools, Aiken files, and the question files they become."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quiz_cast import DAY, REFUND, banks

from bot.errors import BadFile
from bot.quiz.bank import read_bank
from bot.quiz.exchange import Draft, settle
from bot.quiz.exchange_aiken import read_aiken
from bot.quiz.exchange_read import read_exchange
from bot.quiz.exchange_sheet import read_sheet
from bot.quiz.exchange_sheet_write import write_sheet
from bot.quiz.exchange_yaml import write_file, write_files
from bot.quiz.items import AUDIENCES, Item, ItemType

NOTHING = Draft(0, ItemType.SINGLE, "", (), frozenset())


def workbook(*rows: Sequence[object]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(y, x, cell, day)
            elif cell != "":
                sheet.write(y, x, cell)
    book.close()
    return buffer.getvalue()


HEADER = (
    "序号", "试题类型", "题目", "A", "选项 B", "选项C", "D选项", "正确答案", "答案解析", "考点", "难易度",
    "适用人群", "出处", "复核日期",
)  # fmt: skip


def test_a_sheet_with_other_names_in_any_order() -> None:
    data = workbook(
        ("2026 年题库",),
        HEADER,
        (1, "单选题", "题一", "给", "不给", "问", "", "B", "因为", "点", "容易", "高校、教师", "某", DAY),
        (2, "多项选择题", "题二", 110, 96110, "等", "", "A、B", "因为", "点", 2, "全体", "某", "2027/9/1"),
        (3, "", "题三", "", "", "", "", "×", "因为", "点", "较难", "家长", "某", "2027年9月1日"),
        (),
        (4, "判断题", "题四", "错误", "正确", "", "", "A", "因为", "点", 3, "家长", "某", "2027-09-01"),
    )  # fmt: skip
    carried = read_sheet(data, "题库.xlsx")
    assert carried.refused == ()
    assert [str(note) for note in carried.notes] == ["题库.xlsx:2: “序号”一列没有带过来"]
    single, multiple, judge, turned = carried.drafts
    assert (single.type, single.right, single.difficulty) == (ItemType.SINGLE, frozenset({1}), 1)
    assert (single.audience, single.review_by) == (("大学", "教职工"), DAY)
    assert (multiple.options, multiple.right) == (("110", "96110", "等"), frozenset({0, 1}))
    assert (multiple.audience, multiple.review_by) == (AUDIENCES, DAY)
    assert (judge.type, judge.options, judge.right) == (ItemType.JUDGE, ("对", "错"), frozenset({1}))
    assert (turned.line, turned.right) == (7, frozenset({1}))


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (("填空题", "首都是？", "", "", "", "", "北京"), "填空题不在"),
        (("单选题", "题", "甲", "", "丙", "", "A"), "选项 B 是空的"),
        (("单选题", "题", "甲", "乙", "", "", "E"), "答案“E”"),
        (("单选题", "题", "甲", "乙", "", "", ""), "没有答案"),
        (("单选题", "题", "甲", "乙", "", "", "AB"), "答案“AB”"),
        (("单选题", "", "甲", "乙", "", "", "A"), "没有题干"),
        (("判断题", "题", "甲", "乙", "", "", "A"), "只能是对和错"),
        (("单选题", "题", "甲", "乙", "", "", "A", "", "", "地狱", "火星人", "", "明天"), "难度“地狱”"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_with_its_line(row: tuple[str, ...], part: str) -> None:
    good = ("", "单选题", "题", "甲", "乙", "", "", "A")
    carried = read_sheet(workbook(HEADER, good, ("", *row), good), "f.xlsx")
    assert len(carried.drafts) == 2
    assert {complaint.line for complaint in carried.refused} == {3}
    assert any(part in complaint.message for complaint in carried.refused)


def test_everything_wrong_with_a_row_comes_at_once() -> None:
    row = ("", "单选题", "题", "甲", "乙", "", "", "X", "", "", "地狱", "火星人", "", "明天")
    carried = read_sheet(workbook(HEADER, row), "f.xlsx")
    assert len(carried.refused) == 4


def test_a_sheet_without_a_header_is_refused() -> None:
    with pytest.raises(BadFile, match="题干、答案"):
        read_sheet(workbook(("姓名", "学号"), ("示例", "1")), "f.xlsx")
    carried = read_sheet(workbook(("题干", "选项A", "选项A"), ("题", "甲", "乙")), "f.xlsx")
    assert [c.message for c in carried.refused] == ["“选项A”有两列", "表头缺：答案"]


def test_gaps_are_filled_from_the_command_and_told_otherwise() -> None:
    drafts = read_sheet(workbook(HEADER, ("", "", "题", "甲", "乙", "", "", "A", "因为。")), "f.xlsx").drafts
    bare = settle(drafts, NOTHING, "mine", (), "f.xlsx")
    assert [c.line for c in bare.complaints] == [2] * 6
    given = replace(
        NOTHING, topic="主题", point="点", audience=("大学",), difficulty=2, source="公安部", review_by=DAY
    )
    (item,) = settle(drafts, given, "mine", {"mine-001"}, "f.xlsx").items
    assert (item.id, item.point, item.answer) == ("mine-002", "点", frozenset("A"))


def test_aiken() -> None:
    text = "要验证码？\nA. 给\nB) 不给\nANSWER: B\n\n要做？\nA. 断网\nB. 等\nC. 报警\nANSWER: A, C\n"
    first, second = read_aiken(text, "f.txt").drafts
    assert (first.line, first.options, first.right) == (1, ("给", "不给"), frozenset({1}))
    assert (second.line, second.type, second.right) == (6, ItemType.MULTIPLE, frozenset({0, 2}))


def test_aiken_slips_are_told_with_their_line() -> None:
    text = (
        "没有答案行\nA. 甲\nB. 乙\n\n乱序\nA. 甲\nC. 乙\nANSWER: A\n\n"
        "没这个选项\nA. 甲\nB. 乙\nANSWER: D\n\n好的\nA. 甲\nB. 乙\nANSWER: A\n\n多余的一行\n"
    )
    carried = read_aiken(text, "f.txt")
    assert [draft.stem for draft in carried.drafts] == ["好的"]
    assert [complaint.line for complaint in carried.refused] == [1, 5, 10, 20]


def test_the_format_is_recognised() -> None:
    assert read_exchange("题\nA. 甲\nB. 乙\nANSWER: A".encode(), "a.txt").drafts[0].options == ("甲", "乙")
    assert read_exchange("题{=甲 ~乙}".encode("gb18030"), "a.txt").drafts[0].stem == "题"
    assert read_exchange("题干,选项A,选项B,答案\n题,甲,乙,1\n".encode(), "a.csv").drafts[0].right == {0}
    with pytest.raises(BadFile, match="没有题目"):
        read_exchange(b"// nothing\n", "a.gift")


def test_a_question_file_is_written_as_people_write_it() -> None:
    bank = read_bank({"refund.yaml": REFUND})
    text = write_file("冒充客服退款", bank.items.values())
    assert "stem: 自称客服的人要你打开屏幕共享办退款，怎么做？\n" in text
    assert "answer: [A, B, D]\n" in text
    assert list(write_files(bank.items.values(), ["refund.yaml"])) == ["refund-2.yaml"]


@given(st.text("题干答案选项AB,，\n\" 1.)ANSWER:", max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    for name, head in (("f.csv", "题干,选项A,选项B,选项C,答案\n"), ("f.txt", "ANSWER: A\n"), ("f.csv", "")):
        with suppress(BadFile):
            carried = read_exchange((head + text).encode(), name)
            assert all(draft.right and draft.stem for draft in carried.drafts)


@given(banks(most=3))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bank_comes_back_from_a_sheet(bank: list[Item]) -> None:
    carried = read_sheet(write_sheet(bank), "f.xlsx")
    settled = settle(carried.drafts, NOTHING, "new", (), "f.xlsx")
    long = {item.id for item in bank if len(item.point) > 24}
    assert carried.refused == ()
    assert list(settled.items) == [item for item in bank if item.id not in long]


@given(banks())
@settings(max_examples=100, deadline=None)
def test_any_bank_comes_back_from_its_files(bank: list[Item]) -> None:
    fitting = [item for item in bank if len(item.point) <= 24]
    if fitting:
        found = read_bank(write_files(fitting, ()))
        assert sorted(found.items.values(), key=lambda i: i.id) == fitting
