"""Item statistics as Moodle defines them, from first tries only (Moodle docs, Quiz statistics report).

A first try is one question in one sitting; its mark is 1 or 0. The discrimination index is the correlation
of the item's mark with the mark on the rest of the same paper (not the upper and lower 27 %). Papers are
drawn one by one, so the rest counts as the share of right first tries among the paper's other questions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.quiz.items import Bank, Item, ItemType

SMALL: Final = 5  # cells with fewer people are hidden (减负红线)
TOO_EASY: Final = 0.95
TOO_BLUNT: Final = 0.1


@dataclass(frozen=True, slots=True)
class Tried:
    """One first answer; ``chosen`` holds the letters of the file."""

    sitting: int
    person: int
    question: str
    chosen: str
    right: bool


class Review(StrEnum):
    """Why a person should look at a question."""

    TOO_EASY = "too-easy"
    TOO_BLUNT = "too-blunt"


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """Of one question; shares between 0 and 1, indices between -1 and 1, ``None`` where nothing can be said.

    ``choices`` counts how often each option was in an answer, also those never chosen. ``exposed`` is the
    number of people who met the question in a test, on whatever try.
    """

    question: str
    people: int
    facility: float
    guess: float
    discrimination: float | None
    efficiency: float | None
    choices: Mapping[str, int]
    exposed: int = 0

    @property
    def review(self) -> tuple[Review, ...]:
        reasons = [Review.TOO_EASY] if self.facility > TOO_EASY else []
        if self.discrimination is not None and self.discrimination < TOO_BLUNT:
            reasons.append(Review.TOO_BLUNT)
        return tuple(reasons)


@dataclass(frozen=True, slots=True)
class TopicResult:
    topic: str
    people: int
    tries: int
    facility: float


@dataclass(frozen=True, slots=True)
class Weakest:
    """The topics of a unit, weakest first; ``hidden`` topics had fewer than five people."""

    topics: tuple[TopicResult, ...]
    hidden: int


def random_guess(item: Item) -> float:
    """The mark that pure chance earns: every answer a person may give is equally likely."""
    options = len(item.options)
    return 1 / (2**options - 1) if item.type is ItemType.MULTIPLE else 1 / options


def statistics(
    tries: Iterable[Tried], bank: Bank, exposed: Mapping[str, int] | None = None
) -> list[ItemStatistics]:
    """One line for each question of the bank with five people or more, hardest first."""
    papers: dict[int, list[Tried]] = defaultdict(list)
    for tried in tries:
        papers[tried.sitting].append(tried)
    marks: dict[str, list[tuple[Tried, float | None]]] = defaultdict(list)
    for paper in papers.values():
        total = sum(tried.right for tried in paper)
        for tried in paper:
            rest = (total - tried.right) / (len(paper) - 1) if len(paper) > 1 else None
            marks[tried.question].append((tried, rest))
    lines = [
        _line(bank.items[question], of_item, (exposed or {}).get(question, 0))
        for question, of_item in marks.items()
        if question in bank.items and len({tried.person for tried, _ in of_item}) >= SMALL
    ]
    return sorted(lines, key=lambda line: (line.facility, line.question))


def _line(item: Item, marks: Sequence[tuple[Tried, float | None]], exposed: int) -> ItemStatistics:
    counts = Counter(letter for tried, _ in marks for letter in tried.chosen)
    compared = [(float(tried.right), rest) for tried, rest in marks if rest is not None]
    own, rest = [mark for mark, _ in compared], [mark for _, mark in compared]
    return ItemStatistics(
        item.id,
        len({tried.person for tried, _ in marks}),
        sum(tried.right for tried, _ in marks) / len(marks),
        random_guess(item),
        correlation(own, rest),
        efficiency(own, rest),
        {letter: counts[letter] for letter in item.letters},
        exposed,
    )


def correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Pearson's, ``None`` when one side does not vary."""
    spread = math.sqrt(_covariance(left, left) * _covariance(right, right)) if left else 0.0
    return None if spread < 1e-12 else _covariance(left, right) / spread


def efficiency(left: Sequence[float], right: Sequence[float]) -> float | None:
    """The covariance as a share of the greatest these marks could have, were both in the same order."""
    best = _covariance(sorted(left), sorted(right)) if left else 0.0
    return None if best < 1e-12 else _covariance(left, right) / best


def _covariance(left: Sequence[float], right: Sequence[float]) -> float:
    mean_left, mean_right = math.fsum(left) / len(left), math.fsum(right) / len(right)
    return math.fsum((a - mean_left) * (b - mean_right) for a, b in zip(left, right, strict=True)) / len(left)


def unused_distractors(line: ItemStatistics, item: Item, share: float = 0.05) -> tuple[str, ...]:
    """Wrong options that fewer than ``share`` of the first tries chose: nobody believes them."""
    total = max(sum(line.choices.values()), 1)
    rare = (letter for letter, count in line.choices.items() if count < share * total)
    return tuple(letter for letter in rare if letter not in item.answer)


def weakest_topics(tries: Iterable[Tried], bank: Bank) -> Weakest:
    """Share of right first tries by topic, weakest first; cells with fewer than five people are left out."""
    people: dict[str, set[int]] = defaultdict(set)
    marks: dict[str, list[bool]] = defaultdict(list)
    for tried in tries:
        if item := bank.items.get(tried.question):
            people[item.topic].add(tried.person)
            marks[item.topic].append(tried.right)
    shown = [
        TopicResult(topic, len(people[topic]), len(right), sum(right) / len(right))
        for topic, right in marks.items()
        if len(people[topic]) >= SMALL
    ]
    shown.sort(key=lambda result: (result.facility, result.topic))
    return Weakest(tuple(shown), len(marks) - len(shown))
