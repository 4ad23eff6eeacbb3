"""Questions as values: what the bank holds and a paper draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class ItemType(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGE = "judge"


AUDIENCES = ("小学", "初中", "高中", "大学", "教职工", "家长")
JUDGE_OPTIONS = (("A", "对"), ("B", "错"))


@dataclass(frozen=True, slots=True)
class Item:
    """One question. ``answer`` holds the letters of the file; a true/false item has A 对 and B 错."""

    id: str
    topic: str
    point: str
    type: ItemType
    audience: tuple[str, ...]
    difficulty: int
    stem: str
    options: tuple[tuple[str, str], ...]
    answer: frozenset[str]
    why: str
    source: str
    review_by: date

    @property
    def letters(self) -> str:
        return "".join(letter for letter, _ in self.options)


@dataclass(frozen=True, slots=True)
class Bank:
    """All questions, by id and by knowledge point; immutable, replaced as a whole when files change."""

    items: Mapping[str, Item]
    points: Mapping[str, tuple[Item, ...]]

    @classmethod
    def of(cls, items: Iterable[Item]) -> Bank:
        by_id: dict[str, Item] = {}
        points: dict[str, list[Item]] = {}
        for item in items:
            by_id[item.id] = item
            points.setdefault(item.point, []).append(item)
        return cls(
            MappingProxyType(by_id), MappingProxyType({point: tuple(same) for point, same in points.items()})
        )

    def for_audience(self, audience: str) -> Mapping[str, tuple[Item, ...]]:
        """The points that can be asked of this audience, each with its usable questions."""
        usable = {
            point: tuple(item for item in items if audience in item.audience)
            for point, items in self.points.items()
        }
        return {point: items for point, items in usable.items() if items}
