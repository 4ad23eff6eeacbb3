from __future__ import annotations

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.when import (
    EventName,
    Monthly,
    Once,
    OnEvent,
    SchoolDays,
    TermWeek,
    Weekday,
    Weekly,
    When,
    Yearly,
    parse_when,
)

_TIMES = st.none() | st.times().map(lambda t: time(t.hour, t.minute))
_WHENS: st.SearchStrategy[When] = st.one_of(
    st.builds(Once, st.dates(), _TIMES),
    st.builds(Weekly, st.sampled_from(Weekday), _TIMES),
    st.builds(SchoolDays, _TIMES),
    st.builds(TermWeek, st.integers(1, 30), st.none() | st.sampled_from(Weekday), _TIMES),
    st.builds(Monthly, st.integers(1, 28), _TIMES),
    st.dates(date(2027, 1, 1), date(2027, 12, 31)).flatmap(
        lambda day: st.builds(Yearly, st.just(day.month), st.just(day.day), _TIMES)
    ),
    st.builds(OnEvent, st.sampled_from(EventName)),
)


@given(_WHENS)
def test_the_normal_form_reads_back_as_itself(when: When) -> None:
    assert parse_when(str(when)) == when
    assert str(parse_when(str(when))) == str(when)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("every friday at 16:40", Weekly(Weekday.FRIDAY, time(16, 40))),
        ("  Every   FRIDAY at 9:05 ", Weekly(Weekday.FRIDAY, time(9, 5))),
        ("every friday at 16：40", Weekly(Weekday.FRIDAY, time(16, 40))),
        ("term week 3", TermWeek(3)),
        ("term week 3 at 10:20", TermWeek(3, None, time(10, 20))),
        ("monthly by day 25", Monthly(25)),
        ("on 06-20", Yearly(6, 20)),
        ("on event roster import", OnEvent(EventName.ROSTER_IMPORT)),
    ],
)
def test_forms(text: str, when: When) -> None:
    assert parse_when(text) == when


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("every fryday at 16:40", "「fryday」不是星期几，要写英文，如 friday；是不是 friday？"),
        ("every friday at 25:00", "「25:00」不是时刻；写成 09:40"),
        ("every friday at noon", "「noon」不是时刻"),
        ("once on 2026-02-30", "没有 2026-02-30 这一天"),
        ("once on 20260901", "写成 2026-09-01"),
        ("term week 0 monday", "学期里没有第 0 周"),
        ("monthly by day 31", "不是每个月都有 31 日"),
        ("on 02-29", "不是每年都有 02-29"),
        ("on event alrt", "没有「alrt」这种事件；是不是 alert？"),
        ("each school day", "each school day at breaks"),
        ("每周五 16:40", "every WEEKDAY"),
        ("", "写法有"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_when(text)
    assert reason in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        parse_when(text)
