"""Single lines that reports are made of: a class sheet's, a filing's, a line of the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.cases.figures import Record
from bot.duties.rules import Do, ProofKind
from bot.receipts.rules import Level
from bot.reports.rules import RedLine, ReportKind, Tally

UnitTallies = Mapping[str, Tally]  # one unit's tally of each campaign


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One person of a class sheet; for a family task the child.

    ``unguarded``: it is open, and the roster knows no guardian. ``family``: the parents' part of what the
    child has a part of its own in.
    """

    code: str
    name: str
    done_at: datetime | None
    proof: ProofKind | None
    level: Level | None
    receipt: str
    exempt: str
    unguarded: bool = False
    family: bool = False


@dataclass(frozen=True, slots=True)
class Filing:
    """A report that a unit owed in the period."""

    title: str
    unit: str
    due_at: datetime | None
    filed_at: datetime | None

    def late(self, now: datetime) -> bool:
        return self.due_at is not None and (self.filed_at or now) > self.due_at


@dataclass(frozen=True, slots=True)
class OwnTask:
    """What one person, or a guardian for them, was asked and did; never an answer."""

    told_at: datetime | None
    done_at: datetime | None
    proof: ProofKind | None
    by_guardian: bool
    declined: bool
    exempt: str


@dataclass(frozen=True, slots=True)
class PastLine:
    """One campaign of the past: what was offered to a unit, which version, and what was done."""

    occurrence: str
    title: str
    do: Do
    clause: tuple[str, ...]
    material: str
    planned_at: datetime
    tally: Tally | None
    own: tuple[OwnTask, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Everything a bulletin says. ``tallies`` holds one for each campaign and unit right below ``unit``."""

    kind: ReportKind
    school: str
    unit: str
    since: datetime
    until: datetime
    as_of: datetime
    tallies: tuple[Tally, ...]
    filings: tuple[Filing, ...] = ()
    deadline: datetime | None = None
    red_line: RedLine = field(default_factory=RedLine)
    cases: Record | None = None  # calls and cases of the unit
    cases_before: Record | None = None  # a year ago
