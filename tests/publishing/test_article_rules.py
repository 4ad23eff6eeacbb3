"""Pure: what an article looks like within the platform's limits, and what follows from each answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.rules import MAX_ATTEMPTS
from bot.errors import PlatformError, Refusal, Verdict
from bot.materials.page import TAGS
from bot.materials.rules import Scene
from bot.platforms.errors import Platform, listed
from bot.publishing import wording
from bot.publishing.article import PICTURE, of_document, of_text, plain, with_picture
from bot.publishing.cover import cover
from bot.publishing.rules import (
    GIVE_UP,
    Again,
    Failed,
    State,
    Status,
    after_error,
    after_status,
    next_look,
)
from bot.reports.documents import Document, Figure, Paragraph, Table

NOW = datetime(2026, 10, 12, 1, 12, tzinfo=UTC)
SCENE = Scene("怎么回？", (("A", "借"), ("B", "不借")), "B", "不借。")


@given(st.text(max_size=400), st.text(min_size=1, max_size=80))
def test_whatever_is_written_the_limits_hold_and_nothing_runs(body: str, title: str) -> None:
    made = of_text(title, body, None, "公开资料", "AB12CD", asks=False)
    assert len(made.title) <= 32
    assert len(made.digest) <= 128
    assert len(made.content) < 20_000
    assert set(re.findall(r"</?([a-z0-9]+)", made.content)) <= TAGS
    assert not re.search(r"<[^>]*(javascript:|\son\w+=)", made.content, re.I)


def test_a_text_with_scene_and_links() -> None:
    body = "看[官网](https://www.12321.cn)，打[96110](tel:96110)。\n第二行\n\n- 一\n- 二"
    made = of_text("一封信", body, SCENE, "公开资料", "AB12CD", asks=False)
    assert "<a" not in made.content
    assert "官网（https://www.12321.cn）" in plain(made.content)
    assert "打96110。" in plain(made.content).replace(" ", "")
    for words in ("想一想", "A. 借", "阅读原文", "验真码 AB12CD", "依据：公开资料"):
        assert words in plain(made.content)
    assert made.digest.startswith("看官网")
    assert PICTURE in made.content
    assert '<img src="https://mmbiz.example/1?a=1&amp;b=2"' in with_picture(
        made.content, "https://mmbiz.example/1?a=1&b=2"
    )
    assert "<img" not in with_picture(made.content, "")


def test_a_text_that_is_too_long_is_refused_and_not_cut() -> None:
    with pytest.raises(Refusal, match="请先把这篇文字改短"):
        of_text("长", "字" * 20_000, None, "", "", asks=False)


def test_a_bulletin_for_everybody_says_nothing_of_single_units() -> None:
    blocks = (
        Paragraph("一、总体情况", "heading"),
        Paragraph("全校 98%。"),
        Figure("<svg/>", "护理学院 98%"),
        Paragraph("二、各单位情况", "heading"),
        Table(("单位", "完成"), (("护理学院", 3),), (1, 1)),
        Paragraph("三、说明", "heading"),
        Table(("项", "数"), (("<b>测试</b>", 1234),), (1, 1)),
    )
    made = of_document(Document("周报", "本周", blocks, "学校"), ("各单位情况",), "AB12CD")
    words = plain(made.content)
    assert "护理学院" not in words
    assert "全校 98%。" in words
    assert "1,234" in words
    assert "<b>测试</b>" in words  # told, not obeyed


@given(st.text(max_size=40))
def test_the_cover_is_well_formed_for_any_name(name: str) -> None:
    svg = cover(name, wording.COVER, wording.HOTLINE)
    assert svg.count("<text") >= 2
    assert "<script" not in svg


@pytest.mark.parametrize("code", sorted(listed(Platform.WECHAT)))
def test_every_failure_has_words_and_an_end(code: int) -> None:
    assert wording.why(f"error:{code}").endswith(("。", "）"))


def test_every_state_and_status_has_words() -> None:
    assert set(wording.STATES) == set(State)
    for status in Status:
        if status not in (Status.OK, Status.RUNNING):
            assert "。" in wording.why(f"status:{status.value}")


verdicts = st.sampled_from(list(Verdict))


@given(verdicts, st.integers(-1, 99999), st.integers(0, 9))
def test_no_doubt_about_publishing_is_ever_taken_for_certainty(
    verdict: Verdict, code: int, attempts: int
) -> None:
    after = after_error(PlatformError(verdict, code, ""), attempts, NOW, Random(1), public=True)
    doubtful = verdict is Verdict.UNKNOWN or code == -1 or 500 <= code < 600
    if doubtful and code != 40007:
        assert isinstance(after, Again)
        assert not after.certain
    if isinstance(after, Again):
        assert after.at > NOW
    else:
        assert after == Failed(f"error:{code}")


def test_trouble_that_passes_is_not_tried_for_ever() -> None:
    error = PlatformError(Verdict.RETRY, 99, "")
    assert isinstance(after_error(error, MAX_ATTEMPTS - 1, NOW, Random(1), public=True), Again)
    assert isinstance(after_error(error, MAX_ATTEMPTS, NOW, Random(1), public=True), Failed)


@pytest.mark.parametrize("status", range(-1, 9))
def test_only_a_documented_success_is_published(status: int) -> None:
    assert (after_status(status) is State.PUBLISHED) is (status == 0)


@given(st.sampled_from(list(State)), st.timedeltas(timedelta(0), timedelta(days=9)))
def test_looks_lie_ahead_and_end(state: State, age: timedelta) -> None:
    at = next_look(state, NOW - age, NOW)
    assert at is None or at > NOW
    if state in (State.DRAFT, State.WAITING, State.FAILED, State.GONE):
        assert at is None


def test_a_hundred_looks_a_day_are_enough_for_some_articles() -> None:
    at, count = NOW, 0
    while at - NOW < GIVE_UP:
        at = next_look(State.SUBMITTED, NOW, at) or at + GIVE_UP
        count += at - NOW < timedelta(days=1)
    assert count < 25
