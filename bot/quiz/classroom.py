"""A class without phones sits a test together: one paper on the projector, the same whenever it is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from bot.duties.behind import Pupils
from bot.duties.plan_values import Plan, Sitting
from bot.people.rules import CHILDREN, Stage
from bot.quiz.drawing import Blueprint, draw, shuffled
from bot.quiz.items import Bank, Item, ItemType
from bot.quiz.rules import SHOWN


@dataclass(frozen=True, slots=True)
class Option:
    letter: str
    text: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as the class sees it. ``right`` are the letters on the screen, not those of the file."""

    stem: str
    several: bool
    options: tuple[Option, ...]
    right: str
    why: str


@dataclass(frozen=True, slots=True)
class ClassPaper:
    """``code`` tells whether a printed sheet is the paper on the screen: an edited bank may change it."""

    items: tuple[Shown, ...]
    code: str


@dataclass(frozen=True, slots=True)
class ClassTest:
    """What a class can do together now: ``people`` are not done, and the paper has ``points`` questions."""

    pupils: Pupils
    people: int
    points: int


def stages_together(plan: Plan, blueprint: str) -> frozenset[Stage]:
    """Whose pupils sit a test as a class, all of them or those without an account."""
    planned = (plan.blueprint(blueprint, stage) for stage in Stage)
    return CHILDREN | {Stage(b.audience) for b in planned if b and b.sitting is Sitting.CLASS}


def together(plan: Plan, pupils: Pupils) -> int:
    """How many of these sit the test as a class: all where the blueprint says so, and of 小学 and 初中 those
    who have no account of ours.
    """
    planned = plan.blueprint(pupils.occurrence.material, pupils.stage)
    if planned is not None and planned.sitting is Sitting.CLASS:
        return pupils.people
    return pupils.without_account if pupils.stage in CHILDREN else 0


def points_of(bank: Bank, blueprint: Blueprint) -> int:
    """How many questions a paper has; a blueprint may ask for more than there are."""
    return min(blueprint.points, len(bank.for_audience(blueprint.audience)))


def class_paper(bank: Bank, blueprint: Blueprint, rng: Random) -> ClassPaper:
    """One question for each point drawn. Who is in the class, and what they met before, plays no part."""
    drawn = draw(bank, blueprint, {}, rng)
    chosen = [(item, shuffled(item, rng)) for item in (bank.items[d.questions[0]] for d in drawn)]
    text = " ".join(f"{item.id}:{order}" for item, order in chosen)
    code = hashlib.sha256(text.encode()).hexdigest()[:4].upper()
    return ClassPaper(tuple(_shown(item, order) for item, order in chosen), code)


def _shown(item: Item, order: str) -> Shown:
    texts = dict(item.options)
    options = tuple(
        Option(letter, texts[of_file], of_file in item.answer)
        for letter, of_file in zip(SHOWN, order, strict=False)
    )
    right = "".join(option.letter for option in options if option.is_right)
    return Shown(item.stem, item.type is ItemType.MULTIPLE, options, right, item.why)


def units_of(tests: Collection[ClassTest]) -> dict[str, int]:
    """How many of each class are not done, whichever test it is."""
    found: dict[str, int] = {}
    for test in tests:
        found[test.pupils.unit] = max(found.get(test.pupils.unit, 0), test.people)
    return found
