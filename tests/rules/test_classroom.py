"""A class's paper: the same whenever it is opened, right as it stands, another for another class."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.duties.behind import Pupils
from bot.duties.plan import parse_plan
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState
from bot.duties.statutory import china
from bot.people.rules import Stage
from bot.quiz.classroom import class_paper, points_of, stages_together, together
from bot.quiz.drawing import Blueprint
from bot.quiz.items import JUDGE_OPTIONS, Bank, Item, ItemType
from bot.quiz.wording_classroom import record
from tests.rules.test_mastery import item

AUDIENCES = ("小学", "初中")
_TEXTS = "甲乙丙丁戊己"


@st.composite
def questions(draw: st.DrawFn, point: int) -> Item:
    """Any question there can be: one answer of several, several, or true and false."""
    one, type_ = item(point, 1, f"题材{point % 3}"), draw(st.sampled_from(ItemType))
    count = draw(st.integers(2, 6))
    options = tuple((letter, f"{_TEXTS[at]}{point}") for at, letter in enumerate("ABCDEF"[:count]))
    options = JUDGE_OPTIONS if type_ is ItemType.JUDGE else options
    letters = [letter for letter, _ in options]
    several = st.sets(st.sampled_from(letters), min_size=2) if len(letters) > 1 else st.none()
    answer = draw(several if type_ is ItemType.MULTIPLE else st.sampled_from(letters).map(lambda a: {a}))
    audience = tuple(draw(st.sets(st.sampled_from(AUDIENCES), min_size=1)))
    return replace(one, type=type_, options=options, answer=frozenset(answer), audience=audience)


@given(st.data(), st.integers(1, 14), st.integers(1, 12), st.text(max_size=10))
def test_the_paper_of_a_class(data: st.DataObject, points: int, wanted: int, seed: str) -> None:
    bank = Bank.of(data.draw(questions(point)) for point in range(points))
    blueprint = Blueprint("term-test", "小学", wanted, {"题材1": 2})
    paper = class_paper(bank, blueprint, Random(seed))
    assert paper == class_paper(bank, blueprint, Random(seed)), "the same whenever it is opened"
    assert len(paper.items) == points_of(bank, blueprint)
    by_stem = {one.stem: one for one in bank.items.values()}
    asked = [by_stem[shown.stem] for shown in paper.items]
    assert all("小学" in one.audience for one in asked)
    assert len({one.point for one in asked}) == len(asked), "no point twice"
    there = Counter(one.topic for one in by_stem.values() if "小学" in one.audience)["题材1"]
    assert sum(one.topic == "题材1" for one in asked) >= min(2, wanted, there)
    for shown, one in zip(paper.items, asked, strict=True):
        on_screen = {option.letter: option.text for option in shown.options}
        assert "".join(on_screen) == "ABCDEF"[: len(one.options)]
        assert sorted(on_screen.values()) == sorted(text for _, text in one.options)
        assert {on_screen[a] for a in shown.right} == {text for a, text in one.options if a in one.answer}
        assert shown.right == "".join(option.letter for option in shown.options if option.is_right)
        assert shown.several == (one.type is ItemType.MULTIPLE)
        if one.type is ItemType.JUDGE:
            assert tuple(on_screen.items()) == JUDGE_OPTIONS


def test_another_class_has_another_paper() -> None:
    bank = Bank.of(replace(item(point, n), audience=("小学",)) for point in range(12) for n in range(3))
    papers = [class_paper(bank, Blueprint("b", "小学", 10), Random(f"class {n}")) for n in range(30)]
    assert len({tuple(one.stem for one in paper.items) for paper in papers}) == 30
    assert len({paper.code for paper in papers}) > 20
    assert class_paper(bank, Blueprint("b", "高中", 10), Random("class 1")).items == ()


def test_who_does_it_together(root: Path) -> None:
    """All of a 学段 where the plan says so; elsewhere the children without an account, and nobody older."""
    text = (root / "schedules.yaml").read_text("utf-8")
    senior = "{audience: 高中, points: 20, topics: {}, mode: mastery}"
    assert senior in text
    at = datetime(2026, 10, 12, tzinfo=UTC)
    test = Occurrence(
        "t@1", "t", "p", "测试", "", Do.QUIZ, "term-test", Ask.FULL_MARKS, at, None, 0, OccurrenceState.OPEN,
        material="term-test",
    )  # fmt: skip

    def who(text: str) -> dict[str, int]:
        plan = parse_plan(text, "schedules.yaml", china())
        assert stages_together(plan, "term-test") >= {Stage.PRIMARY, Stage.JUNIOR}
        found = {str(stage): together(plan, Pupils(test, "班", stage, 40, 3)) for stage in Stage}
        assert stages_together(plan, "term-test") == {stage for stage, people in found.items() if people}
        return found

    assert who(text) == {"小学": 40, "初中": 3, "高中": 0, "大学": 0}
    as_class = senior.removesuffix("}") + ", sitting: class}"
    assert who(text.replace(senior, as_class))["高中"] == 40


def test_a_class_that_is_called_like_a_number_is_no_person() -> None:
    assert record("实验小学/三年级/301", "301", "测试") == "登记 三年级/301 测试 课堂"
    assert record("实验小学/三年级/三年级2班", "三年级2班", "测试") == "登记 三年级2班 测试 课堂"
