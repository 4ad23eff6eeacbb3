"""Rules that compare questions: the family of a knowledge point, and stems that are nearly the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rapidfuzz import fuzz, process

from bot.errors import Complaint
from bot.quiz import wording_check as say
from bot.quiz.bank import Placed

LEAST: Final = 3  # a wrong point must come back with another question, twice
TWINS: Final = 85.0  # rapidfuzz ratio of two stems


def families(placed: Sequence[Placed]) -> Iterator[Complaint]:
    """Points with too few questions, and questions whose audience or topic is not that of their point."""
    points: dict[str, list[Placed]] = {}
    for one in placed:
        points.setdefault(one.item.point, []).append(one)
    for point, same in points.items():
        first, *others = same
        if len(same) < LEAST:
            yield first.complain(say.too_few(point, len(same), LEAST), "point")
        for other in others:
            if other.item.audience != first.item.audience:
                yield other.complain(_differs("audience", first), "audience")
            if other.item.topic != first.item.topic:
                yield other.complain(_differs("topic", first), "point")


def _differs(field: str, first: Placed) -> str:
    return say.differs(field, first.item.id, first.file, first.lines.get(field, first.lines[""]))


def near_twins(placed: Sequence[Placed], limit: float = TWINS) -> Iterator[Complaint]:
    """Each pair of stems whose similarity is ``limit`` of 100 or more, told at the later one."""
    stems = [one.item.stem for one in placed]
    for at, one in enumerate(placed):
        for _, ratio, other in process.extract(
            one.item.stem, stems[:at], scorer=fuzz.ratio, score_cutoff=limit, limit=None
        ):
            twin = placed[other]
            yield one.complain(say.near_twin(twin.item.id, twin.file, twin.lines["stem"], ratio), "stem")
