"""The bank is edited while papers are open: nobody is stuck, nothing is counted that was not answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.items import Bank
from bot.quiz.rules import Did, IllegalMove, Sitting, State, answer, begin, fits, mended
from bot.quiz.store import _point, _short
from tests.rules.test_mastery import bank, fresh, letter


def without(held: Bank, gone: Iterable[str]) -> Bank:
    return Bank.of(item for id_, item in held.items.items() if id_ not in set(gone))


def on_table(sitting: Sitting) -> str:
    assert sitting.table is not None
    return sitting.table.question


def test_another_question_of_the_point_takes_its_place() -> None:
    sitting, held = fresh(points=3)
    smaller = without(held, [on_table(sitting)])
    assert fits(sitting, held)
    assert not fits(sitting, smaller)
    did, after = mended(sitting, smaller, Random(1))
    assert did is None
    assert fits(after, smaller)
    assert sitting.table is not None
    assert after.table is not None
    assert after.table.point == sitting.table.point
    assert after.table.step == sitting.table.step + 1, "a card that still shows the old one is stale"
    assert (after.total, after.mastered_count, after.slips) == (3, 0, 0)


def test_a_question_with_other_options_is_asked_anew() -> None:
    sitting, held = fresh()
    items = dict(held.items)
    items[on_table(sitting)] = replace(items[on_table(sitting)], options=(("A", "甲"), ("B", "乙")))
    edited = Bank.of(items.values())
    assert not fits(sitting, edited)
    assert fits(mended(sitting, edited, Random(1))[1], edited)


def test_a_point_without_questions_waits_for_a_process_that_knows_it() -> None:
    sitting, held = fresh(points=3)
    assert sitting.table is not None
    mine = sitting.paper.points[sitting.table.point]
    _, after = mended(sitting, without(held, mine.questions), Random(1))
    assert after.table is not None
    assert after.table.point != sitting.table.point
    assert after.queue[-1] == sitting.table.point
    assert after.total == 3
    while after.state is State.ASKING:
        after = answer(after, letter(after, True), held, Random(1)).sitting
    assert (after.mastered_count, after.total) == (3, 3), "the whole bank was back before the end"


def test_what_nobody_can_answer_is_not_asked_for() -> None:
    sitting, held = fresh(points=3)
    last = sitting.paper.points[sitting.queue[-1]]
    smaller = without(held, last.questions)
    for did in (Did.RIGHT, Did.LAST_RIGHT):
        verdict = answer(sitting, letter(sitting, True), smaller, Random(1))
        assert verdict.did is did
        sitting = verdict.sitting
    assert (sitting.state, sitting.mastered_count, sitting.total) == (State.MASTERED, 2, 2)
    assert sitting.first_score == 2


def test_an_empty_bank_closes_what_was_only_begun() -> None:
    sitting, _ = fresh()
    did, after = mended(sitting, Bank.of([]), Random(1))
    assert (did, after.state, after.total) == (Did.LEFT, State.CLOSED, 0)


def test_a_slip_in_a_clean_run_is_not_forgiven_by_an_edit() -> None:
    sitting, held = fresh(points=3, mode="clean-run")
    sitting = answer(sitting, letter(sitting, False), held, Random(1)).sitting
    did, after = mended(sitting, Bank.of([]), Random(1))
    assert (did, after.state) == (Did.ENDED_UNCLEAN, State.CLOSED)


def test_only_an_open_question_can_be_replaced() -> None:
    sitting, held = fresh(points=1)
    sitting = answer(sitting, letter(sitting, True), held, Random(1)).sitting
    assert fits(sitting, Bank.of([]))
    with pytest.raises(IllegalMove):
        mended(sitting, held, Random(1))


@given(st.data(), st.sampled_from(["mastery", "clean-run"]), st.integers(1, 6))
def test_however_the_bank_is_edited_a_paper_ends(data: st.DataObject, mode: str, points: int) -> None:
    held = bank(points)
    sitting, _ = fresh(points, mode)
    slips = 0
    for _ in range(60):
        if sitting.state is not State.ASKING:
            break
        gone = data.draw(st.sets(st.sampled_from(sorted(held.items)), max_size=4))
        present = without(held, gone)
        before = sitting.mastered_count
        if not fits(sitting, present):
            _, sitting = mended(sitting, present, Random(1))
            assert sitting.mastered_count == before
            assert sitting.slips == slips
        else:
            right = data.draw(st.booleans())
            slips += not right
            sitting = answer(sitting, letter(sitting, right), present, Random(1)).sitting
        assert [_point(_short(one)) for one in sitting.points] == list(sitting.points)
        if sitting.state is State.ASKING:
            places = [sitting.table.point if sitting.table else -1, *sitting.queue]
            assert len(set(places)) == len(places)
            assert all(not sitting.points[at].withdrawn for at in places)
        if sitting.state is State.MASTERED:
            assert all(one.mastered != one.withdrawn for one in sitting.points)
            assert sitting.total == sitting.mastered_count > 0
            assert mode == "mastery" or not slips


def test_a_paper_begins_with_what_is_there() -> None:
    sitting, held = fresh(points=2)
    first = sitting.paper.points[0]
    begun = begin(1, 2, 3, "测试", "mastery", sitting.paper.points, without(held, first.questions), Random(1))
    assert begun.table is not None
    assert begun.table.point == 1
