"""Item statistics against examples worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiz_cast import like

from bot.quiz.analysis import (
    ItemStatistics,
    Review,
    TopicResult,
    Tried,
    correlation,
    efficiency,
    random_guess,
    statistics,
    unused_distractors,
    weakest_topics,
)
from bot.quiz.items import JUDGE_OPTIONS, Bank, ItemType

BANK = Bank.of([like(1, topic="退款"), like(2, topic="退款"), like(3, topic="刷单")])

# Five students of 示例职业技术学院, three questions each; 1 is right. The right letter is B.
#                 一  二  三
MARKS = {
    "林": (1, 1, 1),
    "苏": (1, 1, 0),
    "何": (1, 0, 1),
    "许": (0, 1, 0),
    "沈": (0, 0, 0),
}  # fmt: skip


def tries(marks: dict[str, tuple[int, ...]] = MARKS, wrong: str = "A") -> list[Tried]:
    return [
        Tried(sitting, sitting, f"refund-{number:03}", "B" if mark else wrong, bool(mark))
        for sitting, row in enumerate(marks.values())
        for number, mark in enumerate(row, 1)
    ]


def line(question: str) -> ItemStatistics:
    return next(s for s in statistics(tries(), BANK, {"refund-001": 7}) if s.question == question)


def test_the_first_question_by_hand() -> None:
    """Marks 1 1 1 0 0, rest 1 ½ ½ ½ 0: covariance 0.1, variances 0.24 and 0.1, in the best order already."""
    first = line("refund-001")
    assert first.people == 5
    assert first.facility == pytest.approx(0.6)
    assert first.discrimination == pytest.approx(0.1 / (0.24 * 0.1) ** 0.5)
    assert first.discrimination == pytest.approx(0.6454972)
    assert first.efficiency == pytest.approx(1.0)
    assert first.choices == {"A": 2, "B": 3, "C": 0}
    assert first.exposed == 7
    assert first.review == ()


def test_the_second_question_tells_nobody_apart() -> None:
    """Marks 1 1 0 1 0 against the rest 1 ½ 1 0 0: covariance 0."""
    second = line("refund-002")
    assert second.discrimination == pytest.approx(0.0)
    assert second.efficiency == pytest.approx(0.0)
    assert second.review == (Review.TOO_BLUNT,)


def test_the_third_question_by_hand() -> None:
    """Marks 1 0 1 0 0 against the rest 1 1 ½ ½ 0: covariance 0.06, variances 0.24 and 0.14, best 0.16."""
    third = line("refund-003")
    assert third.facility == pytest.approx(0.4)
    assert third.discrimination == pytest.approx(0.06 / (0.24 * 0.14) ** 0.5)
    assert third.efficiency == pytest.approx(0.375)


def test_hardest_comes_first_and_distractors_nobody_believes_are_named() -> None:
    assert [s.question for s in statistics(tries(), BANK)] == ["refund-003", "refund-001", "refund-002"]
    assert unused_distractors(line("refund-001"), BANK.items["refund-001"]) == ("C",)


def test_what_everybody_knows_is_to_be_reviewed() -> None:
    everybody = {name: (1, row[1], row[2]) for name, row in MARKS.items()}
    easy = next(s for s in statistics(tries(everybody), BANK) if s.question == "refund-001")
    assert (easy.facility, easy.discrimination, easy.efficiency) == (1.0, None, None)
    assert easy.review == (Review.TOO_EASY,)


def test_nineteen_of_twenty_is_not_yet_too_easy() -> None:
    exactly = replace(line("refund-001"), facility=0.95)
    assert exactly.review == ()


def test_chance() -> None:
    judge = like(9, type=ItemType.JUDGE, options=JUDGE_OPTIONS)
    several = like(9, type=ItemType.MULTIPLE, options=tuple((c, c) for c in "ABCD"))
    assert random_guess(like(9)) == pytest.approx(1 / 3)
    assert random_guess(judge) == pytest.approx(1 / 2)
    assert random_guess(several) == pytest.approx(1 / 15)


def test_four_people_are_too_few_to_show() -> None:
    four = dict(list(MARKS.items())[:4])
    assert statistics(tries(four), BANK) == []
    assert weakest_topics(tries(four), BANK).hidden == 2
    twice = [replace(tried, sitting=tried.sitting + 10) for tried in tries(four)]
    assert statistics(tries(four) + twice, BANK) == []  # eight papers, but still four people


def test_the_weakest_topic_of_a_unit() -> None:
    found = weakest_topics(tries(), BANK)
    assert found.topics == (TopicResult("刷单", 5, 5, 0.4), TopicResult("退款", 5, 10, 0.6))
    assert found.hidden == 0


def test_a_question_that_left_the_bank_is_passed_over() -> None:
    gone = [Tried(n, n, "gone-001", "A", True) for n in range(9)]
    assert statistics(gone, BANK) == []
    assert weakest_topics(gone, BANK).topics == ()


def test_a_paper_of_one_question_has_no_rest() -> None:
    (alone,) = statistics([Tried(n, n, "refund-001", "B", n > 2) for n in range(9)], BANK)
    assert alone.discrimination is None
    assert alone.facility == pytest.approx(6 / 9)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), max_size=30), st.integers())
def test_indices_stay_in_their_bounds(pairs: list[tuple[int, int]], seed: int) -> None:
    marks, rest = [float(a) for a, _ in pairs], [b / 20 for _, b in pairs]
    for found in (correlation(marks, rest), efficiency(marks, rest)):
        assert found is None or found <= 1.0 + 1e-9
    shuffled = list(zip(marks, rest, strict=True))
    Random(seed).shuffle(shuffled)
    again = correlation([a for a, _ in shuffled], [b for _, b in shuffled])
    assert again == pytest.approx(correlation(marks, rest))
