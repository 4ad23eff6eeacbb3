"""The pure half of the room: money, days, rings, figures, what a text tells, sealed words, lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases import wording
from bot.cases.figures import Figures, figures, hidden, is_small, record
from bot.cases.identity import LONGEST, Tells, rough, tells
from bot.cases.police import read_warnings
from bot.cases.rules import (
    Call,
    CallKind,
    Channel,
    Facts,
    FraudKind,
    Level,
    Outcome,
    State,
    case_number,
    may_know,
    money,
    next_ring,
    visit_days,
    visits_of,
    worse,
    yuan,
)
from bot.cases.sealing import LOST, seal, unseal
from bot.errors import BadFile
from bot.people.rules import Person, PersonKind, RoleHeld, RoleName

NOW = datetime(2026, 10, 12, 1, 12, tzinfo=UTC)
KEY = b"a key for tests only, nothing more"


def person(id_: int, *roles: tuple[RoleName, str]) -> Person:
    held = tuple(RoleHeld(role, unit) for role, unit in roles)
    return Person(id_, f"T{id_}", f"人{id_}", PersonKind.STAFF, "某处", roles=held)


def call(minutes: int | None, outcome: Outcome | None = None, at: datetime = NOW) -> Call:
    contacted = None if minutes is None else at + timedelta(minutes=minutes)
    return Call(1, CallKind.SOS, 1, "甲", at, contacted_at=contacted, outcome=outcome)


def facts(lost: int | None = None) -> Facts:
    return Facts(FraudKind.BRUSHING, date(2026, 10, 1), Channel.GROUP, lost, None, police=True)


@given(st.integers(0, 10**10))
def test_money_is_read_as_it_is_shown(fen: int) -> None:
    assert money(yuan(fen)) == fen
    assert money(f" {yuan(fen)} 元 ") == fen


@pytest.mark.parametrize(
    ("text", "fen"), [("", None), ("1.2万", 1_200_000), ("0.0001万", 100), ("3200", 320_000), ("0.5元", 50)]
)
def test_money_in_words_of_the_form(text: str, fen: int | None) -> None:
    assert money(text) == fen


@given(st.text(max_size=12))
def test_other_money_is_refused_and_nothing_else_is_raised(text: str) -> None:
    try:
        fen = money(text)
    except ValueError:
        return
    assert fen is None or fen >= 0


@pytest.mark.parametrize("text", ["-5", "1.234", "1e9", "12元2", "9" * 13, "1.00001万", "一万", "1.2.3", "٣"])
def test_slips_of_the_keyboard(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        money(text)


def test_the_days_of_a_duty_or_the_usual_ones() -> None:
    assert visit_days("follow-up 3 14 60") == (3, 14, 60)
    assert visit_days("follow-up 30 7") == (7, 30)
    assert visit_days("follow-up") == visit_days("") == visit_days("follow-up x 0 999") == (3, 14, 60)
    [(day, at)] = visits_of(datetime(2026, 10, 12, 16, 30, tzinfo=UTC), [3])  # the 13th in China
    assert (day, at.isoformat()) == (3, "2026-10-16T07:50:00+08:00")
    assert case_number(2026, 1) == "2026-001"
    assert case_number(2026, 1000) == "2026-1000"


@given(st.lists(st.lists(st.integers(1, 9), max_size=4), max_size=5), st.sets(st.integers(1, 9)))
def test_rings_tell_each_person_once(rings: list[list[int]], told: set[int]) -> None:
    unique = [list(dict.fromkeys(ring)) for ring in rings]
    left = next_ring([[person(id_) for id_ in ring] for ring in unique], told)
    ids = [one.id for ring in left for one in ring]
    assert len(ids) == len(set(ids))
    assert not told & set(ids)
    assert set(ids) == {id_ for ring in rings for id_ in ring} - told
    assert all(left)


def test_only_news_for_the_worse_is_news() -> None:
    assert worse(State.UNPAID, State.PAID)
    assert worse(State.UNKNOWN, State.UNPAID)
    assert not worse(State.PAID, State.UNPAID)
    assert not worse(State.PAID, State.PAID)


def test_who_may_know() -> None:
    unit = "信息工程学院/2023级/软件2301"
    duty, admin, liaison = RoleName.DUTY, RoleName.ADMIN, RoleName.LIAISON
    assert may_know(person(1, (duty, "信息工程学院")), unit, 9)
    assert may_know(person(1, (duty, "")), unit, 9)
    assert may_know(person(1, (admin, "")), unit, None)
    assert not may_know(person(1, (admin, "信息工程学院")), unit, 9)
    assert not may_know(person(1, (duty, "护理学院")), unit, 9)
    assert not may_know(person(1, (duty, "信息工程学院/2023级/软件23")), unit, 9)
    assert not may_know(person(1, (liaison, ""), (RoleName.COUNSELLOR, unit)), unit, 9)
    assert not may_know(person(9, (duty, "")), unit, 9)


def test_figures_add_up() -> None:
    calls = [
        call(4, Outcome.DISSUADED), call(10, Outcome.REPORTED), call(7, Outcome.FALSE_ALARM), call(None),
        call(None, Outcome.NONE),
    ]  # fmt: skip
    one = figures(calls, [(NOW, facts(320_000)), (NOW, facts())])
    assert (one.calls, one.answered, one.minutes) == (5, 3, 7)
    assert (one.tried, one.dissuaded, one.false_alarms) == (2, 1, 1)
    assert (one.cases, one.lost) == (2, 320_000)
    assert figures([], []) == Figures()
    months = record(calls, [(NOW - timedelta(days=40), facts())]).months
    assert [name for name, _ in months] == ["2026-09", "2026-10"]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=12))
def test_no_month_is_hidden_alone(counts: list[tuple[int, int]]) -> None:
    months = [(f"{n:02}", Figures(calls=calls, cases=cases)) for n, (calls, cases) in enumerate(counts)]
    away = hidden(months)
    assert all(name in away for name, one in months if is_small(one.calls) or is_small(one.cases))
    assert len(away) != 1 or len(months) == 1


UNITS = ["信息工程学院/2023级/软件2301", "护理学院", "学生处"]
GOOD = "最近，我校发生一起「刷单返利」，被骗约3000元。先停手，拨96110问一问，钱已转出马上拨110，早说早止损。"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("", None),
        ("信息工程学院的同学", None),
        ("约2万元", None),
        ("林小满", Tells.NAME), ("林 小 满", Tells.NAME), ("林某", Tells.NAME), ("林同学", Tells.NAME),
        ("软件2301", Tells.UNIT), ("2023级", Tells.UNIT),
        ("10月11日", Tells.DAY), ("2026-10-11", Tells.DAY), ("十月十一日", Tells.DAY), ("11号晚", Tells.DAY),
        ("21:40", Tells.DAY), ("下午3点20分", Tells.DAY),
        ("3280元", Tells.SUM), ("3000元", Tells.SUM), ("约3280元", Tells.SUM), ("约1.25万元", Tells.SUM),
        ("2301001", Tells.NUMBER), ("账号66778899", Tells.NUMBER), ("微信abc12345", Tells.NUMBER),
        ("www.abc.com", Tells.ADDRESS),
        ("啊" * LONGEST, Tells.LENGTH),
    ],
)  # fmt: skip
def test_what_a_text_tells(more: str, why: Tells | None) -> None:
    found = tells(GOOD + more, ["林小满"], UNITS, ["2301001"])
    assert (why in found) if why else found == []


@given(
    st.sampled_from(FraudKind), st.sampled_from(Channel), st.none() | st.integers(0, 10**10), st.booleans()
)
def test_every_draft_may_be_read_by_others(
    kind: FraudKind, channel: Channel, lost: int | None, police: bool
) -> None:
    draft = wording.draft(Facts(kind, date(2026, 10, 11), channel, lost, None, police))
    assert tells(draft, ["林小满", "钱多多"], UNITS, ["2301001"]) == []


@given(st.integers(1, 10**11))
def test_a_rough_sum_has_one_figure(fen: int) -> None:
    said = rough(fen)
    assert len(said.removeprefix("约").rstrip("亿万元").rstrip("0")) <= 1


@given(st.text(max_size=200).filter(lambda t: t != "\0"), st.integers(1, 2**63 - 1))
def test_sealed_words_open_with_their_key_and_row_alone(words: str, row: int) -> None:
    sealed = seal(KEY, row, words)
    assert unseal(KEY, row, sealed) == words
    assert unseal(KEY, row - 1, sealed) == LOST
    assert unseal(b"another key of the same school..", row, sealed) == LOST
    assert len(words) < 4 or words not in sealed
    assert unseal(KEY, row, sealed[:-4] + "AAAA") == LOST or sealed.endswith("AAAA")


def test_broken_seals_are_said_and_not_raised() -> None:
    for text in ("", "x", "not base64 !", "AAAA"):
        assert unseal(KEY, 1, text) == LOST


def test_a_list_of_warnings() -> None:
    found, wrong = read_warnings("学号,等级\n0012,\n0012,高\n".encode("gb18030"), "x.csv")
    assert [(one.code, one.level) for one in found] == [("0012", Level.HIGH)]
    assert [str(one) for one in wrong] == ["x.csv:3: 编号重复。"]
    for data in (b"", "姓名\n张三\n".encode(), ("编号\n" + "1\n" * 600).encode(), b"\x00\xff\xfe"):
        with pytest.raises(BadFile):
            read_warnings(data, "x.csv")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_bad_file(data: bytes) -> None:
    try:
        found, _ = read_warnings(data, "x.csv")
    except BadFile:
        return
    assert all(one.code for one in found)
