"""Calls: opened once, told ring by ring, answered by whoever is first, closed with an outcome."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.cases.rules import Call, CallKind, Outcome, State
from bot.cases.tables import call, told
from bot.db import Tx, below, insert_new

_NEW: Final = insert_new(call)
_TOLD: Final = insert_new(told)
_STATE: Final = sa.update(call).where(call.c.id == sa.bindparam("_id")).values(state=sa.bindparam("_state"))
_REPORTED: Final = sa.update(call).where(call.c.id == sa.bindparam("_id")).values(reported=True)
_NEXT: Final = (
    sa.update(call).where(call.c.id == sa.bindparam("_id")).values(next_at=sa.bindparam("_next_at"))
)


class Calls:
    tx: Tx

    async def add_call(self, value: Call, entered_by: int | None = None) -> bool:
        """``False`` when the person has an open call of this kind already."""
        done = await self.tx.execute(
            _NEW,
            {
                "id": value.id,
                "kind": value.kind,
                "person_id": value.person,
                "unit": value.unit,
                "level": value.level,
                "state": value.state,
                "reported": value.reported,
                "received_at": value.received_at,
                "entered_by": entered_by,
                "rung": 0,
                "next_at": None,
            },
        )
        return done == 1

    async def call(self, id_: int) -> Call | None:
        row = await self.tx.row(sa.select(call).where(call.c.id == id_))
        return None if row is None else to_call(row)

    async def open_call(self, person: int, kind: CallKind) -> Call | None:
        row = await self.tx.row(
            sa.select(call).where(
                call.c.person_id == person, call.c.kind == str(kind), call.c.closed_at.is_(None)
            )
        )
        return None if row is None else to_call(row)

    async def open_told(self, person: int) -> list[Call]:
        """Open calls of which this person was told, newest first."""
        rows = await self.tx.rows(
            sa.select(call)
            .join(told, told.c.call_id == call.c.id)
            .where(told.c.person_id == person, call.c.closed_at.is_(None))
            .order_by(call.c.received_at.desc())
        )
        return [to_call(row) for row in rows]

    async def calls(self, units: Iterable[str], since: datetime, limit: int = 100) -> list[Call]:
        """What is open or was received since then, of these units, newest first."""
        where = sa.or_(*(below(call.c.unit, unit) for unit in units), sa.false())
        rows = await self.tx.rows(
            sa.select(call)
            .where(where, sa.or_(call.c.closed_at.is_(None), call.c.received_at >= since))
            .order_by(call.c.received_at.desc())
            .limit(limit)
        )
        return [to_call(row) for row in rows]

    async def unanswered(self, now: datetime) -> list[Call]:
        """Calls whose next ring is to be told now."""
        rows = await self.tx.rows(
            sa.select(call).where(
                call.c.closed_at.is_(None), call.c.contacted_at.is_(None), call.c.next_at <= now
            )
        )
        return [to_call(row) for row in rows]

    async def without_result(self, before: datetime) -> list[Call]:
        """Answered before that moment, still open, and nobody was asked what came of it."""
        rows = await self.tx.rows(
            sa.select(call).where(
                call.c.closed_at.is_(None), call.c.contacted_at <= before, call.c.asked_at.is_(None)
            )
        )
        return [to_call(row) for row in rows]

    async def open_before(self, before: datetime) -> list[Call]:
        rows = await self.tx.rows(
            sa.select(call).where(call.c.closed_at.is_(None), call.c.received_at < before)
        )
        return [to_call(row) for row in rows]

    async def asked(self, id_: int, now: datetime) -> bool:
        """Somebody is asked for the result; ``False`` when another process does it."""
        return await self._once(id_, call.c.asked_at.is_(None), asked_at=now)

    async def climb(self, id_: int, rung: int, next_at: datetime | None) -> bool:
        """From this rung to the next; ``False`` when it was left before, or somebody has answered."""
        return await self._once(
            id_, call.c.rung == rung, call.c.contacted_at.is_(None), rung=rung + 1, next_at=next_at
        )

    async def contact(self, id_: int, by: int, now: datetime) -> bool:
        """The first contact counts; ``False`` when somebody was first, or the call is over."""
        return await self._once(
            id_, call.c.contacted_at.is_(None), contacted_at=now, contacted_by=by, next_at=None
        )

    async def close_call(self, id_: int, outcome: Outcome, by: int | None, now: datetime) -> bool:
        return await self._once(id_, outcome=str(outcome), closed_at=now, closed_by=by, next_at=None)

    def restate(self, id_: int, state: State) -> None:
        self.tx.write(_STATE, _id=id_, _state=state)

    def reported(self, id_: int) -> None:
        """The person says that they have called the police."""
        self.tx.write(_REPORTED, _id=id_)

    def next_at(self, id_: int, at: datetime | None) -> None:
        self.tx.write(_NEXT, _id=id_, _next_at=at)

    def tell(self, id_: int, people: Iterable[int], rung: int, now: datetime) -> None:
        for person in people:
            self.tx.write(_TOLD, call_id=id_, person_id=person, rung=rung, at=now)

    async def told(self, id_: int) -> dict[int, int]:
        """Who was told of a call, and on which rung, in the order of the rungs."""
        await self.tx.flush()
        rows = await self.tx.rows(
            sa.select(told.c.person_id, told.c.rung)
            .where(told.c.call_id == id_)
            .order_by(told.c.rung, told.c.at, told.c.person_id)
        )
        return {row.person_id: row.rung for row in rows}

    async def _once(self, id_: int, *where: sa.ColumnElement[bool], **values: Any) -> bool:
        done = await self.tx.execute(
            sa.update(call).where(call.c.id == id_, call.c.closed_at.is_(None), *where).values(**values)
        )
        return done == 1


def to_call(row: sa.Row[Any]) -> Call:
    return Call(
        id=row.id,
        kind=CallKind(row.kind),
        person=row.person_id,
        unit=row.unit,
        received_at=row.received_at,
        state=State(row.state),
        level=row.level,
        reported=row.reported,
        contacted_at=row.contacted_at,
        contacted_by=row.contacted_by,
        outcome=Outcome(row.outcome) if row.outcome else None,
        closed_at=row.closed_at,
        rung=row.rung,
        next_at=row.next_at,
    )
