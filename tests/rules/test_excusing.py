"""豁免 编号 原因 到日期: what a teacher writes, and what is no reason or no day."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.excusing import how, read
from bot.errors import Refusal

NOW = datetime.fromisoformat("2026-10-12T09:12:00+08:00")


@pytest.mark.parametrize("text", ["休学 到2026-12-31", "休学到2026-12-31", " 休学  到 2026-12-31 "])
def test_the_day_itself_still_counts(text: str) -> None:
    assert read(text, NOW) == ("休学", datetime.fromisoformat("2027-01-01T00:00:00+08:00"))
    assert read("病假 到2026-10-12", NOW)[1] > NOW, "today is a day too"


@pytest.mark.parametrize(
    ("text", "first_free"),
    [
        ("出国 到12月1日", "2026-12-02"), ("出国 到12月1号", "2026-12-02"), ("出国到 12-1", "2026-12-02"),
        ("出国 到12.01", "2026-12-02"), ("出国 到2026年12月1日", "2026-12-02"),
        ("出国 到10月12日", "2026-10-13"), ("出国 到10月11日", "2027-10-12"), ("出国 到3/1", "2027-03-02"),
    ],
)  # fmt: skip
def test_a_day_as_people_write_it_is_the_next_such_day(text: str, first_free: str) -> None:
    assert read(text, NOW) == ("出国", datetime.fromisoformat(f"{first_free}T00:00:00+08:00"))


@pytest.mark.parametrize(
    "text",
    [
        "", "休学", "休学 到31日", "休学 到2月30日", "休学 到2026-12", "休学 到26-12-31",
        "到2026-12-31", "休学 到明年", "休学 到2026-02-30", "休学 到2026-10-11",
        "休学 到2029-01-01", "原因" * 7 + " 到2026-12-31",
    ],
)  # fmt: skip
def test_what_says_no_reason_or_no_day_is_asked_again(text: str) -> None:
    with pytest.raises(Refusal):
        read(text, NOW)


@given(st.text(max_size=40))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        reason, until = read(text, NOW)
    except Refusal:
        return
    assert reason
    assert until > NOW


def test_the_example_can_be_sent_as_it_is() -> None:
    example = how(NOW).partition("例如：豁免 2301001 ")[2].partition("。")[0]
    assert read(example, NOW)[0] == "休学"
