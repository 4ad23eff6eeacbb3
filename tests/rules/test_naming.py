"""Which campaign a teacher means: whole words, parts of words, and words that are none."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.naming import Named, named, words_of
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState

WORDS = {"test": "学生学期测试", "letter": "给家长的一封信", "app": "国家反诈中心App自愿确认"}
START = datetime.fromisoformat("2026-10-12T09:12:00+08:00")


@pytest.mark.parametrize(
    ("text", "ids", "rest"),
    [
        ("学生学期测试 纸质签名", ("test",), "纸质签名"),
        ("学期测试 纸质签名", ("test",), "纸质签名"),
        ("test 纸质签名", ("test",), "纸质签名"),
        ("国家反诈中心app 自愿确认 当面", ("app",), "当面"),
        ("国家反诈中心APP", ("app",), ""),
        ("测试", ("test",), ""),
        ("纸质签名", (), "纸质签名"),
        ("", (), ""),
    ],
)
def test_a_line_begins_with_a_campaign_or_with_none(text: str, ids: tuple[str, ...], rest: str) -> None:
    found = named(text, WORDS)
    assert (found.ids, found.rest) == (ids, rest)


def test_what_fits_several_is_all_of_them() -> None:
    assert named("学 纸质", WORDS | {"other": "学校公众号"}).ids == ("test", "other")


def campaign(id_: str, title: str, after: timedelta) -> Occurrence:
    return Occurrence(
        id_, id_, "p", title, "", Do.QUIZ, "", Ask.FULL_MARKS, START + after, None, 0, OccurrenceState.OPEN
    )


titles = st.text(st.sampled_from("学 测信（A　"), min_size=1, max_size=6).filter(str.strip)
waits = st.sampled_from([timedelta(), timedelta(minutes=1), timedelta(days=1), timedelta(days=365)])


@given(st.lists(st.tuples(titles, waits), min_size=1, max_size=6, unique=True))
def test_each_word_we_show_names_its_campaign_alone(those: list[tuple[str, timedelta]]) -> None:
    """Typed as it is shown, or tapped, with more behind it."""
    words = words_of(campaign(f"d{n}", title, after) for n, (title, after) in enumerate(those))
    apart = {(words_of([campaign("x", title, after)])["x"], after) for title, after in those}
    if len(apart) < len(those):
        return  # two of one title, to a blank, at one minute
    for id_, word in words.items():
        assert " " not in word
        assert named(f"{word} 纸质签名", words) == Named((id_,), "纸质签名", exact=True)
