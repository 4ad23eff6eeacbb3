"""Drawing a paper: which points, and in which order each point's equal questions would be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bot.duties.plan_values import Plan
from bot.quiz.items import Bank, Item

TEST_POINTS: Final = 20  # of a test of which the plan says nothing


@dataclass(frozen=True, slots=True)
class Blueprint:
    """How many points, of which topics; a topic that is not named may fill what is left."""

    name: str
    audience: str
    points: int
    topics: Mapping[str, int] = field(default_factory=dict)
    mode: str = "mastery"
    feedback: str = "at-once"


def blueprint_of(plan: Plan, name: str, audience: str, points: int) -> Blueprint:
    """What the school's plan says of such a paper; ``points`` where it says nothing."""
    planned = plan.blueprint(name, audience)
    if planned is None:
        return Blueprint(name, audience, points)
    return Blueprint(name, audience, planned.points, planned.topics, planned.mode)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One point of a paper; ``questions`` in the order in which they would be used."""

    point: str
    questions: tuple[str, ...]


def draw(bank: Bank, blueprint: Blueprint, seen: Mapping[str, int], rng: Random) -> tuple[Drawn, ...]:
    """A paper for one person. ``seen`` counts how often the person met each question id.

    Points least met come first, then chance; inside a point the least met question leads. A blueprint that
    asks for more than the bank has gives all there is.
    """
    available = bank.for_audience(blueprint.audience)
    weight = {point: sum(seen.get(i.id, 0) for i in items) / len(items) for point, items in available.items()}
    order = sorted(available, key=lambda point: (weight[point], rng.random()))
    chosen = _by_topic(order, available, blueprint)
    rng.shuffle(chosen)
    return tuple(
        Drawn(point, tuple(item.id for item in _by_exposure(available[point], seen, rng))) for point in chosen
    )


def _by_topic(
    order: Sequence[str], available: Mapping[str, tuple[Item, ...]], blueprint: Blueprint
) -> list[str]:
    chosen: list[str] = []
    for topic, count in blueprint.topics.items():
        of_topic = [p for p in order if available[p][0].topic == topic and p not in chosen]
        chosen += of_topic[: min(count, blueprint.points - len(chosen))]
    per_topic: dict[str, int] = {}
    rest: list[str] = []
    late: list[str] = []
    for point in order:
        if point in chosen:
            continue
        topic = available[point][0].topic
        per_topic[topic] = per_topic.get(topic, 0) + 1
        (rest if per_topic[topic] <= 2 else late).append(point)  # a paper should not be all one topic
    return (chosen + rest + late)[: blueprint.points]


def _by_exposure(items: Sequence[Item], seen: Mapping[str, int], rng: Random) -> list[Item]:
    return sorted(items, key=lambda item: (seen.get(item.id, 0), rng.random()))


def shuffled(item: Item, rng: Random) -> str:
    """The order in which the options are shown, as the letters of the file; true/false stays 对, 错."""
    letters = list(item.letters)
    if len(letters) > 2:
        rng.shuffle(letters)
    return "".join(letters)
