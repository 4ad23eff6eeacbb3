"""A stranger becomes somebody, or learns nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.people import wording
from bot.people.binding import (
    MAX_TRIES,
    Ask,
    Bound,
    Candidate,
    Claim,
    Knocks,
    Missing,
    NoMatch,
    Paused,
    Why,
    claim,
    decide,
    introduces,
)
from bot.people.rules import Person, PersonKind, Stage

NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
FANG = Person(1, "2301001", "王芳", PersonKind.STUDENT, "护理学院/2023级/护理2301", Stage.COLLEGE)
TING = Person(2, "2301017", "李婷", PersonKind.STUDENT, "护理学院/2023级/护理2301", Stage.COLLEGE)
TING2 = Person(3, "2301029", "李婷", PersonKind.STUDENT, "护理学院/2023级/护理2301", Stage.COLLEGE)
PUPIL = Person(4, "71001", "陈安", PersonKind.STUDENT, "附属中学/初一/初一1班", Stage.JUNIOR)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("绑定 王芳 2301001", Claim("王芳", "2301001")),
        ("/bind 王芳，2301001", Claim("王芳", "2301001")),
        ("绑定王芳2301001", Claim("王芳", "2301001")),
        ("绑定　王芳　２３０１００１", Claim("王芳", "2301001")),
        ("王芳 护理学院 护理2301 1001", Claim("王芳", "1001", "护理学院/护理2301")),
        ("绑定 2301001 王芳", Claim("王芳", "2301001")),
        ("绑定 John Smith T1001", Claim("John Smith", "T1001")),
        ("绑定 王芳", Claim("王芳")),
        ("綁定 王芳 2301001。", Claim("王芳", "2301001")),
        ("绑定王芳JZ2301001", Claim("王芳", "JZ2301001")),
        ("绑定John2301001", Claim("John", "2301001")),
        ("我是王芳，学号：2301001", Claim("王芳", "2301001")),
        ("绑定", Claim()),
    ],
)
def test_a_claim_is_read_as_people_write_it(said: str, meant: Claim) -> None:
    assert claim(said) == meant


@pytest.mark.parametrize("said", ["王芳 2301001", "王芳2301001", "我叫王芳，学号2301001。", "周宁 JZ002"])
def test_name_and_number_alone_are_a_claim(said: str) -> None:
    assert introduces(said)


@pytest.mark.parametrize(
    "said", ["王芳", "2301001", "转了 500000", "验证码 123456", "王芳 12345", "王芳 2301001 谢谢"]
)
def test_a_sum_or_a_code_is_no_claim(said: str) -> None:
    assert not introduces(said)


@given(st.text(max_size=60))
def test_any_words_are_a_claim(text: str) -> None:
    found = claim(text)
    assert found.number == "" or found.number.isascii()


def candidates(*people: Person) -> list[Candidate]:
    return [Candidate(one) for one in people]


def test_name_and_number_bind() -> None:
    assert decide(claim("绑定 王芳 2301001"), candidates(FANG), None, NOW) == Bound(FANG)


def test_without_a_number_the_answer_is_the_same_for_a_known_and_an_unknown_name() -> None:
    known = decide(claim("绑定 王芳"), candidates(FANG), None, NOW)
    assert known == decide(claim("绑定 无名"), [], None, NOW) == Ask(Missing.NUMBER)


def test_two_of_one_name_are_told_apart_by_the_number() -> None:
    two = candidates(TING, TING2)
    assert decide(claim("李婷 2301029"), two, None, NOW) == Bound(TING2)
    assert decide(claim("李婷 护理2301 1017"), two, None, NOW) == Bound(TING)


def test_the_end_of_a_number_needs_the_class() -> None:
    assert isinstance(decide(claim("王芳 1001"), candidates(FANG), None, NOW), NoMatch)
    assert isinstance(decide(claim("王芳 软件2301 1001"), candidates(FANG), None, NOW), NoMatch)
    assert isinstance(decide(claim("王芳 护理2301 001"), candidates(FANG), None, NOW), NoMatch)


def test_every_refusal_sounds_the_same() -> None:
    left = replace(FANG, left_at=NOW)
    found = [
        decide(claim("无名 2301001"), [], None, NOW),
        decide(claim("王芳 2301002"), candidates(FANG), None, NOW),
        decide(claim("王芳 2301001"), candidates(left), None, NOW),
        decide(claim("王芳 2301001"), [Candidate(FANG, taken=True)], None, NOW),
        decide(claim("陈安 71001"), candidates(PUPIL), None, NOW),
    ]
    assert [one.why for one in found if isinstance(one, NoMatch)] == [
        Why.UNKNOWN, Why.UNKNOWN, Why.UNKNOWN, Why.TAKEN, Why.CONSENT,
    ]  # fmt: skip
    assert {one.knocks for one in found if isinstance(one, NoMatch)} == {Knocks(1, NOW)}


def test_a_pupil_binds_once_a_guardian_agreed() -> None:
    agreed = replace(PUPIL, consent=True)
    assert decide(claim("陈安 71001"), candidates(agreed), None, NOW) == Bound(agreed)


def test_five_wrong_tries_pause_for_a_day_even_for_the_right_answer() -> None:
    knocks: Knocks | None = None
    for _ in range(MAX_TRIES - 1):
        wrong = decide(claim("王芳 999999"), candidates(FANG), knocks, NOW)
        assert isinstance(wrong, NoMatch)
        knocks = wrong.knocks
    last = decide(claim("王芳 999999"), candidates(FANG), knocks, NOW)
    assert isinstance(last, Paused)
    assert last.knocks is not None
    right = claim("王芳 2301001")
    almost = NOW + timedelta(hours=24) - timedelta(seconds=1)
    assert decide(right, candidates(FANG), last.knocks, almost) == Paused(last.until)
    assert decide(right, candidates(FANG), last.knocks, last.until) == Bound(FANG)
    again = decide(claim("王芳 999999"), candidates(FANG), last.knocks, last.until)
    assert isinstance(again, NoMatch)
    assert again.knocks.tries == 1


def test_yesterdays_tries_are_forgotten() -> None:
    old = Knocks(4, NOW - timedelta(hours=25))
    assert isinstance(decide(claim("王芳 999999"), candidates(FANG), old, NOW), NoMatch)


def test_the_sentences_fit_a_message_and_name_nobody_to_strangers() -> None:
    for sentence in (
        wording.no_match(),
        wording.who_are_you(),
        wording.paused(NOW),
        *map(wording.ask, Missing),
    ):
        assert 0 < len(sentence.encode()) <= 2048
        assert "王芳" not in sentence
    assert "9月7日17:00" in wording.paused(NOW)
    assert "王芳（尾号1001）" in wording.bound(FANG)
