"""Taking the newest roster import back: what it wrote is undone, what happened since is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.db import EPOCH, Tx, below
from bot.duties.tables import task
from bot.people.journal import Journal, may_undo
from bot.people.store_audit import Audited
from bot.people.store_import import lock_imports
from bot.people.store_statements import (
    CANCEL,
    CLEAR_ROLES,
    GIVE_ROLE,
    GIVE_WARD,
    MOVE_OWN_TASKS,
    MOVE_TASKS_ABOUT,
    OWE_ABOUT,
    OWE_OWN,
    SEND_AFTER_ALL,
    SPARE_ABOUT,
    SPARE_OWN,
    TAKE_WARD,
    UPDATE_PERSON,
)
from bot.people.tables import contact, move, person, role, unit
from bot.people.tables_roster import roster_import

_LATEST = (
    sa.select(roster_import.c.id, roster_import.c.at, roster_import.c.undone_at, roster_import.c.journal)
    .order_by(roster_import.c.at.desc(), roster_import.c.id.desc())
    .limit(1)
)
_MARK = (
    sa.update(roster_import)
    .where(roster_import.c.id == sa.bindparam("key"))
    .values(undone_at=sa.bindparam("now"), journal=None)
)
_still_ours = (
    contact.c.address == sa.bindparam("key"),
    contact.c.person_id.is_not_distinct_from(sa.bindparam("after", type_=sa.BigInteger)),
)
# A platform id that only the import brought has no business to stay.
_DROP_CONTACT = sa.delete(contact).where(
    *_still_ours, contact.c.last_in_at.is_(None), contact.c.followed_at.is_(None)
)
_RESTORE_CONTACT = (
    sa.update(contact)
    .where(*_still_ours)
    .values({name: sa.bindparam(f"old_{name}") for name in ("person_id", "bound_at", "bound_how")})
)
_RESTORE_ACCOUNT = sa.update(contact).where(*_still_ours).values(account=sa.bindparam("old_account"))
_FORGET_MOVES = sa.delete(move).where(move.c.at == sa.bindparam("at"))
_busy = sa.exists().where(task.c.person_id == person.c.id)
_DELETE_PERSON = sa.delete(person).where(person.c.id == sa.bindparam("key"), ~_busy)
_LEAVE = sa.update(person).where(person.c.id == sa.bindparam("key")).values(left_at=sa.bindparam("now"))
_DELETE_UNIT = sa.delete(unit).where(unit.c.path == sa.bindparam("key"))


@dataclass(frozen=True, slots=True)
class Undone:
    """``removed`` new people are gone again; ``restored`` got back what the import had changed."""

    id: int
    removed: int
    restored: int


async def undo(tx: Tx, who: int | None, now: datetime) -> Undone | None:
    await lock_imports(tx)
    row = await tx.row(_LATEST)
    if row is None or row.journal is None or not may_undo(row.at, row.undone_at is not None, now):
        return None
    journal = Journal.from_json(row.journal)
    undoing = _Undoing(tx, journal, now)
    undoing.note()
    tx.write(_FORGET_MOVES, at=row.at)
    tx.write(_MARK, key=row.id, now=now)
    undoing.audit(who, "roster.undo", now, {"import": row.id})
    await tx.flush()
    undoing.owed()
    await tx.flush()
    await _empty_units(tx, journal.units)
    return Undone(row.id, len(journal.new), len(journal.persons))


class _Undoing(Audited):
    """The writes that put a journal's state back."""

    def __init__(self, tx: Tx, journal: Journal, now: datetime) -> None:
        self.tx, self.journal, self.now = tx, journal, now

    def note(self) -> None:
        self._contacts()
        self._spare()
        for id_, before, after in self.journal.moved:
            self.tx.write(MOVE_OWN_TASKS, key=id_, old=after, new=before)
            self.tx.write(MOVE_TASKS_ABOUT, key=id_, old=after, new=before)
        self._persons()
        for parent, child in self.journal.wards_added:
            self.tx.write(TAKE_WARD, parent=parent, child=child)
        for parent, child in self.journal.wards_removed:
            self.tx.write(GIVE_WARD, parent_id=parent, child_id=child)
        for id_ in self.journal.new:
            self.tx.write(_DELETE_PERSON, key=id_)
            self.tx.write(_LEAVE, key=id_, now=self.now)

    def owed(self) -> None:
        """Once it is written who is here: they hear what waited, and owe what they have not done."""
        for key, *_, left in self.journal.persons:
            if left is None:
                self.tx.write(SEND_AFTER_ALL, whose=key)
                self.tx.write(OWE_OWN, key=key)
                self.tx.write(OWE_ABOUT, key=key)

    def _spare(self) -> None:
        """While the guardians are still known: who is gone again owes nothing."""
        for key in (*self.journal.new, *(row[0] for row in self.journal.persons if row[-1] is not None)):
            self.tx.write(CANCEL, whose=key, now=self.now)
            self.tx.write(SPARE_OWN, key=key)
            self.tx.write(SPARE_ABOUT, key=key)

    def _persons(self) -> None:
        for key, name, kind, unit_, stage, left in self.journal.persons:
            left_at = None if left is None else EPOCH + timedelta(milliseconds=left)
            self.tx.write(
                UPDATE_PERSON,
                key=key,
                new_name=name,
                new_kind=kind,
                new_unit=unit_,
                new_stage=stage,
                new_left_at=left_at,
            )
        for one in [*map(int, self.journal.roles), *self.journal.new]:
            self.tx.write(CLEAR_ROLES, key=one)
        for id_, held in self.journal.roles.items():
            for name, unit_ in held:
                self.tx.write(GIVE_ROLE, person_id=int(id_), role=name, unit=unit_)

    def _contacts(self) -> None:
        for address, _owner, _bound_at, how, after, *account in self.journal.contacts:
            if how is None and after is not None:
                self.tx.write(_DROP_CONTACT, key=address, after=after)
            if any(account):
                self.tx.write(_RESTORE_ACCOUNT, key=address, after=after, old_account=account[0])
        for address, owner, bound_at, how, after, *_ in self.journal.contacts:
            self.tx.write(
                _RESTORE_CONTACT,
                key=address,
                after=after,
                old_person_id=owner,
                old_bound_at=None if bound_at is None else EPOCH + timedelta(milliseconds=bound_at),
                old_bound_how=how,
            )


async def _empty_units(tx: Tx, paths: list[str]) -> None:
    """Units the import brought go again, unless somebody or something is in them by now."""
    for path in sorted(paths, reverse=True):
        for column in (person.c.unit, role.c.unit, task.c.unit):
            if await tx.scalar(sa.select(sa.literal(1)).where(below(column, path)).limit(1)):
                break
        else:
            tx.write(_DELETE_UNIT, key=path)
    await tx.flush()
