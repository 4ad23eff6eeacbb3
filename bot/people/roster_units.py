"""The units of a roster: which spelling is meant, which unit a 负责单位 is, and which 学段 a unit has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from rapidfuzz.distance import Levenshtein

from bot.people.rules import Stage, leaf
from bot.people.spelling import ancestors, matching_units, skeleton

FEW: Final = 2  # people in a unit that may be a slip of the pen
MANY: Final = 10  # people in the unit it may have been meant for


def look_alikes(counts: Mapping[str, int], known: Iterable[str]) -> dict[str, str]:
    """Units that are another unit in disguise -> the one that is meant.

    Meant is the one the database knows, else the one with more people, else the one with more digits.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    there = set(known)
    for unit in {*counts, *there}:
        groups[skeleton(unit)].add(unit)
    meant: dict[str, str] = {}
    for spellings in groups.values():
        if len(spellings) > 1:
            best = max(spellings, key=lambda u: (u in there, counts.get(u, 0), sum(map(str.isdigit, u)), u))
            meant |= {unit: best for unit in spellings if unit != best and unit in counts}
    return meant


def one_letter_apart(counts: Mapping[str, int], known: Iterable[str]) -> dict[str, str]:
    """New units of one or two people whose name differs by one Han character from a sibling with many.

    Only names with a number in them: 教务处 and 财务处 also differ by one character, and both exist.
    """
    there = set(known)
    siblings: dict[str, list[str]] = defaultdict(list)
    for unit, count in counts.items():
        if count >= MANY or unit in there:
            siblings[unit.rpartition("/")[0]].append(unit)
    near: dict[str, str] = {}
    for unit, count in counts.items():
        name = leaf(unit)
        if count > FEW or unit in there or not any(map(str.isdigit, name)):
            continue
        for other in siblings[unit.rpartition("/")[0]]:
            if _one_han_apart(name, leaf(other)):
                near[unit] = other
    return near


def _one_han_apart(name: str, other: str) -> bool:
    if name == other or Levenshtein.distance(name, other, score_cutoff=1) != 1:
        return False
    odd = (Counter(name) - Counter(other)) + (Counter(other) - Counter(name))
    return bool(odd) and all("\u3400" <= letter <= "\u9fff" and letter not in _COUNTING for letter in odd)


_COUNTING: Final = frozenset("一二三四五六七八九十甲乙丙丁戊己庚辛上下东西南北中")


def covered(text: str, units: Mapping[str, object], leaves: Mapping[str, list[str]]) -> list[str]:
    """The units meant by a 负责单位: a path, or the end of one; the empty text is the whole school."""
    if not text or text in units:
        return [text]
    return matching_units(text, leaves.get(leaf(text), []))


class Stages:
    """What the file and the database say about the 学段 of units, and what follows for silent rows."""

    def __init__(self, stated: Iterable[tuple[str, Stage | None]], known: Mapping[str, Stage | None]) -> None:
        self._known = known
        found: dict[str, set[Stage]] = defaultdict(set)
        for unit, stage in stated:
            if stage:
                for path in ancestors(unit):
                    found[path].add(stage)
        self._stated = {unit: next(iter(stages)) for unit, stages in found.items() if len(stages) == 1}

    def of(self, unit: str) -> Stage | None:
        """The nearest unit upwards that has one 学段; ``None`` when nothing says."""
        for path in ancestors(unit):
            if stage := self.own(path):
                return stage
        return None

    def own(self, unit: str) -> Stage | None:
        return self._stated.get(unit) or self._known.get(unit)
