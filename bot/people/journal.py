"""What an import must remember to be taken back: the state before, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.people.roster_rows import Known

UNDO_WITHIN: Final = timedelta(hours=24)


@dataclass(slots=True)
class Journal:
    """Lists of short rows, because an import may touch a hundred thousand people.

    ``persons``: id, name, kind, unit, stage, moment of leaving in milliseconds. ``contacts``: address, person
    before, bound_at in milliseconds, how, person after, account before (older journals end without it).
    ``moved``: id, unit before, unit after.
    """

    new: list[int] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    persons: list[list[Any]] = field(default_factory=list)
    roles: dict[str, list[list[str]]] = field(default_factory=dict)
    wards_added: list[list[int]] = field(default_factory=list)
    wards_removed: list[list[int]] = field(default_factory=list)
    contacts: list[list[Any]] = field(default_factory=list)
    moved: list[list[Any]] = field(default_factory=list)

    def before(self, known: Known, left_at: int | None) -> None:
        self.persons.append([known.id, known.name, known.kind, known.unit, known.stage, left_at])

    def roles_before(self, known: Known) -> None:
        self.roles[str(known.id)] = sorted([held.role, held.unit] for held in known.roles)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Journal:
        return cls(**value)


def may_undo(at: datetime, undone: bool, now: datetime) -> bool:
    return not undone and now - at <= UNDO_WITHIN
