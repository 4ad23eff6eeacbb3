"""What may be written behind /push; whatever a button says is read as it was meant."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.push_words import AHEAD, Act, Order, own_next, parse_order, suggestions
from bot.duties.plan import parse_plan
from bot.duties.plan_values import ZONE, Plan
from bot.duties.statutory import china
from bot.errors import Refusal
from tests.delivery.test_forecast import PLAN

NOW = datetime(2026, 10, 12, 9, 12, tzinfo=ZONE)


def at(month: int, day: int, hour: int, minute: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("weekly", Order("weekly")),
        ("weekly 发送", Order("weekly", Act.SEND)),
        ("weekly SEND", Order("weekly", Act.SEND)),
        ("weekly 试发给自己", Order("weekly", Act.TRY)),
        ("weekly 改时间", Order("weekly", Act.WHEN)),
        ("weekly 改时间 18:30", Order("weekly", at=at(10, 12, 18, 30))),
        ("weekly 8:05", Order("weekly", at=at(10, 13, 8, 5))),
        ("weekly 明天 07:40", Order("weekly", at=at(10, 13, 7, 40))),
        ("weekly 10-16T18:30 发送", Order("weekly", Act.SEND, at=at(10, 16, 18, 30))),
        ("weekly 10-16 18:30", Order("weekly", at=at(10, 16, 18, 30))),
        ("weekly 2026-10-16T18:30", Order("weekly", at=at(10, 16, 18, 30))),
        ("weekly 只发", Order("weekly", Act.WHOM)),
        (
            "weekly 只发 IT学院/2024级 明天 07:40 试发",
            Order("weekly", Act.TRY, "IT学院/2024级", at(10, 13, 7, 40)),
        ),
        ("weekly 只发 初 一", Order("weekly", unit="初 一")),
    ],
)
def test_what_is_meant(text: str, order: Order) -> None:
    assert parse_order(text, NOW) == order


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("weekly 赶紧", "没看懂「赶紧」"),
        ("weekly 护理学院", "没看懂「护理学院」"),
        ("weekly 明天", "没看懂时间「明天」"),
        ("weekly 13-45 08:00", "没看懂时间「13-45」"),
        ("weekly 今天 明天 08:00", "没看懂时间"),
        ("weekly 18:30 19:30", "没看懂时间"),
        ("weekly 今天 08:00", "10-12 08:00 已经过了"),
        ("weekly 2026-10-11 08:00", "已经过了"),
        ("weekly 12-31 08:00", "最远只能定到60天"),
    ],
)
def test_what_is_not_understood(text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        parse_order(text, NOW)


def test_a_date_of_next_year() -> None:
    assert parse_order("weekly 01-05 08:00", at(12, 20, 8, 0)).at == at(1, 5, 8, 0, 2027)


words = st.text(st.sampled_from("护理学院初中一二级0123/ABab"), min_size=1, max_size=8).map(str.strip)
orders = st.builds(
    Order,
    st.from_regex(r"[a-z]{1,8}(-[a-z0-9]{1,5})?", fullmatch=True),
    st.sampled_from([Act.LOOK, Act.SEND, Act.TRY]),
    st.one_of(st.just(""), words.filter(lambda word: word and not word[0].isdigit())),
    st.one_of(
        st.none(),
        st.integers(1, int(AHEAD / timedelta(minutes=1)) - 1).map(
            lambda minutes: (NOW + timedelta(minutes=minutes)).astimezone(UTC)
        ),
    ),
)


@given(orders)
def test_a_button_says_what_it_means(order: Order) -> None:
    assert parse_order(str(order), NOW) == order


@given(st.text(max_size=40))
def test_anything_else_is_a_polite_sentence(text: str) -> None:
    with suppress(Refusal):
        assert parse_order(f"weekly {text}", NOW).duty == "weekly"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return parse_plan(PLAN, "schedules.yaml", china())


@given(st.datetimes(datetime(2026, 9, 2), datetime(2026, 12, 20)))
def test_decent_moments_are_offered(plan: Plan, naive: datetime) -> None:
    now = naive.replace(tzinfo=ZONE)
    duty = plan.duties["weekly"]
    found = suggestions(plan, "p", duty, now)
    assert 2 <= len(found) <= 5
    assert all(now < moment < now + AHEAD and not plan.is_quiet(moment) for moment in found)
    assert set(own_next(plan, "p", duty, now)) <= set(found), "the plan's own is among them"
    assert all(parse_order(str(Order("weekly", at=moment)), now).at == moment for moment in found)
