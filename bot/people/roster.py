"""A roster file -> checked rows (contract 4). Every bad line is reported; good lines are not lost by it.

    read_roster   bytes of a file -> RosterFile
    check_roster  its lines -> RosterFile

学段: what the row says, else the nearest unit upwards that has one. Where nothing says, a student is of 大学.
A parent takes the 学段 of a child; staff have one only where their row says so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from bot.errors import BadFile, Complaint
from bot.people import wording_roster as say
from bot.people.columns import Layout, layout_of
from bot.people.roster_lines import Draft, Spoiled, read_line
from bot.people.roster_rows import NO_UNITS, NOTHING_KNOWN, Corp, Known, RosterFile, RosterRow, corp_for
from bot.people.roster_units import Stages, covered, look_alikes, one_letter_apart
from bot.people.rules import PersonKind, RoleHeld, Stage, leaf
from bot.people.sheet import Sheet, read_sheets
from bot.people.spelling import ancestors, skeleton

ONE_CORP: Final[Mapping[str, Corp]] = {"": Corp("", "")}


def read_roster(
    data: bytes,
    filename: str,
    *,
    units: Mapping[str, Stage | None] = NO_UNITS,
    known: Mapping[str, Known] = NOTHING_KNOWN,
    corps: Mapping[str, Corp] = ONE_CORP,
) -> RosterFile:
    """The file's rows against the units and people already there.

    Raises BadFile when the file as a whole cannot be used: unreadable, no header, a required column missing,
    a column twice, 编号 made of private numbers, nothing below the header.
    """
    sheet, layout = layout_of(read_sheets(data, filename), filename)
    return check_roster(sheet, layout, filename, units=units, known=known, corps=corps)


def check_roster(
    sheet: Sheet,
    layout: Layout,
    filename: str,
    *,
    units: Mapping[str, Stage | None] = NO_UNITS,
    known: Mapping[str, Known] = NOTHING_KNOWN,
    corps: Mapping[str, Corp] = ONE_CORP,
) -> RosterFile:
    if not sheet.lines:
        raise BadFile([*sheet.complaints, Complaint(filename, layout.header, say.no_rows())])
    check = _Check(units, known, corps)
    check.read(sheet, layout)
    check.unique()
    near = check.spellings()
    check.covers()
    check.guardians()
    return check.result(sheet, layout, filename, near)


class _Check:
    """The drafts of one file, fewer after each step, and the lines that fell out."""

    def __init__(
        self, units: Mapping[str, Stage | None], known: Mapping[str, Known], corps: Mapping[str, Corp]
    ) -> None:
        self.units, self.known, self.corps = units, known, corps
        self.drafts: list[Draft] = []
        self.spoiled: list[Spoiled] = []
        self.roles: dict[str, frozenset[RoleHeld]] = {}

    def read(self, sheet: Sheet, layout: Layout) -> None:
        for line in sheet.lines:
            match read_line(line, layout):
                case Draft() as draft:
                    self.drafts.append(draft)
                case Spoiled() as spoiled:
                    self.spoiled.append(spoiled)

    def unique(self) -> None:
        """One line per 编号 (capital letters make no difference) and per 企业微信账号 of one corp."""
        codes: dict[str, int] = {}
        userids: dict[tuple[str, bool, str], int] = {}
        reasons: dict[int, str] = {}
        for draft in self.drafts:
            first = codes.setdefault(draft.code.casefold(), draft.line)
            if first != draft.line:
                reasons[draft.line] = say.repeated_code(draft.code, first)
                continue
            corp = corp_for(self.corps, draft.unit)
            if draft.userid and corp:
                key = (corp.corp, draft.kind is PersonKind.PARENT, draft.userid)
                if (first := userids.setdefault(key, draft.line)) != draft.line:
                    reasons[draft.line] = say.repeated_userid(first)
        self._drop(reasons)

    def spellings(self) -> dict[str, str]:
        """Drop lines of look-alike units; the units one letter from another, which stay, are given back."""
        counts = Counter(draft.unit for draft in self.drafts)
        meant = look_alikes(counts, self.units)
        wrong = [draft for draft in self.drafts if draft.unit in meant]
        self._drop({d.line: say.look_alike(leaf(d.unit), _shown(meant[d.unit], d.unit)) for d in wrong})
        return one_letter_apart(counts, self.units)

    def covers(self) -> None:
        there = set(self.units)
        for unit in {draft.unit for draft in self.drafts}:
            there.update(ancestors(unit))
        leaves: dict[str, list[str]] = defaultdict(list)
        for unit in there:
            leaves[leaf(unit)].append(unit)
        known, reasons = dict.fromkeys(there), {}
        shapes: dict[str, str] | None = None
        for draft in self.drafts:
            if not draft.roles:
                continue
            held: set[str] = set()
            for text in draft.covers or (draft.unit,):
                found = covered(text, known, leaves)
                if len(found) == 1:
                    held.add(found[0])
                elif found:
                    reasons[draft.line] = say.ambiguous_cover(text, found)
                else:
                    shapes = shapes or {skeleton(leaf(unit)): unit for unit in there}
                    meant = shapes.get(skeleton(leaf(text)))
                    reasons[draft.line] = say.look_alike(text, meant) if meant else say.unknown_cover(text)
            self.roles[draft.code] = frozenset(RoleHeld(role, unit) for role in draft.roles for unit in held)
        self._drop(reasons)

    def guardians(self) -> None:
        """A child must be a student of this file, or one known and not about to leave with this file."""
        student = PersonKind.STUDENT
        students = {draft.code for draft in self.drafts if draft.kind is student}
        staying = {code for code, person in self.known.items() if person.kind is student and not person.left}
        if students:
            staying &= {spoiled.code for spoiled in self.spoiled}
        reasons = {}
        for draft in self.drafts:
            if strangers := sorted(draft.children - students - staying):
                reasons[draft.line] = " ".join(map(say.unknown_child, strangers))
        self._drop(reasons)

    def result(self, sheet: Sheet, layout: Layout, filename: str, near: Mapping[str, str]) -> RosterFile:
        complaints = [
            *sheet.complaints,
            *(Complaint(filename, bad.line, reason) for bad in self.spoiled for reason in bad.reasons),
        ]
        notes = list(layout.notes)
        for unit, other in sorted(near.items()):
            notes.append(say.one_letter_apart(unit, other, [d.line for d in self.drafts if d.unit == unit]))
        stages = Stages(((draft.unit, draft.stage) for draft in self.drafts), self.units)
        rows = tuple(self._rows(layout, stages))
        paths = {path for draft in self.drafts for path in ancestors(draft.unit)}
        paths |= {path for row in rows for role in row.roles or () for path in ancestors(role.unit)}
        return RosterFile(
            name=filename,
            rows=rows,
            complaints=tuple(sorted(complaints, key=lambda complaint: complaint.line)),
            notes=tuple(notes),
            lines=len(sheet.lines),
            held=frozenset(bad.code for bad in self.spoiled if bad.code),
            held_names=frozenset(bad.name for bad in self.spoiled if bad.name and bad.code not in self.known),
            units={path: stages.own(path) for path in sorted(paths)},
        )

    def _rows(self, layout: Layout, stages: Stages) -> Iterable[RosterRow]:
        own = {draft.code: draft.stage or stages.of(draft.unit) for draft in self.drafts}
        for draft in self.drafts:
            stage = own[draft.code] if draft.kind is not PersonKind.STAFF else draft.stage
            if draft.kind is PersonKind.STUDENT:
                stage = stage or Stage.COLLEGE
            elif draft.kind is PersonKind.PARENT and not draft.stage:
                stage = self._childs_stage(draft, own) or stage
            yield RosterRow(
                line=draft.line,
                code=draft.code,
                name=draft.name,
                kind=draft.kind,
                unit=draft.unit,
                stage=stage,
                roles=self.roles.get(draft.code, frozenset()) if layout.has("职责") else None,
                children=draft.children if layout.has("监护") else None,
                userid=draft.userid if layout.has("企业微信账号") else None,
            )

    def _childs_stage(self, parent: Draft, own: Mapping[str, Stage | None]) -> Stage | None:
        for code in sorted(parent.children):
            if code in own:
                return own[code] or Stage.COLLEGE
            if code in self.known:
                return self.known[code].stage
        return None

    def _drop(self, reasons: Mapping[int, str]) -> None:
        if not reasons:
            return
        fallen = [draft for draft in self.drafts if draft.line in reasons]
        self.spoiled += [Spoiled(d.line, d.code, d.name, (reasons[d.line],)) for d in fallen]
        self.drafts = [draft for draft in self.drafts if draft.line not in reasons]


def _shown(meant: str, unit: str) -> str:
    """The last part is enough when the rest of the path is equal."""
    return leaf(meant) if meant.rpartition("/")[0] == unit.rpartition("/")[0] else meant
