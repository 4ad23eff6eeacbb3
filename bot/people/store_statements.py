"""Statements that importing a roster and taking it back share."""

from __future__ import annotations

import sqlalchemy as sa

from bot.db import insert
from bot.delivery.rules import LEFT as NO_LONGER_HERE
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import delivery
from bot.duties.tables import task
from bot.people.tables import contact, guardian, person, role
from bot.people.wording import LEFT


def _is_here(who: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """True as well for nobody."""
    return ~sa.exists().where(person.c.id == who, person.c.left_at.is_not(None))


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
# What somebody who left had not done is no longer owed, visibly; so with what guardians owe about a child.
_guardians = sa.select(guardian.c.parent_id).where(guardian.c.child_id == sa.bindparam("key"))
_own = (task.c.person_id == sa.bindparam("key"),)
_about = (task.c.person_id.in_(_guardians), task.c.about_id == sa.bindparam("key"))
_owed = (task.c.settled_at.is_(None), task.c.exempt == "")
_spared = (task.c.settled_at.is_(None), task.c.exempt == LEFT)
SPARE_OWN = sa.update(task).where(*_own, *_owed).values(exempt=LEFT)
SPARE_ABOUT = sa.update(task).where(*_about, *_owed).values(exempt=LEFT)
OWE_OWN = sa.update(task).where(*_own, *_spared, _is_here(task.c.about_id)).values(exempt="")
OWE_ABOUT = sa.update(task).where(*_about, *_spared, _is_here(task.c.person_id)).values(exempt="")
# What has not left yet; what a courier has in its hands leaves. Before the tasks, as couriers lock them.
_unsent = sa.or_(
    delivery.c.state == DeliveryState.DUE,
    sa.and_(delivery.c.state == DeliveryState.LEASED, delivery.c.shipment_id.is_(None)),
)
CANCEL = (
    sa.update(delivery)
    .where(delivery.c.person_id == sa.bindparam("whose"), delivery.c.settled_at.is_(None), _unsent)
    .values(state=DeliveryState.CANCELLED, outcome=NO_LONGER_HERE, settled_at=sa.bindparam("now"))
)
SEND_AFTER_ALL = (
    sa.update(delivery)
    .where(
        delivery.c.person_id == sa.bindparam("whose"),
        delivery.c.state == DeliveryState.CANCELLED,
        delivery.c.outcome == NO_LONGER_HERE,
    )
    .values(state=DeliveryState.DUE, outcome="", settled_at=None)
)
UNBIND = (
    sa.update(contact)
    .where(contact.c.address == sa.bindparam("key"))
    .values(person_id=None, bound_at=None, bound_how=None)
)
