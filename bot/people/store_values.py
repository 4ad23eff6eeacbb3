"""Rows of the people tables -> values, and the columns that are read for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from bot.messages import Address
from bot.people.records import Contact, How
from bot.people.rules import Person, PersonKind, RoleHeld, RoleName, Stage
from bot.people.tables import contact, person, role

PERSON = (
    person.c.id,
    person.c.code,
    person.c.name,
    person.c.kind,
    person.c.unit,
    person.c.stage,
    person.c.consent_at,
    person.c.left_at,
)
# One row for each role of a person; a person without roles has one row.
PERSONS = sa.select(*PERSON, role.c.role, role.c.unit).select_from(
    person.outerjoin(role, role.c.person_id == person.c.id)
)
CONTACTS = sa.select(
    contact.c.address,
    contact.c.account,
    contact.c.person_id,
    contact.c.bound_at,
    contact.c.bound_how,
    contact.c.followed_at,
    contact.c.unreachable,
    contact.c.window_until,
    contact.c.window_left,
    contact.c.last_in_at,
)


def persons(rows: Iterable[Sequence[Any]]) -> list[Person]:
    """The persons of rows read by PERSONS, in the order in which they came."""
    held: dict[int, list[RoleHeld]] = {}
    first: dict[int, Sequence[Any]] = {}
    for row in rows:
        first.setdefault(row[0], row)
        roles = held.setdefault(row[0], [])
        if row[8] is not None:
            roles.append(RoleHeld(RoleName(row[8]), row[9]))
    return [_person(row, tuple(held[id_])) for id_, row in first.items()]


def _person(row: Sequence[Any], roles: tuple[RoleHeld, ...]) -> Person:
    id_, code, name, kind, unit, stage, consent_at, left_at, *_ = row
    return Person(
        id_,
        code,
        name,
        PersonKind(kind),
        unit,
        Stage(stage) if stage else None,
        roles,
        consent_at is not None,
        left_at,
    )


def to_contact(row: Sequence[Any]) -> Contact:
    address, account, person_id, bound_at, how, followed_at, unreachable, until, left, last = row
    return Contact(
        Address.from_key(address),
        account,
        person_id,
        bound_at,
        How(how) if how else None,
        followed_at,
        unreachable or "",
        until,
        left,
        last,
    )
