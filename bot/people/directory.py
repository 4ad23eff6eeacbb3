"""The 家校通讯录 as values, and which of its classes is which of our units: by names, never by a guess."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from bot.people.rules import leaf
from bot.people.spelling import skeleton, tidy_unit

_DEEPEST: Final = 15  # levels of a tree (81002)


class Level(IntEnum):
    """``type`` of a department of the 家校通讯录 (92343)."""

    CLASS = 1
    GRADE = 2
    STAGE = 3
    CAMPUS = 4
    SCHOOL = 5


@dataclass(frozen=True, slots=True)
class Department:
    """``teachers``: member userids of its 班主任 and 任课老师, who must be able to see the app (65024)."""

    id: int
    name: str
    parent: int = 0
    level: int = Level.CLASS
    teachers: tuple[str, ...] = ()
    graduated: bool = False


@dataclass(frozen=True, slots=True)
class ClassThere:
    """A class of the 家校通讯录 with the departments above it, from the top, the class itself last."""

    way: tuple[Department, ...]

    @property
    def id(self) -> int:
        return self.way[-1].id

    @property
    def path(self) -> str:
        return "/".join(tidy_unit(one.name).replace("/", "-") for one in self.way)

    @property
    def campus(self) -> str:
        """The name of its 校区; empty where the school has none."""
        return next((one.name for one in self.way if one.level == Level.CAMPUS), "")

    @property
    def teachers(self) -> tuple[str, ...]:
        return self.way[-1].teachers

    def inside(self, tops: Iterable[int]) -> bool:
        """Is it one of these departments, or below one?"""
        wanted = set(tops)
        return any(one.id in wanted for one in self.way)


@dataclass(frozen=True, slots=True)
class Fit:
    """Our unit for a class; without one ``rivals`` says how many it might have been, 0: none."""

    unit: str | None
    rivals: int = 0


def classes(departments: Sequence[Department]) -> list[ClassThere]:
    """The classes that have not graduated, in the order of the tree."""
    known = {one.id: one for one in departments}
    found = []
    for one in departments:
        way = _way(one, known)
        if one.level == Level.CLASS and not any(above.graduated for above in way):
            found.append(ClassThere(way))
    return found


def fitted(there: Sequence[ClassThere], units: Iterable[str]) -> dict[int, Fit]:
    """Department id -> our unit. Only what fits one to one counts; an equal path goes before a likeness."""
    left = _by_leaf(units)
    found: dict[int, Fit] = {}
    for alike in (_equal, _like):
        may = {
            one.id: [u for u in left.get(_key(one.way[-1].name), ()) if alike(one, u)]
            for one in there
            if one.id not in found
        }
        asked = Counter(unit for several in may.values() for unit in several)
        for id_, several in may.items():
            if len(several) == 1 and asked[several[0]] == 1:
                found[id_] = Fit(several[0])
                left[_key(leaf(several[0]))].remove(several[0])
    for id_, several in may.items():
        if id_ not in found:
            rivals = [unit for unit in several if unit not in {fit.unit for fit in found.values()}]
            found[id_] = Fit(None, max(len(rivals), *(asked[unit] for unit in rivals)) if rivals else 0)
    return found


def _way(one: Department, known: Mapping[int, Department]) -> tuple[Department, ...]:
    way = [one]
    while (above := known.get(way[0].parent)) is not None and above not in way and len(way) < _DEEPEST:
        way.insert(0, above)
    return tuple(way)


def _by_leaf(units: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for unit in units:
        found.setdefault(_key(leaf(unit)), []).append(unit)
    return found


def _equal(there: ClassThere, unit: str) -> bool:
    """The same names from the top, with or without the school's own."""
    way = [_key(one.name) for one in there.way]
    return _names(unit) in (way, way[1:])


def _like(there: ClassThere, unit: str) -> bool:
    """One path holds the other in order. Only names of schools and 学段 may be missing on our side: another
    campus or grade is another class.
    """
    whole = [_key(one.name) for one in there.way]
    needed = [_key(one.name) for one in there.way if one.level not in (Level.STAGE, Level.SCHOOL)]
    ours = _names(unit)
    return _within(needed, ours) or _within(ours, whole)


def _within(some: Sequence[str], all_: Sequence[str]) -> bool:
    rest = iter(all_)
    return all(name in rest for name in some)


def _names(unit: str) -> list[str]:
    return [_key(part) for part in unit.split("/")]


def _key(name: str) -> str:
    return skeleton(tidy_unit(name))
