"""Rows of the people tables -> values, and the columns that are read for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from bot.messages import Address
from bot.people.records import Contact, How
from bot.people.rules import Person, PersonKind, RoleHeld, RoleName, Stage
from bot.people.tables import contact, person, role

_KNOWN: Final = 4096  # values held of those who were read last
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
_WIDTH: Final = len(PERSON)
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
    return [_person(tuple(row[:_WIDTH]), tuple(held[id_])) for id_, row in first.items()]


@lru_cache(maxsize=_KNOWN)
def _person(row: Sequence[Any], roles: tuple[RoleHeld, ...]) -> Person:
    """The same row is the same value: somebody in a test is read twenty times within minutes."""
    id_, code, name, kind, unit, stage, consent_at, left_at = row
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


_address = lru_cache(maxsize=_KNOWN)(Address.from_key)


def to_contact(row: Sequence[Any]) -> Contact:
    address, account, person_id, bound_at, how, followed_at, unreachable, until, left, last = row
    return Contact(
        _address(address),
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
