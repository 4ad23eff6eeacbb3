"""What a roster file would change. Pure: the current people and a checked file in, a Difference out.

Leavers are the people of those kinds that the file has rows of, who are not in the file: a list of students
says nothing about staff. Whoever stands in a bad row of the file stays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bot.people.roster import ONE_CORP
from bot.people.roster_rows import Corp, Known, RosterFile, RosterRow, corp_for
from bot.people.rules import PersonKind, Stage

MANY_LEAVERS: Final = 0.20


@dataclass(frozen=True, slots=True)
class Change:
    """A known person and the row that differs; ``what`` names the differing fields of RosterRow."""

    before: Known
    after: RosterRow
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything one import does. ``bases`` is how many people there were of each kind in the file."""

    new: tuple[RosterRow, ...]
    changed: tuple[Change, ...]
    transferred: tuple[Change, ...]
    returned: tuple[Change, ...]
    leavers: tuple[Known, ...]
    same_names: tuple[tuple[str, tuple[str, ...]], ...]  # name, codes: kept apart, only worth a look
    unchanged: int
    bases: Mapping[PersonKind, int]
    kept: int  # not leaving only because of a bad row
    taken: tuple[int, ...]  # lines whose userid belongs to somebody who stays outside this file
    unserved: int  # rows whose userid no account serves
    units: Mapping[str, Stage | None]

    @property
    def empty(self) -> bool:
        return not (self.new or self.changes or self.leavers)

    @property
    def changes(self) -> tuple[Change, ...]:
        return (*self.changed, *self.transferred, *self.returned)

    @property
    def base(self) -> int:
        return sum(self.bases.values())

    @property
    def emptied(self) -> Mapping[PersonKind, int]:
        """The kinds of which more than a fifth would leave, and how many: more likely half a file than half
        a school gone. Each by itself, or twenty thousand pupils would hide that every teacher is missing.
        """
        leaving = Counter(one.kind for one in self.leavers)
        return {kind: some for kind, some in leaving.items() if some > MANY_LEAVERS * self.bases[kind]}

    @property
    def many_leavers(self) -> bool:
        return bool(self.emptied)


def difference(
    current: Mapping[str, Known], file: RosterFile, corps: Mapping[str, Corp] = ONE_CORP
) -> Difference:
    """``current`` is keyed by code and includes those who left. Applied twice, it changes nothing."""
    there = {row.code for row in file.rows}
    kinds = file.kinds
    of_kind = [person for person in current.values() if not person.left and person.kind in kinds]
    absent = [person for person in of_kind if person.code not in there]
    leavers = tuple(p for p in absent if p.code not in file.held and p.name not in file.held_names)
    unserved = {row.line for row in file.rows if row.userid and not corp_for(corps, row.unit)}
    taken = _taken(current, file, corps, {person.code for person in leavers}, unserved)

    new: list[RosterRow] = []
    sorted_out: dict[str, list[Change]] = {"changed": [], "transferred": [], "returned": []}
    unchanged = 0
    for row in file.rows:
        known = current.get(row.code)
        if row.line in taken or row.line in unserved:
            row = replace(row, userid=known.userid if known else "")
        elif known and known.userid and row.userid is None and _moved_id_space(known, row, corps):
            row = replace(row, userid="")
        if known is None:
            new.append(row)
        elif what := _differing(known, row):
            fate = "returned" if known.left else "transferred" if "unit" in what else "changed"
            sorted_out[fate].append(Change(known, row, what))
        else:
            unchanged += 1
    return Difference(
        new=tuple(new),
        changed=tuple(sorted_out["changed"]),
        transferred=tuple(sorted_out["transferred"]),
        returned=tuple(sorted_out["returned"]),
        leavers=leavers,
        same_names=_same_names(file),
        unchanged=unchanged,
        bases=Counter(person.kind for person in of_kind),
        kept=len(absent) - len(leavers),
        taken=tuple(sorted(taken)),
        unserved=len(unserved),
        units=file.units,
    )


def _differing(known: Known, row: RosterRow) -> tuple[str, ...]:
    plain = ("name", "kind", "unit", "stage")
    what = [field for field in plain if getattr(known, field) != getattr(row, field)]
    if row.roles is not None and row.roles != known.roles:
        what.append("roles")
    if row.children is not None and row.children != known.children:
        what.append("children")
    if row.userid is not None and row.userid != known.userid:
        what.append("userid")
    if known.left:
        what.append("left")
    return tuple(what)


def _moved_id_space(known: Known, row: RosterRow, corps: Mapping[str, Corp]) -> bool:
    """A userid belongs to one corp, and a parent's to another directory than a member's."""
    return _key(corps, known.kind, known.unit, known.userid) != _key(corps, row.kind, row.unit, known.userid)


def _key(corps: Mapping[str, Corp], kind: PersonKind, unit: str, userid: str) -> tuple[str, bool, str] | None:
    corp = corp_for(corps, unit)
    return (corp.corp, kind is PersonKind.PARENT, userid) if corp else None


def _same_names(file: RosterFile) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Two people of one kind with one name in one unit; 编号 keeps them apart, a name never does."""
    codes: dict[tuple[str, PersonKind, str], list[str]] = defaultdict(list)
    for row in file.rows:
        codes[row.unit, row.kind, row.name].append(row.code)
    return tuple((name, tuple(found)) for (_, _, name), found in codes.items() if len(found) > 1)


def _taken(
    current: Mapping[str, Known],
    file: RosterFile,
    corps: Mapping[str, Corp],
    leaving: set[str],
    unserved: set[int],
) -> set[int]:
    """Lines asking for a userid whose holder keeps it. A chain of exchanges is granted only as a whole."""
    holders = {
        _key(corps, person.kind, person.unit, person.userid): person.code
        for person in current.values()
        if person.userid and not person.left and person.code not in leaving
    }
    wanted = {
        row.code: _key(corps, row.kind, row.unit, row.userid)
        for row in file.rows
        if row.userid is not None and row.line not in unserved
    }
    lines = {row.code: row.line for row in file.rows}
    refused: set[str] = set()
    while True:
        more = {
            code
            for code, want in wanted.items()
            if code not in refused
            and (holder := holders.get(want, code)) != code
            and (holder not in wanted or holder in refused or wanted[holder] == want)
        }
        if not more:
            return {lines[code] for code in refused}
        refused |= more
