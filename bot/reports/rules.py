"""Readings of tasks and proofs as values: tallies, percentages, who may see them, and the red line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.duties.rules import LADDERS, Ask, Do
from bot.people.rules import in_scope, within

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
SMALL: Final = 5  # people; a smaller figure is not shown outside the unit that owns it
_NONE: Final[Mapping[str, int]] = MappingProxyType({})


class ReportKind(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    HALF_YEAR = "half-year"
    ANNUAL = "annual"


@dataclass(frozen=True, slots=True)
class Tally:
    """One campaign in one unit, counted in people; a child with two guardians counts once.

    ``audience`` = ``exempt`` + ``due``; all other figures count people who are due. ``told``: a delivery was
    accepted by the platform, or the person has acted. ``tiers``: at least this kind of proof, by ProofKind,
    weakest first. ``own`` is false for a total that reaches beyond the asker's units.
    """

    unit: str
    occurrence: str
    duty: str
    title: str
    ask: Ask
    audience: int
    exempt: int
    due: int
    told: int
    done: int
    declined: int
    tiers: Mapping[str, int]
    as_of: datetime
    do: Do = Do.SEND
    planned_at: datetime | None = None
    due_at: datetime | None = None
    reasons: Mapping[str, int] = field(default_factory=lambda: _NONE)  # why exempt
    own: bool = True

    @property
    def asked(self) -> bool:
        """Is there anything to do but read?"""
        return LADDERS[self.ask].done is not None

    @property
    def open(self) -> int:
        return self.due - self.done if self.asked else 0


def percent(part: int, whole: int) -> str:
    """``95.1%``; all and nothing are said only of all and nothing; ``—`` of nobody."""
    if whole <= 0:
        return "—"
    tenths = (part * 2000 + whole) // (2 * whole)
    if part < whole:
        tenths = min(tenths, 999)
    if part > 0:
        tenths = max(tenths, 1)
    return "100%" if tenths == 1000 else f"{tenths // 10}.{tenths % 10}%"


def is_small(count: int) -> bool:
    return 0 < count < SMALL


def asked_units(scope: Iterable[str], top: str = "") -> list[tuple[str, int]]:
    """The units to count, none inside another, each with the path parts of the unit that was asked for.

    Without ``top`` every unit of the scope is asked for itself; with it, what of it lies in the scope.
    """
    chosen: dict[str, int] = {}
    for unit in sorted(set(scope)):
        if any(within(unit, other) for other in chosen):
            continue
        if not top or within(unit, top):
            chosen[unit] = parts(top or unit)
        elif within(top, unit):
            chosen[top] = parts(top)
    return list(chosen.items())


def parts(unit: str) -> int:
    return len(unit.split("/")) if unit else 0


def merged(tallies: Sequence[Tally], unit: str) -> Tally:
    """Several tallies as one, under this unit; the campaign is the first one's. At least one is needed."""
    first = tallies[0]
    return replace(
        first,
        unit=unit,
        audience=sum(t.audience for t in tallies),
        exempt=sum(t.exempt for t in tallies),
        due=sum(t.due for t in tallies),
        told=sum(t.told for t in tallies),
        done=sum(t.done for t in tallies),
        declined=sum(t.declined for t in tallies),
        tiers=_summed(t.tiers for t in tallies),
        reasons=_summed(t.reasons for t in tallies),
        as_of=max(t.as_of for t in tallies),
        own=all(t.own for t in tallies),
    )


def grouped(tallies: Iterable[Tally], key: Callable[[Tally], str]) -> dict[str, list[Tally]]:
    """By a key, in the order of first appearance."""
    found: dict[str, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(key(tally), []).append(tally)
    return found


def by_unit(tallies: Iterable[Tally]) -> dict[str, list[Tally]]:
    """In the order of the roster's paths, never of results."""
    return dict(sorted(grouped(tallies, lambda t: t.unit).items()))


def by_campaign(tallies: Iterable[Tally]) -> dict[str, list[Tally]]:
    return grouped(tallies, lambda t: t.occurrence)


def seen_by(tallies: Iterable[Tally], scope: tuple[str, ...]) -> list[Tally]:
    """What an asker may see: their own units in full, totals above without details, nothing beside them."""
    seen = []
    for tally in tallies:
        if in_scope(tally.unit, scope):
            seen.append(tally)
        elif scope and any(within(unit, tally.unit) for unit in scope) and tally.due >= SMALL:
            seen.append(replace(tally, own=False, tiers=_NONE, reasons=_NONE))
    return seen


def fold_small(units: Mapping[str, Sequence[Tally]], label: str) -> dict[str, list[Tally]]:
    """Units of fewer than five due people become one row, too large to work anybody out from the rest.

    The sums stay what they were. Which units fall together depends on their size alone, never on results.
    """
    size = {unit: max((t.due for t in tallies), default=0) for unit, tallies in units.items()}
    small = [unit for unit in units if is_small(size[unit])]
    large = [unit for unit in units if unit not in small]
    while small and sum(size[unit] for unit in small) < SMALL and large:
        small.append(large.pop())
    rows = {unit: list(units[unit]) for unit in large}
    if small:
        rows[label] = [tally for unit in units if unit in small for tally in units[unit]]
    return rows


def kept_back(size: Mapping[str, int]) -> frozenset[str]:
    """Whose figure is not shown: those under five, and others as long as the rest would tell theirs."""
    small = [name for name, count in size.items() if is_small(count)]
    large = [name for name, count in size.items() if count >= SMALL]
    while small and sum(size[name] for name in small) < SMALL and large:
        small.append(large.pop())
    return frozenset(small)


@dataclass(frozen=True, slots=True)
class RedLine:
    """减负红线. Without a document number and two approvers every guard stands."""

    document: str = ""
    approvers: tuple[str, ...] = ()

    @property
    def lifted(self) -> bool:
        return bool(self.document.strip()) and len({a for a in self.approvers if a.strip()}) >= 2


def for_bulletin(tallies: Iterable[Tally], red_line: RedLine) -> list[Tally]:
    """What a bulletin may say: of installing and following only that people were told."""
    return [
        replace(t, ask=Ask.NOTHING, done=0, declined=0, tiers=_NONE)
        if t.do is Do.CONFIRM and not red_line.lifted
        else t
        for t in tallies
    ]


@dataclass(frozen=True, slots=True)
class Sums:
    """Several campaigns together, in 人次. What must be done and what is voluntary are never one figure."""

    campaigns: int
    audience: int
    exempt: int
    due: int
    told: int
    owed: int  # due where something must be done
    done: int
    invited: int  # due where a voluntary confirmation was asked
    confirmed: int

    @classmethod
    def of(cls, tallies: Sequence[Tally]) -> Sums:
        must = [t for t in tallies if t.asked and t.ask is not Ask.CONFIRM]
        may = [t for t in tallies if t.ask is Ask.CONFIRM]
        return cls(
            len({t.occurrence for t in tallies}),
            sum(t.audience for t in tallies),
            sum(t.exempt for t in tallies),
            sum(t.due for t in tallies),
            sum(t.told for t in tallies),
            sum(t.due for t in must),
            sum(t.done for t in must),
            sum(t.due for t in may),
            sum(t.done for t in may),
        )


def reasons(tallies: Iterable[Tally]) -> dict[str, int]:
    """Why people are exempt, most frequent first."""
    found = _summed(t.reasons for t in tallies)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def stats_json(tallies: Iterable[Tally]) -> list[dict[str, Any]]:
    """What ``stats --json`` prints."""
    return [
        {
            "unit": t.unit,
            "campaign": t.occurrence,
            "duty": t.duty,
            "audience": t.audience,
            "exempt": t.exempt,
            "due": t.due,
            "done": t.done,
            "tiers": dict(t.tiers),
            "as_of": t.as_of.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        }
        for t in tallies
    ]


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for one in counts:
        found.update(one)
    return dict(found)
