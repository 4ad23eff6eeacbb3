"""The bank that is shipped: nothing to mend, and every question can be asked over both platforms."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random

import pytest

from bot.platforms.twin import named, tapped, text_twin
from bot.quiz.bank import Reading, read_questions
from bot.quiz.check import check_bank
from bot.quiz.check_items import TWIN_BYTES, twin_bytes
from bot.quiz.drawing import Drawn
from bot.quiz.exchange import Draft, settle
from bot.quiz.exchange_gift import read_gift
from bot.quiz.exchange_gift_write import write_gift
from bot.quiz.exchange_sheet import read_sheet
from bot.quiz.exchange_sheet_write import write_sheet
from bot.quiz.files import read_folder
from bot.quiz.items import ItemType
from bot.quiz.overlap import overlaps
from bot.quiz.rules import begin
from bot.quiz.wording import question
from bot.wording import LIMIT

BANK = Path(__file__).parents[2] / "question_bank"
SHIPPED = date(2026, 11, 22)
NOTHING = Draft(0, ItemType.SINGLE, "", (), frozenset())


@pytest.fixture(scope="module")
def shipped() -> Reading:
    return read_questions(read_folder(BANK))


def test_the_checker_finds_nothing_to_mend(shipped: Reading) -> None:
    findings = check_bank(shipped, SHIPPED)
    assert (findings.errors, findings.warnings) == ((), ())


def test_there_is_enough_for_every_audience(shipped: Reading) -> None:
    assert len(shipped.bank.points) >= 200
    assert len(shipped.bank.items) >= 600
    for line in overlaps(shipped.bank, Random(1)):
        assert (line.audience, line.asked, line.repeats) == (line.audience, 120, 0)


def test_every_question_fits_a_text_message_of_both_platforms(shipped: Reading) -> None:
    assert TWIN_BYTES == LIMIT
    bank = shipped.bank
    for item in bank.items.values():
        drawn = tuple(Drawn(item.point, (item.id,)) for _ in range(20))
        asked = question(begin(1, 1, 1, "学期测试", "mastery", drawn, bank, Random(1)), item)
        for lines in (named, tapped):
            sent = text_twin(asked, lines)
            assert item.stem in sent
            assert len(sent.encode()) <= twin_bytes(item) <= LIMIT


def test_the_whole_bank_travels_and_comes_back(shipped: Reading) -> None:
    items = list(shipped.bank.items.values())
    for carried in (read_gift(write_gift(items), "f"), read_sheet(write_sheet(items), "f.xlsx")):
        assert carried.refused == carried.notes == ()
        assert list(settle(carried.drafts, NOTHING, "new", (), "f").items) == items
