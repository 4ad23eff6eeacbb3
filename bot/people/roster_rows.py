"""What a roster file says, what is known already, and which WeCom corp serves a unit. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from bot.errors import Complaint
from bot.messages import Address
from bot.people.rules import PersonKind, RoleHeld, Stage
from bot.people.spelling import ancestors


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One good row. ``None`` means that the file has no such column: what is known stays as it is."""

    line: int
    code: str
    name: str
    kind: PersonKind
    unit: str
    stage: Stage | None
    roles: frozenset[RoleHeld] | None = None
    children: frozenset[str] | None = None  # codes
    userid: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the database has them, in the words of a roster. ``userid`` is the one a roster gave."""

    id: int
    code: str
    name: str
    kind: PersonKind
    unit: str
    stage: Stage | None = None
    roles: frozenset[RoleHeld] = frozenset()
    children: frozenset[str] = frozenset()
    userid: str = ""
    left: bool = False


NOTHING_KNOWN: Final[Mapping[str, Known]] = MappingProxyType({})
NO_UNITS: Final[Mapping[str, Stage | None]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A checked file: good rows, what is wrong with the others, and what the reader should know.

    ``held`` and ``held_names`` are the codes and names found in bad rows: these people are in the file, so
    they do not leave because of a typing mistake. ``units`` has every unit of the good rows and those above,
    with its 学段 where one is stated.
    """

    name: str
    rows: tuple[RosterRow, ...]
    complaints: tuple[Complaint, ...] = ()
    notes: tuple[str, ...] = ()
    lines: int = 0
    held: frozenset[str] = frozenset()
    held_names: frozenset[str] = frozenset()
    units: Mapping[str, Stage | None] = field(default_factory=dict)

    @property
    def kinds(self) -> frozenset[PersonKind]:
        return frozenset(row.kind for row in self.rows)


@dataclass(frozen=True, slots=True)
class Corp:
    """A WeCom app of our settings: the account's id and its corp_id."""

    account: str
    corp: str

    def address(self, kind: PersonKind, userid: str) -> Address:
        """For 家长 the column holds the parent_userid of 家校通讯录, which is an id space of its own."""
        return (Address.parent if kind is PersonKind.PARENT else Address.member)(self.corp, userid)


def corp_for(corps: Mapping[str, Corp], unit: str) -> Corp | None:
    """The corp serving a unit: the nearest one up the tree; the key ``""`` serves the whole tree."""
    for path in ancestors(unit):
        if path in corps:
            return corps[path]
    return corps.get("")
