"""Percentages, small cells, the red line: figures as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duties.rules import Ask, Do
from bot.reports.rules import (
    RedLine,
    Sums,
    Tally,
    asked_units,
    by_unit,
    fold_small,
    for_bulletin,
    merged,
    percent,
    seen_by,
    stats_json,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def tally(unit: str, audience: int = 40, done: int = 30, exempt: int = 0) -> Tally:
    due = audience - exempt
    done = min(done, due)
    why = {"休学": exempt} if exempt else {}
    id_, title, tiers = "term-test@2026-10-14T16:20", "秋季反诈测试", {"signed": done}
    figures = (audience, exempt, due, due, done, 0, tiers, NOW)
    return Tally(unit, id_, "term-test", title, Ask.FULL_MARKS, *figures, do=Do.QUIZ, reasons=why)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 10, "0.0%"),
        (10, 10, "100%"),
        (0, 0, "—"),
        (1133, 1192, "95.1%"),
        (9999, 10000, "99.9%"),
        (1, 100000, "0.1%"),
        (1, 3, "33.3%"),
    ],
)
def test_a_percentage_never_says_all_or_nothing_when_it_is_not(part: int, whole: int, said: str) -> None:
    assert percent(part, whole) == said


@given(st.integers(1, 10**7), st.data())
def test_percentages_are_right_to_a_tenth(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    said = float(percent(part, whole).rstrip("%"))
    assert abs(said - 100 * part / whole) <= 0.1001
    assert (said == 100) == (part == whole)
    assert (said == 0) == (part == 0)


@pytest.mark.parametrize(
    ("scope", "top", "units"),
    [
        ((), "", []),
        (("",), "", [("", 0)]),
        (("",), "护理学院", [("护理学院", 1)]),
        (("护理学院", "护理学院/2023级"), "", [("护理学院", 1)]),
        (("护理学院/一班", "护理学院/二班"), "护理学院", [("护理学院/一班", 1), ("护理学院/二班", 1)]),
        (("护理学院",), "信息学院", []),
        (("护理",), "护理学院", []),
    ],
)
def test_what_is_asked_never_leaves_the_scope(
    scope: tuple[str, ...], top: str, units: list[tuple[str, int]]
) -> None:
    assert asked_units(scope, top) == units


def test_a_college_sees_itself_and_the_total_but_not_its_neighbour() -> None:
    own, neighbour, total = tally("护理学院", exempt=2), tally("信息学院"), tally("", 80, exempt=2)
    seen = seen_by([own, neighbour, total], ("护理学院",))
    assert seen[0] == own
    assert [t.unit for t in seen] == ["护理学院", ""]
    assert not seen[1].own
    assert not seen[1].reasons
    assert not seen[1].tiers
    assert seen_by([own, total], ()) == []
    assert seen_by([tally("", 4)], ("护理学院",)) == []


sizes = st.lists(st.integers(1, 60), min_size=1, max_size=12)


@given(sizes)
def test_small_units_fall_together_and_the_sums_stay(people: list[int]) -> None:
    units = by_unit(tally(f"{i:02d}班", size, size // 2) for i, size in enumerate(people))
    rows = fold_small(units, "其他")
    folded, before = ([t for own in some.values() for t in own] for some in (rows, units))
    assert Sums.of(folded) == Sums.of(before)
    if sum(people) >= 5:
        assert all(sum(t.audience for t in own) >= 5 for own in rows.values())
    assert [unit for unit in rows if unit != "其他"] == [unit for unit in units if unit in rows]


@given(sizes)
def test_which_units_fall_together_depends_on_size_and_never_on_results(people: list[int]) -> None:
    poor = by_unit(tally(f"{i:02d}班", size, 0) for i, size in enumerate(people))
    rich = by_unit(tally(f"{i:02d}班", size, size) for i, size in enumerate(people))
    assert list(fold_small(poor, "其他")) == list(fold_small(rich, "其他"))


def test_units_stand_in_the_order_of_the_roster_whatever_they_did() -> None:
    tallies = [tally("c班", done=40), tally("a班", done=0), tally("b班", done=20)]
    assert list(by_unit(tallies)) == ["a班", "b班", "c班"]


def test_a_bulletin_says_of_installing_only_that_people_were_told() -> None:
    app = replace(tally("护理学院"), do=Do.CONFIRM, ask=Ask.CONFIRM, declined=3)
    (shown,) = for_bulletin([app], RedLine())
    assert (shown.done, shown.declined, dict(shown.tiers), shown.told) == (0, 0, {}, app.told)
    assert not shown.asked


@pytest.mark.parametrize(
    ("line", "lifted"),
    [
        (RedLine(), False),
        (RedLine("教〔2026〕1号", ("李某",)), False),
        (RedLine("教〔2026〕1号", ("李某", "李某")), False),
        (RedLine(" ", ("李某", "王某")), False),
        (RedLine("教〔2026〕1号", ("李某", "王某")), True),
    ],
)
def test_the_red_line_yields_only_to_a_document_and_two_people(line: RedLine, lifted: bool) -> None:
    assert line.lifted is lifted


def test_voluntary_and_required_are_never_one_figure() -> None:
    letter = replace(tally("护理学院", 40, 10), do=Do.LETTER, ask=Ask.CONFIRM)
    reminder = replace(tally("护理学院", 40, 0), do=Do.SEND, ask=Ask.NOTHING)
    sums = Sums.of([tally("护理学院", 40, 30), letter, reminder])
    assert (sums.due, sums.owed, sums.done, sums.invited, sums.confirmed) == (120, 40, 30, 40, 10)


def test_the_json_has_exactly_the_promised_keys() -> None:
    (line,) = stats_json([tally("护理学院", 40, 30, 2)])
    assert line == {
        "unit": "护理学院",
        "campaign": "term-test@2026-10-14T16:20",
        "duty": "term-test",
        "audience": 40,
        "exempt": 2,
        "due": 38,
        "done": 30,
        "tiers": {"signed": 30},
        "as_of": "2026-11-22T08:00:00+08:00",
    }


def test_merging_adds_everything_up() -> None:
    total = merged([tally("a", 40, 30, 2), tally("b", 20, 20, 1)], "")
    assert (total.audience, total.exempt, total.due, total.done) == (60, 3, 57, 49)
    assert total.reasons == {"休学": 3}


def test_a_unit_is_small_by_who_is_due_and_not_by_who_is_exempt() -> None:
    units = by_unit([tally("a班", 40), tally("b班", 8, exempt=5)])
    assert list(fold_small(units, "其他")) == ["其他"]
