"""Rules that compare questions: the family of a knowledge point, twin stems, and one trap asked twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz, process

from bot.errors import Complaint
from bot.quiz import wording_check as say
from bot.quiz.bank import Placed
from bot.quiz.items import Item

LEAST: Final = 3  # a wrong point must come back with another question, twice
TWINS: Final = 85.0  # rapidfuzz ratio of two stems
TRAPS: Final = 0.40  # in the shipped bank pairs above were the same trap, pairs below 0.38 were not
PAIRS: Final = 20  # pairs of characters below which a share says little


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


def same_traps(placed: Sequence[Placed], limit: float = TRAPS) -> Iterator[Complaint]:
    """Pairs of questions of two points that say the same to one audience, told at the later one.

    Compared are the pairs of characters of stem, right options and explanation, for the stems of one trap may
    differ; ``limit`` is the share of the shorter question's pairs that the other has too.
    """
    numbers: dict[str, int] = {}
    before: list[tuple[Placed, int, int]] = []
    for one in placed:
        audience = set(one.item.audience)
        mine = _mark(one.item, numbers)
        size = mine.bit_count()
        for other, mark, others in before:
            fewest = min(size, others)
            common = (mine & mark).bit_count()
            if fewest < PAIRS or common < limit * fewest or one.item.point == other.item.point:
                continue
            if not audience.isdisjoint(other.item.audience):
                line = other.lines.get("stem", other.lines[""])
                said = say.same_trap(other.item.id, other.file, line, common / fewest)
                yield one.complain(said, "stem")
        before.append((one, mine, size))


def _mark(item: Item, numbers: dict[str, int]) -> int:
    """The pairs of characters of a question as bits; ``numbers`` grows by the pairs that are new."""
    right = "".join(text for letter, text in item.options if letter in item.answer)
    letters = [letter for letter in item.stem + right + item.why if letter.isalnum()]
    mark = 0
    for pair in map("".join, pairwise(letters)):
        mark |= 1 << numbers.setdefault(pair, len(numbers))
    return mark
