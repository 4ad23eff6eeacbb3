"""Who is who: reads and writes of persons. One class; contacts and units are parts of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, below
from bot.ids import new_id
from bot.lists import among_named
from bot.people.records import Contact, Exemption, Found, How, UnitHere
from bot.people.rules import Person, PersonKind, RoleName
from bot.people.spelling import ancestors, tidy, tidy_code
from bot.people.store_audit import Audited
from bot.people.store_contacts import Contacts
from bot.people.store_units import Units
from bot.people.store_values import CONTACTS, PERSON, PERSONS, persons, to_contact
from bot.people.tables import contact, exemption, guardian, person, role
from bot.prepared import Prepared

__all__ = ["Contact", "Exemption", "Found", "How", "People", "UnitHere"]

_CONTACT: Final = len(CONTACTS.exported_columns)
_ids: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_CONTACTS = Prepared(CONTACTS.where(among_named(contact.c.address, "keys")))
_BY_IDS = PERSONS.where(person.c.id.in_(_ids)).order_by(person.c.id)
_SOME = Prepared(PERSONS.where(among_named(person.c.id, "ids")).order_by(person.c.id))
# PostgreSQL refuses to lock the optional side of an outer join, so persons are locked in a CTE, in id order.
# Ids never change: rows that point at a locked person may be inserted by whoever holds other persons.
_locked = (
    sa.select(*PERSON)
    .where(person.c.id.in_(sa.select(contact.c.person_id).where(among_named(contact.c.address, "keys"))))
    .order_by(person.c.id)
    .with_for_update(of=person, key_share=True)
    .cte("locked")
)
_LOCKED = Prepared(
    CONTACTS.add_columns(*_locked.c, role.c.role, role.c.unit)
    .select_from(
        contact.outerjoin(_locked, _locked.c.id == contact.c.person_id).outerjoin(
            role, role.c.person_id == _locked.c.id
        )
    )
    .where(among_named(contact.c.address, "keys"))
)
_BY_CODE = PERSONS.where(person.c.code == sa.bindparam("code"))
_BY_NAME = PERSONS.where(person.c.name == sa.bindparam("name"), person.c.left_at.is_(None)).order_by(
    person.c.code
)
_ENDING = (
    PERSONS.where(
        person.c.code.endswith(sa.bindparam("tail"), autoescape=False), person.c.left_at.is_(None)
    )
    .order_by(person.c.code)
    .limit(sa.bindparam("most"))
)
_CHILDREN = (
    PERSONS.join(guardian, guardian.c.child_id == person.c.id)
    .where(guardian.c.parent_id == sa.bindparam("id"), person.c.left_at.is_(None))
    .order_by(person.c.code)
)
_GUARDIANS = (
    PERSONS.join(guardian, guardian.c.parent_id == person.c.id)
    .where(guardian.c.child_id == sa.bindparam("id"), person.c.left_at.is_(None))
    .order_by(person.c.code)
)
_HOLDERS = (
    sa.select(role.c.person_id, role.c.unit)
    .join(person, person.c.id == role.c.person_id)
    .where(
        role.c.unit.in_(sa.bindparam("units", expanding=True)),
        role.c.role.in_(sa.bindparam("roles", expanding=True)),
        person.c.left_at.is_(None),
    )
)
_LESS = sa.update(person).where(person.c.id == sa.bindparam("person")).values(less=sa.bindparam("on"))
_CONSENT = (
    sa.update(person)
    .where(person.c.id == sa.bindparam("person"), person.c.consent_at.is_(None))
    .values(consent_at=sa.bindparam("at"))
)
_WANT_LESS = sa.select(person.c.id).where(person.c.id.in_(_ids), person.c.less)
_EXEMPT = sa.insert(exemption)
_END_EXEMPTION = (
    sa.update(exemption)
    .where(exemption.c.id == sa.bindparam("which"))
    .values(until=sa.bindparam("ended", type_=exemption.c.until.type))
)
_EXEMPTIONS = sa.select(
    exemption.c.id,
    exemption.c.person_id,
    exemption.c.duty,
    exemption.c.reason,
    exemption.c.since,
    exemption.c.until,
    exemption.c.allowed_by,
).order_by(exemption.c.since)


class People(Contacts, Units, Audited):
    """Everything about persons within one transaction. Persons who left are found by id and code alone."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    async def current(self, addresses: Sequence[str]) -> dict[str, Found]:
        """The contact and person behind each known Address.key; persons are locked in the order of ids.

        PostgreSQL answers in one statement; SQLite, where a transaction locks everything, is faster with two.
        """
        keys = list(addresses)
        if self.tx.dialect == "postgresql":
            rows = await self.tx.fetch(_LOCKED, keys=keys)
            known = {row[0]: to_contact(row[:_CONTACT]) for row in rows}
            found = {p.id: p for p in persons([row[_CONTACT:] for row in rows if row[_CONTACT] is not None])}
        else:
            known = {row[0]: to_contact(row) for row in await self.tx.fetch(_CONTACTS, keys=keys)}
            ids = sorted({one.person_id for one in known.values() if one.person_id is not None})
            found = {p.id: p for p in persons(await self.tx.fetch(_SOME, ids=ids))} if ids else {}
        return {
            key: Found(one, found.get(one.person_id) if one.person_id is not None else None)
            for key, one in known.items()
        }

    async def by_ids(self, ids: Iterable[int]) -> dict[int, Person]:
        return {p.id: p for p in persons(await self.tx.rows(_BY_IDS, {"ids": list(ids)}))}

    async def by_id(self, id_: int) -> Person | None:
        return (await self.by_ids([id_])).get(id_)

    async def by_code(self, code: str) -> Person | None:
        found = persons(await self.tx.rows(_BY_CODE, {"code": tidy_code(code)}))
        return found[0] if found else None

    async def by_name(self, name: str) -> list[Person]:
        """Everybody of this name; a name is never a key."""
        return persons(await self.tx.rows(_BY_NAME, {"name": tidy(name)}))

    async def ending(self, tail: str, most: int = 1000) -> list[Person]:
        """Whose 编号 ends so; the lists that teachers read show no more of it."""
        if not tail.isascii() or not tail.isalnum():
            return []
        return persons(await self.tx.rows(_ENDING, {"tail": tail, "most": most}))

    async def teachers_of(self, unit: str, roles: Collection[RoleName]) -> list[Person]:
        """Who holds one of the roles for the nearest unit upwards that has anybody; the whole school last."""
        paths = [*ancestors(unit), ""]
        rows = await self.tx.rows(_HOLDERS, {"units": paths, "roles": sorted(roles)})
        for path in paths:
            if ids := sorted({row.person_id for row in rows if row.unit == path}):
                return list((await self.by_ids(ids)).values())
        return []

    async def children(self, parent_id: int) -> list[Person]:
        return persons(await self.tx.rows(_CHILDREN, {"id": parent_id}))

    async def guardians(self, child_id: int) -> list[Person]:
        return persons(await self.tx.rows(_GUARDIANS, {"id": child_id}))

    async def members(
        self, unit: str, kind: PersonKind | None = None, *, after: str = "", limit: int | None = None
    ) -> list[Person]:
        """Active people of a unit and all below it, by 编号; ``after`` is the last code already shown."""
        some = sa.select(person.c.id).where(*_active(unit, kind))
        if after:
            some = some.where(person.c.code > after)
        if limit is not None:
            some = some.order_by(person.c.code).limit(limit)
        ordered = PERSONS.where(person.c.id.in_(some)).order_by(person.c.code, role.c.role, role.c.unit)
        return persons(await self.tx.rows(ordered))

    async def count(self, unit: str, kind: PersonKind | None = None) -> int:
        counting = sa.select(sa.func.count()).select_from(person).where(*_active(unit, kind))
        return int(await self.tx.scalar(counting))

    async def count_joined(self, at: datetime, kind: PersonKind) -> int:
        """Active people of a kind who came with the import of this moment, or later."""
        counted = await self.tx.scalar(
            sa.select(sa.func.count()).select_from(person).where(*_active("", kind), person.c.joined_at >= at)
        )
        return int(counted)

    def less(self, person_id: int, on: bool) -> None:
        """少发 and 恢复."""
        self.tx.write(_LESS, person=person_id, on=on)

    async def want_less(self, ids: Iterable[int]) -> set[int]:
        return {row.id for row in await self.tx.rows(_WANT_LESS, {"ids": list(ids)})}

    def consent(self, child_id: int, at: datetime) -> None:
        """A guardian agreed to a binding of this child; the first time counts."""
        self.tx.write(_CONSENT, person=child_id, at=at)

    def exempt(
        self,
        person_id: int,
        duty: str,
        reason: str,
        now: datetime,
        *,
        until: datetime | None = None,
        allowed_by: int | None = None,
    ) -> Exemption:
        """Excuse a person from a duty (``*``: from all). Open tasks are the duties' to mark."""
        one = Exemption(new_id(now), person_id, duty, reason, now, until, allowed_by)
        self.tx.write(
            _EXEMPT,
            id=one.id,
            person_id=person_id,
            duty=duty,
            reason=reason,
            since=now,
            until=until,
            allowed_by=allowed_by,
        )
        return one

    def end_exemption(self, one: Exemption, now: datetime) -> None:
        """From now on it counts no longer; that it was there stays on record."""
        self.tx.write(_END_EXEMPTION, which=one.id, ended=now)

    async def exemptions(self, person_id: int) -> list[Exemption]:
        rows = await self.tx.rows(_EXEMPTIONS.where(exemption.c.person_id == person_id))
        return [Exemption(**row._mapping) for row in rows]


def _active(unit: str, kind: PersonKind | None) -> list[sa.ColumnElement[bool]]:
    clauses = [below(person.c.unit, unit), person.c.left_at.is_(None)]
    return [*clauses, person.c.kind == kind] if kind else clauses
