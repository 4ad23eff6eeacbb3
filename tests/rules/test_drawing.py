"""Drawing: quotas are kept, the least met comes first, and the same chance gives the same paper."""

from __future__ import annotations

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.drawing import Blueprint, draw, shuffled
from tests.rules.test_mastery import bank, item


@given(
    st.integers(0, 40),
    st.integers(1, 30),
    st.dictionaries(st.sampled_from(["题材0", "题材1"]), st.integers(0, 5)),
    st.integers(),
)
def test_a_paper_has_the_points_asked_for_and_no_point_twice(
    points: int, wanted: int, topics: dict[str, int], seed: int
) -> None:
    held = bank(points)
    drawn = draw(held, Blueprint("b", "大学", wanted, topics), {}, Random(seed))
    assert len(drawn) == min(points, wanted)
    assert len({d.point for d in drawn}) == len(drawn)
    counts = Counter(held.points[d.point][0].topic for d in drawn)
    for topic, count in topics.items():
        there = sum(items[0].topic == topic for items in held.points.values())
        if sum(topics.values()) <= wanted:
            assert counts[topic] >= min(count, there)


@given(st.integers())
def test_six_terms_of_twenty_repeat_no_question_in_a_bank_of_sixty_points(seed: int) -> None:
    held = bank(60)
    rng = Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(6):
        for d in draw(held, Blueprint("b", "大学", 20), seen, rng):
            assert not seen[d.questions[0]]
            seen[d.questions[0]] += 1


def test_the_same_chance_gives_the_same_paper() -> None:
    held = bank(30)
    papers = {draw(held, Blueprint("b", "大学", 10), {}, Random(9)) for _ in range(3)}
    assert len(papers) == 1


def test_an_audience_without_questions_gets_an_empty_paper() -> None:
    assert draw(bank(5), Blueprint("b", "小学", 10), {}, Random(1)) == ()


@given(st.integers())
def test_shuffling_keeps_every_option(seed: int) -> None:
    assert sorted(shuffled(item(1, 1), Random(seed))) == list("ABCD")
