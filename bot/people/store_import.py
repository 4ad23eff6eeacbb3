"""Writing a roster difference: everybody and everything it touches, in one transaction, phase by phase."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.db import EPOCH, Tx, insert
from bot.ids import new_id
from bot.messages import Address
from bot.people.difference import Difference
from bot.people.journal import UNDO_WITHIN, Journal
from bot.people.records import How
from bot.people.roster_rows import Corp, RosterRow, corp_for
from bot.people.store_audit import Audited
from bot.people.store_statements import (
    CANCEL,
    CLEAR_ROLES,
    GIVE_ROLE,
    GIVE_WARD,
    MOVE_OWN_TASKS,
    MOVE_TASKS_ABOUT,
    OWE_ABOUT,
    OWE_OWN,
    SPARE_ABOUT,
    SPARE_OWN,
    TAKE_WARD,
    UNBIND,
    UPDATE_PERSON,
)
from bot.people.tables import contact, move, person, unit
from bot.people.tables_roster import roster_import

_PATHS = sa.select(unit.c.path)
_CODES = sa.select(person.c.id, person.c.code)
_LEFT = sa.select(person.c.id, person.c.left_at).where(person.c.left_at.is_not(None))
_ALL_CONTACTS = sa.select(
    contact.c.address,
    contact.c.account,
    contact.c.realm,
    contact.c.person_id,
    contact.c.bound_at,
    contact.c.bound_how,
)
_insert_unit = insert(unit)
_KEEP_UNIT = _insert_unit.on_conflict_do_update(
    index_elements=[unit.c.path],
    set_={"stage": sa.func.coalesce(_insert_unit.excluded.stage, unit.c.stage)},
)
_NEW = sa.insert(person)
_MOVED = sa.insert(move)
_insert_contact = insert(contact)
_BIND = _insert_contact.on_conflict_do_update(
    index_elements=[contact.c.address],
    set_={name: _insert_contact.excluded[name] for name in ("account", "person_id", "bound_at", "bound_how")},
)
_REMEMBER = sa.insert(roster_import)
_FORGET_JOURNALS = (
    sa.update(roster_import).where(roster_import.c.at < sa.bindparam("limit")).values(journal=None)
)


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that was written. ``transferred`` has person id, unit before and unit after, to tell them."""

    id: int
    counts: Mapping[str, int]
    transferred: tuple[tuple[int, str, str], ...]


def milliseconds(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // timedelta(milliseconds=1)


async def lock_imports(tx: Tx) -> None:
    """One import at a time; SQLite has only one writer anyway."""
    if tx.dialect == "postgresql":
        await tx.execute(sa.text("LOCK TABLE roster_import IN SHARE ROW EXCLUSIVE MODE"))


def _spread(now: datetime, count: int) -> Iterator[int]:
    """Ids a millisecond apart up to this moment; a hundred thousand of one moment would not all differ."""
    return (new_id(now - timedelta(milliseconds=count - number)) for number in itertools.count())


class Importing(Audited):
    """One difference on its way into the tables, phase by phase."""

    def __init__(self, tx: Tx, difference: Difference, corps: Mapping[str, Corp], now: datetime) -> None:
        self.tx, self.difference, self.corps, self.now = tx, difference, corps, now
        self.journal = Journal()
        self.ids: dict[str, int] = {}
        self._ids = _spread(
            now, 2 * (len(difference.new) + len(difference.changes) + len(difference.leavers))
        )

    async def write(self, file: str, who: int | None) -> Imported:
        difference = self.difference
        await self._units()
        await self._persons()
        self._roles()
        await self.tx.flush()
        for leaver in difference.leavers:
            self.tx.write(CANCEL, whose=leaver.id, now=self.now)
            self.tx.write(SPARE_OWN, key=leaver.id)
            self.tx.write(SPARE_ABOUT, key=leaver.id)
        await self._wards()
        for change in difference.returned:
            self.tx.write(OWE_OWN, key=change.before.id)
            self.tx.write(OWE_ABOUT, key=change.before.id)
        await self._contacts()
        transferred = [c for c in difference.changes if "unit" in c.what and not c.before.left]
        for change in transferred:
            self._moved(change.before.id, change.before.unit, change.after.unit)
            values = {"key": change.before.id, "old": change.before.unit, "new": change.after.unit}
            self.tx.write(MOVE_OWN_TASKS, **values)
            self.tx.write(MOVE_TASKS_ABOUT, **values)
            self.journal.moved.append([change.before.id, change.before.unit, change.after.unit])
        for change in difference.returned:
            self._moved(change.before.id, None, change.after.unit)
        for leaver in difference.leavers:
            self._moved(leaver.id, leaver.unit, None)
        counts = {
            name: len(getattr(difference, name))
            for name in ("new", "changed", "transferred", "returned", "leavers")
        }
        id_ = new_id(self.now)
        self.tx.write(_FORGET_JOURNALS, limit=self.now - UNDO_WITHIN)
        self.tx.write(
            _REMEMBER,
            id=id_,
            at=self.now,
            who=who,
            file=file,
            counts=counts,
            journal=self.journal.as_json(),
        )
        self.audit(who, "roster.import", self.now, {"import": id_, **counts})
        await self.tx.flush()
        return Imported(id_, counts, tuple((i, old, new) for i, old, new in self.journal.moved))

    async def _units(self) -> None:
        known = {row.path for row in await self.tx.rows(_PATHS)}
        for path, stage in self.difference.units.items():
            self.tx.write(_KEEP_UNIT, path=path, stage=stage)
        self.journal.units = [path for path in self.difference.units if path not in known]

    async def _persons(self) -> None:
        left_at = {row.id: milliseconds(row.left_at) for row in await self.tx.rows(_LEFT)}
        for row in self.difference.new:
            id_ = self.ids[row.code] = next(self._ids)
            self.tx.write(
                _NEW,
                id=id_,
                code=row.code,
                name=row.name,
                kind=row.kind,
                unit=row.unit,
                stage=row.stage,
                joined_at=self.now,
            )
        self.journal.new = list(self.ids.values())
        for change in self.difference.changes:
            row, id_ = change.after, change.before.id
            self.journal.before(change.before, left_at.get(id_))
            self._set_person(id_, row.name, row.kind, row.unit, row.stage, None)
        for leaver in self.difference.leavers:
            self.journal.before(leaver, None)
            self._set_person(leaver.id, leaver.name, leaver.kind, leaver.unit, leaver.stage, self.now)

    def _set_person(
        self, id_: int, name: str, kind: str, unit_: str, stage: str | None, left_at: datetime | None
    ) -> None:
        self.tx.write(
            UPDATE_PERSON,
            key=id_,
            new_name=name,
            new_kind=kind,
            new_unit=unit_,
            new_stage=stage,
            new_left_at=left_at,
        )

    def _roles(self) -> None:
        for leaver in self.difference.leavers:
            if leaver.roles:
                self.journal.roles_before(leaver)
                self.tx.write(CLEAR_ROLES, key=leaver.id)
        for change in self.difference.changes:
            if "roles" in change.what:
                self.journal.roles_before(change.before)
                self.tx.write(CLEAR_ROLES, key=change.before.id)
                self._give(change.before.id, change.after)
        for row in self.difference.new:
            self._give(self.ids[row.code], row)

    def _give(self, id_: int, row: RosterRow) -> None:
        for held in row.roles or ():
            self.tx.write(GIVE_ROLE, person_id=id_, role=held.role, unit=held.unit)

    async def _wards(self) -> None:
        wanted: list[tuple[int, str, bool]] = []
        for change in self.difference.changes:
            if change.after.children is not None:
                before, after = change.before.children, change.after.children
                wanted += [(change.before.id, code, True) for code in after - before]
                wanted += [(change.before.id, code, False) for code in before - after]
        wanted += [
            (self.ids[row.code], code, True) for row in self.difference.new for code in row.children or ()
        ]
        if not wanted:
            return
        ids = {row.code: row.id for row in await self.tx.rows(_CODES)}
        for parent, code, given in wanted:
            if given:
                self.journal.wards_added.append([parent, ids[code]])
                self.tx.write(GIVE_WARD, parent_id=parent, child_id=ids[code])
            else:
                self.journal.wards_removed.append([parent, ids[code]])
                self.tx.write(TAKE_WARD, parent=parent, child=ids[code])

    async def _contacts(self) -> None:
        """Leavers lose every contact, people with another userid or corp the one a roster gave them."""
        given = [row for row in self.difference.new if row.userid]
        touched = {"userid", "unit", "kind", "left"}
        changed = [c for c in self.difference.changes if touched & set(c.what)]
        if not (given or changed or self.difference.leavers):
            return
        rows = {row.address: row for row in await self.tx.rows(_ALL_CONTACTS)}
        owned: dict[int, list[sa.Row[Any]]] = defaultdict(list)
        for row in rows.values():
            if row.person_id is not None:
                owned[row.person_id].append(row)
        after: dict[str, tuple[str, int] | None] = {}
        for leaver in self.difference.leavers:
            after |= dict.fromkeys((row.address for row in owned[leaver.id]), None)
        wanted: dict[str, tuple[str, int]] = {}
        for new in given:
            wanted |= self._wanted(self.ids[new.code], new, new.userid or "")
        for change in changed:
            userid = change.before.userid if change.after.userid is None else change.after.userid
            wanted |= self._wanted(change.before.id, change.after, userid)
            mine = [row.address for row in owned[change.before.id] if row.bound_how == How.ROSTER]
            after |= dict.fromkeys(mine, None)
        after |= wanted
        for address, owner in sorted(after.items(), key=lambda item: item[1] is not None):
            self._hand_over(address, owner, rows.get(address))

    def _wanted(self, id_: int, row: RosterRow, userid: str) -> dict[str, tuple[str, int]]:
        corp = corp_for(self.corps, row.unit)
        return {corp.address(row.kind, userid).key: (corp.account, id_)} if corp and userid else {}

    def _hand_over(self, address: str, owner: tuple[str, int] | None, row: sa.Row[Any] | None) -> None:
        person_id = owner[1] if owner else None
        if (
            row
            and row.person_id == person_id
            and row.bound_how == How.ROSTER
            and owner
            and row.account == owner[0]
        ):
            return
        realm = Address.from_key(address).realm
        account = owner[0] if owner else row.account if row else ""
        bound_at = milliseconds(row.bound_at) if row else None
        before = (row.person_id, bound_at, row.bound_how) if row else (None, None, None)
        self.journal.contacts.append([address, *before, person_id, row.account if row else ""])
        if owner is None:
            self.tx.write(UNBIND, key=address)
        else:
            self.tx.write(
                _BIND,
                address=address,
                account=account,
                realm=realm,
                person_id=person_id,
                bound_at=self.now,
                bound_how=How.ROSTER,
            )

    def _moved(self, person_id: int, before: str | None, after: str | None) -> None:
        self.tx.write(
            _MOVED, id=next(self._ids), person_id=person_id, unit_from=before, unit_to=after, at=self.now
        )
