"""How often one person would meet the same question again, found by drawing papers as the bot draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Final

from bot.quiz.drawing import Blueprint, draw
from bot.quiz.items import AUDIENCES, Bank

TERMS: Final = 6  # three years
POINTS: Final = 20
PEOPLE: Final = 20


@dataclass(frozen=True, slots=True)
class Overlap:
    """Means for one person over all terms; ``repeats`` are questions met before."""

    audience: str
    points: int
    questions: int
    asked: float
    repeats: float

    @property
    def share(self) -> float:
        return self.repeats / self.asked if self.asked else 0.0


def overlap(
    bank: Bank, audience: str, rng: Random, *, missed: float = 0.0,
    terms: int = TERMS, points: int = POINTS, people: int = PEOPLE,
) -> Overlap:  # fmt: skip
    """Draw ``terms`` papers for each of ``people``; a share ``missed`` of tries costs one question more."""
    usable = bank.for_audience(audience)
    blueprint = Blueprint("overlap", audience, points)
    asked = repeats = 0
    for _ in range(people if usable else 0):
        seen: Counter[str] = Counter()
        for _ in range(terms):
            for drawn in draw(bank, blueprint, seen, rng):
                tries = 2 if rng.random() < missed else 1
                for question in drawn.questions[:tries]:
                    asked += 1
                    repeats += question in seen
                    seen[question] += 1
    size = sum(map(len, usable.values()))
    return Overlap(audience, len(usable), size, asked / people, repeats / people)


def overlaps(bank: Bank, rng: Random, missed: float = 0.0) -> list[Overlap]:
    """One line for each audience."""
    return [overlap(bank, audience, rng, missed=missed) for audience in AUDIENCES]


def topic_coverage(bank: Bank) -> Mapping[str, Mapping[str, int]]:
    """Knowledge points by topic and audience; topics in the order of their size."""
    topics: dict[str, Counter[str]] = {}
    sizes: Counter[str] = Counter()
    for items in bank.points.values():
        counts = topics.setdefault(items[0].topic, Counter())
        counts.update({audience for item in items for audience in item.audience})
        sizes[items[0].topic] += 1
    return MappingProxyType({topic: topics[topic] for topic, _ in sizes.most_common()})
