"""Does a pack serve every clause of its plan?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.duties import wording_plan as say
from bot.duties.plan_values import Plan
from bot.errors import BadFile
from bot.marked_yaml import check, load


class Mark(StrEnum):
    """How far software carries a clause."""

    CARRIES = "C"  # end to end
    SUPPORTS = "S"  # people still act
    TRACKS = "T"  # a to-do with an owner and a tick or file
    REFUSES = "X"  # not built as written; the reason stands under left_out


@dataclass(frozen=True, slots=True)
class Clause:
    id: str
    mark: Mark
    title: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of each clause. ``missing`` must be empty; ``unknown`` names no clause of the list."""

    pack: str
    served: Mapping[str, tuple[str, ...]]  # clause id -> duty ids
    left_out: Mapping[str, str]  # clause id -> reason
    missing: tuple[Clause, ...]
    unknown: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing and not self.unknown


def coverage(plan: Plan, pack: str, clauses: tuple[Clause, ...]) -> Coverage:
    """Every clause of the pack's list is served by a duty or, when software does not carry it, left out.

    A clause marked C or S that is only left out counts as missing. A pack without a list misses nothing.
    """
    value = plan.packs[pack]
    wanted = [c for c in clauses if value.clauses and c.id.startswith(f"{value.clauses}-")]
    served: dict[str, list[str]] = {}
    for duty in value.duties:
        for clause in duty.clause:
            served.setdefault(clause, []).append(duty.id)
    may_leave = {c.id for c in wanted if c.mark in (Mark.TRACKS, Mark.REFUSES)}
    missing = [c for c in wanted if c.id not in served and not (c.id in may_leave and c.id in value.left_out)]
    known = {c.id for c in wanted}
    unknown = sorted(({*served, *value.left_out} - known) if value.clauses else ())
    return Coverage(
        pack=pack,
        served={clause: tuple(duties) for clause, duties in sorted(served.items())},
        left_out=value.left_out,
        missing=tuple(missing),
        unknown=tuple(unknown),
    )


class _ClausePart(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^S[0-9]-[0-9]{2}$")]
    mark: Mark
    title: Annotated[str, Field(min_length=6, max_length=14)]


class _ClausesPart(BaseModel):
    model_config = ConfigDict(extra="forbid")

    clauses: list[_ClausePart]


def parse_clauses(text: str, filename: str) -> tuple[Clause, ...]:
    """The clause list of the four plans, ``clauses.yaml``. Raises BadFile with all complaints."""
    marked = load(text, filename)
    found = check(marked, _ClausesPart).clauses
    ids = [clause.id for clause in found]
    repeated = [i for i, clause in enumerate(ids) if clause in ids[:i]]
    if repeated:
        raise BadFile([marked.complain(("clauses", i), say.clause_twice(ids[i])) for i in repeated])
    return tuple(Clause(clause.id, clause.mark, clause.title) for clause in found)
