"""The roster as a whole: what is known of everybody, in the words of a roster file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.db import Tx
from bot.messages import Address
from bot.people.difference import Difference
from bot.people.records import How
from bot.people.roster_rows import Corp, Known
from bot.people.rules import PersonKind, RoleHeld, RoleName, Stage
from bot.people.store_import import Imported, Importing, lock_imports
from bot.people.store_undo import Undone, undo
from bot.people.tables import contact, guardian, person, role, unit

_UNITS = sa.select(unit.c.path, unit.c.stage)
_PERSONS = sa.select(
    person.c.id, person.c.code, person.c.name, person.c.kind, person.c.unit, person.c.stage, person.c.left_at
).order_by(person.c.id)
_ROLES = sa.select(role.c.person_id, role.c.role, role.c.unit)
_child = person.alias("child")
_WARDS = (
    sa.select(guardian.c.parent_id, _child.c.code)
    .join(_child, _child.c.id == guardian.c.child_id)
    .where(_child.c.left_at.is_(None))
)
_ROSTER_CONTACTS = sa.select(contact.c.person_id, contact.c.address).where(
    contact.c.bound_how == How.ROSTER, contact.c.person_id.is_not(None)
)


class Rosters:
    """Reads the whole roster and writes a difference to it."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    async def lock(self) -> None:
        """One import at a time, from the comparison to the commit."""
        await lock_imports(self.tx)

    async def units(self) -> dict[str, Stage | None]:
        return {row.path: Stage(row.stage) if row.stage else None for row in await self.tx.rows(_UNITS)}

    async def known(self) -> dict[str, Known]:
        """Everybody ever on the roster, by code."""
        roles: dict[int, list[RoleHeld]] = defaultdict(list)
        for row in await self.tx.rows(_ROLES):
            roles[row.person_id].append(RoleHeld(RoleName(row.role), row.unit))
        wards: dict[int, list[str]] = defaultdict(list)
        for row in await self.tx.rows(_WARDS):
            wards[row.parent_id].append(row.code)
        userids = {
            row.person_id: Address.from_key(row.address).id for row in await self.tx.rows(_ROSTER_CONTACTS)
        }
        kinds, stages = {kind.value: kind for kind in PersonKind}, {stage.value: stage for stage in Stage}
        return {
            row.code: Known(
                id=row.id,
                code=row.code,
                name=row.name,
                kind=kinds[row.kind],
                unit=row.unit,
                stage=stages.get(row.stage),
                roles=frozenset(roles.get(row.id, ())),
                children=frozenset(wards.get(row.id, ())),
                userid=userids.get(row.id, ""),
                left=row.left_at is not None,
            )
            for row in await self.tx.rows(_PERSONS)
        }

    async def apply(
        self, difference: Difference, *, file: str, corps: Mapping[str, Corp], who: int | None, now: datetime
    ) -> Imported:
        """Write it all, under ``lock``; what is needed to take it back is kept with it."""
        return await Importing(self.tx, difference, corps, now).write(file, who)

    async def undo(self, *, who: int | None, now: datetime) -> Undone | None:
        """Take the newest import back; ``None`` when there is none of the last 24 hours that still stands."""
        return await undo(self.tx, who, now)
