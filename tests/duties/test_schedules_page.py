"""docs/schedules.md shows every form, and every example in it is true."""

from __future__ import annotations

import re

from conftest import REPO

from bot.duties.audience import parts
from bot.duties.audience_parser import parse_audience
from bot.duties.cadence_wording import audience_words, when_words
from bot.duties.plan_file import DutyPart
from bot.duties.rules import ProofKind
from bot.duties.when import SHAPES, parse_when

PAGE = (REPO / "docs/schedules.md").read_text("utf-8")


def examples(kind: str) -> list[str]:
    return [line for block in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S) for line in block.splitlines()]


def test_every_example_of_when_is_in_normal_form() -> None:
    whens = [parse_when(line) for line in examples("when")]
    assert [str(when) for when in whens] == examples("when")
    assert len({type(when) for when in whens}) == 7
    assert all(f"`{shape}`" in PAGE for shape in SHAPES)


def test_every_example_of_to_is_in_normal_form() -> None:
    audiences = [parse_audience(line) for line in examples("to")]
    assert [str(audience) for audience in audiences] == examples("to")
    assert len({type(part) for audience in audiences for part in parts(audience)}) == 8


def test_every_field_and_proof_is_told() -> None:
    assert [name for name in DutyPart.model_fields if f"`{name}`" not in PAGE] == []
    assert [kind.value for kind in ProofKind if f"`{kind}`" not in PAGE] == []


def test_the_cadence_in_chinese() -> None:
    assert when_words(parse_when("every friday at 16:40")) == "每周五 16:40"
    assert when_words(parse_when("term week 3 thursday at 18:20")) == "每学期第3周周四 18:20"
    assert when_words(parse_when("each school day at breaks")) == "每个教学日课间"
    assert when_words(parse_when("monthly by day 25 at 09:20")) == "每月25日前 09:20"
    assert when_words(parse_when("on 06-20")) == "每年6月20日"
    assert when_words(parse_when("on event new case")) == "新建案件后"
    assert when_words(parse_when("once on 2026-11-09")) == "2026年11月9日"
    assert audience_words(parse_audience("学生 and (高中 or 大学)")) == "学生中的（高中、大学）"
    assert audience_words(parse_audience("学生 except 小学")) == "学生（除小学）"
    assert audience_words(parse_audience("家长 and without signed of parent-letter")) == (
        "家长中的parent-letter 未签名者"
    )
