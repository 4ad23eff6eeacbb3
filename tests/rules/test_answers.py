"""Answers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.quiz.answers import read_answer


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("A", "A"),
        ("b", "B"),
        ("Ａ", "A"),
        ("1", "A"),
        ("４", "D"),
        ("选A", "A"),
        ("选 b", "B"),
        ("AC", "AC"),
        ("A C", "AC"),
        ("A、C", "AC"),
        ("a,c", "AC"),
        ("13", "AC"),
        ("①", "A"),
        ("①③", "AC"),
        ("第一个", "A"),
        ("第二项", "B"),
        ("选b吧应该是", "B"),
        ("我觉得是C", "C"),
        ("C。", "C"),
        ("(D)", "D"),
        ("【B】", "B"),
        ("答案是B", "B"),
        ("BCA", "ABC"),
    ],
)
def test_forms_of_an_answer(typed: str, meant: str) -> None:
    assert read_answer(typed, "ABCD") == frozenset(meant)


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "E", "5", "0", "AA", "哈哈哈", "ABCDE", "不知道", "帮助", "答题", "app", "a b e", "选", "对"],
)
def test_chatter_is_no_answer(typed: str) -> None:
    assert read_answer(typed, "ABCD") is None


@pytest.mark.parametrize("typed", ["对", "√", "正确", "是", "对的", "对吧", "我觉得对", "A", "1", "T", "yes"])
def test_true(typed: str) -> None:
    assert read_answer(typed, "AB", judge=True) == frozenset("A")


@pytest.mark.parametrize("typed", ["错", "×", "错误", "不对", "否", "不是", "选错", "B", "2", "f", "No"])
def test_false(typed: str) -> None:
    assert read_answer(typed, "AB", judge=True) == frozenset("B")


@given(
    st.sets(st.sampled_from("ABCD"), min_size=1),
    st.sampled_from(["", " ", "、", ",", "，", "/"]),
    st.booleans(),
)
def test_any_set_of_letters_in_any_order_is_read_back(letters: set[str], between: str, lower: bool) -> None:
    typed = between.join(sorted(letters, reverse=True))
    assert read_answer(typed.lower() if lower else typed, "ABCD") == frozenset(letters)


@given(st.text(max_size=60), st.integers(2, 6))
def test_nothing_breaks_it_and_nothing_foreign_comes_out(text: str, count: int) -> None:
    letters = "ABCDEF"[:count]
    read = read_answer(text, letters, judge=count == 2)
    assert read is None or (read and read <= set(letters))
