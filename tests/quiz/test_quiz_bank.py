"""Reading question files: good ones become items, bad ones are told of at their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from quiz_cast import REFUND

from bot.errors import BadFile
from bot.quiz.bank import read_bank, read_questions
from bot.quiz.files import load_bank
from bot.quiz.items import ItemType


def complaints(*files: str) -> list[str]:
    named = {f"{number}.yaml": text for number, text in enumerate(files, 1)}
    return [str(complaint) for complaint in read_questions(named).complaints]


def line_of(text: str) -> int:
    return REFUND[: REFUND.index(text)].count("\n") + 1


def test_a_file_becomes_items_in_their_order() -> None:
    bank = read_bank({"refund.yaml": REFUND})
    single, judge, multiple = bank.items.values()
    assert (single.topic, single.answer, single.letters) == ("冒充客服退款", frozenset("B"), "ABC")
    assert judge.type is ItemType.JUDGE
    assert dict(judge.options) == {"A": "对", "B": "错"}
    assert judge.answer == frozenset("B")
    assert multiple.answer == frozenset("ABD")
    assert len(bank.points["官方退款不用共享屏幕"]) == 3


@pytest.mark.parametrize(
    ("old", "new", "where", "part"),
    [
        ("answer: B\n", "answer: E\n", "- id: refund-001", "不是选项"),
        ("answer: B\n", "answer: [A, B]\n", "- id: refund-001", "单选题"),
        ("answer: false", "answer: A", "- id: refund-002", "true 或 false"),
        ("answer: [A, B, D]", "answer: [A]", "- id: refund-003", "多选题"),
        ("C: 先共享一分钟}", "D: 先共享一分钟}", "- id: refund-001", "从 A 起"),
        ("C: 先共享一分钟}", "C: 照他说的做}", "- id: refund-001", "一模一样"),
        ("answer: false", "answer: false\n    options: {A: 对, B: 错}", "- id: refund-002", "不写 options"),
        ("difficulty: 2", "difficulty: 4", "difficulty: 2", "difficulty"),
        ("review_by: 2027-09-01\n  - id: refund-002", "review_by: 2027\n  - id: refund-002",
         "review_by: 2027-09-01\n  - id: refund-002", "2027-09-01 的样子"),
        ("review_by: 2027-09-01\n  - id: refund-002", "review_by: 2027-02-30\n  - id: refund-002",
         "review_by: 2027-09-01\n  - id: refund-002", "没有这一天"),
        ("point: 官方退款不用共享屏幕", "point: " + "长" * 60, "point: 官方", "个字"),
        ("先共享一分钟", '"先共享\\u200b一分钟"', "options: {A: 照", "U+200B"),
        ("[高中, 大学]\n    difficulty: 2", "[高中, 大专]\n    difficulty: 2", "audience", "大学"),
        ("id: refund-002", "id: refund-001", "- id: refund-002", "重复，第一次在 1.yaml:3"),
    ],
)  # fmt: skip
def test_a_slip_is_told_at_its_line(old: str, new: str, where: str, part: str) -> None:
    assert old in REFUND
    (told,) = complaints(REFUND.replace(old, new, 1))
    assert told.startswith(f"1.yaml:{line_of(where)}: ")
    assert part in told


def test_a_misspelt_key_gets_a_hint() -> None:
    unknown, missing = sorted(complaints(REFUND.replace("difficulty: 2", "dificulty: 2")), reverse=True)
    assert unknown == "1.yaml:7: 不认识 dificulty；是不是 difficulty？"
    assert missing == "1.yaml:3: 缺少 difficulty"


def test_all_slips_of_all_files_come_at_once() -> None:
    second = REFUND.replace("difficulty: 1", "difficulty: 9").replace("type: multiple", "type: many")
    found = complaints("topic: [", second, REFUND.replace("refund-", "other-"), REFUND)
    assert sum(told.startswith("1.yaml") for told in found) == 1
    assert sum(told.startswith("2.yaml") for told in found) == 2
    # The second file is not read, but nobody may take its ids.
    assert sum("重复" in told and told.startswith("4.yaml") for told in found) == 3


def test_one_letter_that_is_no_utf8_reaches_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "question_bank"
    folder.mkdir()
    text = REFUND.encode()
    at = text.index(b"why: ") + len("why: ")
    (folder / "refund.yaml").write_bytes(text[:at] + b"\xd5" + text[at:])
    with pytest.raises(BadFile, match=rf"refund\.yaml:{line_of('why: ')}: 不是 UTF-8"):
        load_bank(folder)


def test_the_bank_is_refused_whole(tmp_path: Path) -> None:
    folder = tmp_path / "question_bank"
    folder.mkdir()
    (folder / "refund.yaml").write_text(REFUND, encoding="utf-8")
    assert len(load_bank(folder).items) == 3
    (folder / "broken.yaml").write_text("topic: 空\nquestions: []\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"question_bank/broken\.yaml:2"):
        load_bank(folder)
