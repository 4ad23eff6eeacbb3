"""The mastery engine: every transition, and what holds for any way of answering."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.drawing import Blueprint, draw
from bot.quiz.items import Bank, Item, ItemType
from bot.quiz.rules import (
    SHOWN,
    TRANSITIONS,
    Did,
    IllegalMove,
    Sitting,
    State,
    answer,
    begin,
    letters_on_table,
    moved,
    unclear,
)

OPTIONS = (("A", "甲"), ("B", "乙"), ("C", "丙"), ("D", "丁"))


def item(point: int, number: int, topic: str = "退款") -> Item:
    return Item(
        f"p{point}-{number:03}",
        topic,
        f"要点{point}",
        ItemType.SINGLE,
        ("大学",),
        1,
        f"题{point}.{number}",
        OPTIONS,
        frozenset("B"),
        "原因",
        "来源",
        date(2027, 9, 1),
    )


def bank(points: int, each: int = 3) -> Bank:
    return Bank.of(item(p, n, f"题材{p % 4}") for p in range(points) for n in range(each))


def fresh(points: int = 3, mode: str = "mastery", each: int = 3) -> tuple[Sitting, Bank]:
    held = bank(points, each)
    drawn = draw(held, Blueprint("test", "大学", points), {}, Random(1))
    return begin(1, 2, 3, "测试", mode, drawn, held, Random(2)), held


def letter(sitting: Sitting, right: bool) -> frozenset[str]:
    assert sitting.table is not None
    place = sitting.table.order.index("B")
    return frozenset(SHOWN[place] if right else SHOWN[(place + 1) % 4])


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 12), st.integers(1, 4))
def test_whatever_is_answered_full_marks_mean_every_point(
    answers: list[bool], points: int, each: int
) -> None:
    sitting, held = fresh(points, each=each)
    wrong = 0
    previous = ""
    for right in answers:
        if sitting.state is not State.ASKING:
            break
        assert sitting.table is not None
        asked = sitting.table.question
        if each > 1 and len(sitting.queue) == 0 and previous.split("-")[0] == asked.split("-")[0]:
            assert previous != asked  # a wrong point returns with another question
        previous = asked
        verdict = answer(sitting, letter(sitting, right), held, Random(3))
        assert verdict.step.right is right
        wrong += not right
        sitting = verdict.sitting
        assert sitting.mastered_count + len(sitting.queue) + (sitting.table is not None) == points
    if sitting.state is State.MASTERED:
        assert all(p.mastered for p in sitting.points)
        assert sitting.slips == wrong
        assert sitting.first_score <= points


def test_a_point_used_up_returns_with_its_oldest_question() -> None:
    sitting, held = fresh(1, each=2)
    seen = []
    for _ in range(5):
        assert sitting.table is not None
        seen.append(sitting.table.question)
        sitting = answer(sitting, letter(sitting, False), held, Random(4)).sitting
    assert seen == [seen[0], seen[1], seen[0], seen[1], seen[0]]
    assert seen[0] != seen[1]


def test_only_the_first_try_of_a_point_counts_as_first() -> None:
    sitting, held = fresh(1)
    first = answer(sitting, letter(sitting, False), held, Random(1))
    second = answer(first.sitting, letter(first.sitting, True), held, Random(1))
    assert (first.step.first_try, second.step.first_try) == (True, False)
    assert second.sitting.first_score == 0
    assert second.did is Did.LAST_RIGHT


def test_a_clean_run_with_a_slip_closes_and_asks_for_a_new_paper() -> None:
    sitting, held = fresh(2, mode="clean-run")
    sitting = answer(sitting, letter(sitting, False), held, Random(1)).sitting
    verdict = answer(sitting, letter(sitting, True), held, Random(1))
    assert verdict.did is Did.ENDED_UNCLEAN
    assert verdict.sitting.state is State.CLOSED


def test_a_clean_run_without_a_slip_is_mastered() -> None:
    sitting, held = fresh(2, mode="clean-run")
    for _ in range(2):
        sitting = answer(sitting, letter(sitting, True), held, Random(1)).sitting
    assert sitting.state is State.MASTERED


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("did", [Did.SIGNED, Did.LEFT])
def test_every_move_is_in_the_table_or_refused_with_a_sentence(state: State, did: Did) -> None:
    sitting = replace(fresh()[0], state=state)
    if did in TRANSITIONS[state]:
        assert moved(sitting, did).state is TRANSITIONS[state][did]
    else:
        with pytest.raises(IllegalMove, match="is not possible while"):
            moved(sitting, did)


def test_an_answer_without_a_question_is_refused() -> None:
    sitting, held = fresh()
    with pytest.raises(IllegalMove):
        answer(replace(sitting, table=None), frozenset("A"), held, Random(1))


def test_chatter_costs_no_progress() -> None:
    sitting, _ = fresh()
    after = unclear(unclear(sitting))
    assert after.unclear == 2
    assert replace(after, unclear=0) == sitting
    assert letters_on_table(after) == "ABCD"
