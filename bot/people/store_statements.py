"""Statements that importing a roster and taking it back share."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import insert
from bot.duties.tables import task
from bot.people.tables import contact, guardian, person, role

UPDATE_PERSON = (
    sa.update(person)
    .where(person.c.id == sa.bindparam("key"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("name", "kind", "unit", "stage", "left_at")})
)
CLEAR_ROLES = sa.delete(role).where(role.c.person_id == sa.bindparam("key"))
GIVE_ROLE = sa.insert(role)
GIVE_WARD = insert(guardian).on_conflict_do_nothing()
TAKE_WARD = sa.delete(guardian).where(
    guardian.c.parent_id == sa.bindparam("parent"), guardian.c.child_id == sa.bindparam("child")
)
_open = (task.c.settled_at.is_(None), task.c.unit == sa.bindparam("old"))
MOVE_OWN_TASKS = (
    sa.update(task).where(task.c.person_id == sa.bindparam("key"), *_open).values(unit=sa.bindparam("new"))
)
# A guardian's task about a child belongs to the child's class.
MOVE_TASKS_ABOUT = (
    sa.update(task)
    .where(
        task.c.person_id.in_(
            sa.select(guardian.c.parent_id).where(guardian.c.child_id == sa.bindparam("key"))
        ),
        task.c.about_id == sa.bindparam("key"),
        *_open,
    )
    .values(unit=sa.bindparam("new"))
)
UNBIND = (
    sa.update(contact)
    .where(contact.c.address == sa.bindparam("key"))
    .values(person_id=None, bound_at=None, bound_how=None)
)
