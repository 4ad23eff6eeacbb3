"""Occurrences, tasks and proofs in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx, insert, insert_new
from bot.duties.rules import Occurrence, OccurrenceState, Proof, ProofKind, Raised, Task, raised
from bot.duties.store_classroom import Classroom
from bot.duties.store_links import Links
from bot.duties.store_unfinished import Unfinished
from bot.duties.store_values import BOTH, OCCURRENCE_COLUMNS, OPEN_STATES, TaskOf, both, to_occurrence
from bot.duties.tables import UNGUARDED, occurrence, proof, task, watermark
from bot.ids import new_id

_OPEN: Final = BOTH.where(
    task.c.person_id == sa.bindparam("person"),
    task.c.settled_at.is_(None),
    task.c.exempt == "",
    occurrence.c.state.in_(OPEN_STATES),
).order_by(occurrence.c.planned_at)
_OF_PERSON: Final = _OPEN.where(sa.not_(UNGUARDED))
_OF_FAMILY: Final = _OPEN.where(UNGUARDED)
_ONE: Final = BOTH.where(task.c.id == sa.bindparam("id"))
_PROOF: Final = insert(proof)
# Another transaction may have proved more since the task was read: nothing is taken back.
_RAISE: Final = (
    sa.update(task)
    .where(task.c.id == sa.bindparam("_id"), task.c.tier < sa.bindparam("_tier"))
    .values(
        tier=sa.bindparam("_tier"),
        settled_at=sa.func.coalesce(task.c.settled_at, sa.bindparam("_settled", type_=Moment())),
        declined=sa.and_(task.c.declined, sa.not_(sa.bindparam("_done", type_=sa.Boolean()))),
    )
)
_DECLINE: Final = (
    sa.update(task)
    .where(task.c.id == sa.bindparam("_id"), task.c.settled_at.is_(None))
    .values(settled_at=sa.bindparam("_settled"), declined=True)
)
_NEW: Final = insert_new(occurrence)
_REMINDED: Final = (
    sa.update(task)
    .where(task.c.id == sa.bindparam("_id"))
    .values(reminded=task.c.reminded + 1, reminded_at=sa.bindparam("_at"))
)
_MARK: Final = insert(watermark)
_SET_MARK: Final = _MARK.on_conflict_do_update(index_elements=["name"], set_={"at": _MARK.excluded.at})


class Duties(Links, Unfinished, Classroom):
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def open_tasks(self, person: int) -> list[TaskOf]:
        """What this person still has to do, oldest first."""
        return [both(row) for row in await self._tx.rows(_OF_PERSON, {"person": person})]

    async def owed_by_family(self, child: int) -> list[TaskOf]:
        """What the family of a child without a guardian still owes; their teacher closes it, nobody else."""
        return [both(row) for row in await self._tx.rows(_OF_FAMILY, {"person": child})]

    async def task(self, task_id: int) -> TaskOf | None:
        row = await self._tx.row(_ONE, {"id": task_id})
        return None if row is None else both(row)

    async def tasks_for(
        self, occurrence_id: str, *, person: int | None = None, about: int | None = None
    ) -> list[TaskOf]:
        """The tasks of one occurrence that are one person's, or about one child."""
        statement = BOTH.where(task.c.occurrence_id == occurrence_id)
        if person is not None:
            statement = statement.where(task.c.person_id == person)
        if about is not None:
            statement = statement.where(task.c.about_id == about)
        return [both(row) for row in await self._tx.rows(statement.order_by(task.c.id))]

    async def latest_about(self, person: int, what: str) -> TaskOf | None:
        """The person's newest task about a text or guide, done or not."""
        row = await self._tx.row(
            BOTH.where(task.c.person_id == person, sa.not_(UNGUARDED), occurrence.c.what == what)
            .order_by(occurrence.c.planned_at.desc())
            .limit(1)
        )
        return None if row is None else both(row)

    def prove(self, value: Task, occ: Occurrence, line: Proof) -> Raised | None:
        """Append a proof and raise the task; ``None`` and nothing written when it says nothing new."""
        result = raised(value, occ.ladder, line.kind)
        if result is None:
            return None
        self._tx.write(
            _PROOF,
            id=new_id(line.at),
            task_id=line.task,
            kind=line.kind,
            tier=occ.ladder.tier(line.kind),
            at=line.at,
            by_id=line.by,
            via=line.via,
            reason=line.reason,
            detail=line.detail or None,
        )
        if line.kind is ProofKind.DECLINED:
            self._tx.write(_DECLINE, _id=value.id, _settled=line.at)
        else:
            done = result.settled and not result.declined
            settled = line.at if result.settled else None
            self._tx.write(_RAISE, _id=value.id, _tier=result.tier, _settled=settled, _done=done)
        return result

    async def proofs(self, task_id: int) -> list[Proof]:
        rows = await self._tx.rows(sa.select(proof).where(proof.c.task_id == task_id).order_by(proof.c.id))
        return [
            Proof(r.task_id, ProofKind(r.kind), r.at, r.by_id, r.via, r.reason, r.detail or {}) for r in rows
        ]

    async def explain(self, person: int, since: datetime, reason: str, now: datetime, via: str) -> int:
        """Append the reason to what this person declined since then; how many tasks that were."""
        declined = sa.select(proof.c.task_id).where(
            proof.c.by_id == person,
            proof.c.kind == ProofKind.DECLINED,
            proof.c.reason == "",
            proof.c.at >= since,
        )
        ids = [row.task_id for row in await self._tx.rows(declined)]
        for id_ in ids:
            self._tx.write(
                _PROOF, id=new_id(now), task_id=id_, kind=ProofKind.DECLINED, tier=0, at=now, by_id=person,
                via=via, reason=reason, detail=None,
            )  # fmt: skip
        return len(ids)

    def remind(self, task_id: int, now: datetime) -> None:
        self._tx.write(_REMINDED, _id=task_id, _at=now)

    async def last_reminded(self, task_ids: Iterable[int]) -> Mapping[int, datetime | None]:
        rows = await self._tx.rows(
            sa.select(task.c.id, task.c.reminded_at).where(task.c.id.in_(list(task_ids)))
        )
        return {row.id: row.reminded_at for row in rows}

    async def add(self, value: Occurrence, asked_by: int | None = None) -> bool:
        """The unique row; ``False`` when another process, or an earlier call, was first."""
        done = await self._tx.execute(
            _NEW,
            {
                "id": value.id,
                "duty": value.duty,
                "pack": value.pack,
                "title": value.title,
                "unit": value.unit,
                "do": value.do,
                "what": value.what,
                "ask": value.ask,
                "clause": list(value.clause),
                "material": value.material,
                "planned_at": value.planned_at,
                "due_at": value.due_at,
                "remind": value.remind,
                "state": value.state,
                "reason": value.reason,
                "launched_at": value.launched_at,
                "asked_by": asked_by,
            },
        )
        return done == 1

    async def occurrence(self, occurrence_id: str) -> Occurrence | None:
        row = await self._tx.row(sa.select(*OCCURRENCE_COLUMNS).where(occurrence.c.id == occurrence_id))
        return None if row is None else to_occurrence(row)

    async def occurrences(self, *, duty: str | None = None, limit: int = 50) -> list[Occurrence]:
        """The newest first."""
        statement = sa.select(*OCCURRENCE_COLUMNS).order_by(occurrence.c.planned_at.desc()).limit(limit)
        if duty is not None:
            statement = statement.where(occurrence.c.duty == duty)
        return [to_occurrence(row) for row in await self._tx.rows(statement)]

    async def in_state(self, state: OccurrenceState) -> list[Occurrence]:
        """Oldest first."""
        rows = await self._tx.rows(
            sa.select(*OCCURRENCE_COLUMNS)
            .where(occurrence.c.state == state)
            .order_by(occurrence.c.planned_at)
        )
        return [to_occurrence(row) for row in rows]

    async def change_state(
        self,
        occurrence_id: str,
        state: OccurrenceState,
        *,
        only_from: Iterable[OccurrenceState],
        approved_by: int | None = None,
        launched_at: datetime | None = None,
        reason: str = "",
    ) -> bool:
        values: dict[str, Any] = {"state": state} | ({"reason": reason} if reason else {})
        if approved_by is not None:
            values["approved_by"] = approved_by
        if launched_at is not None:
            values["launched_at"] = launched_at
        done = await self._tx.execute(
            sa.update(occurrence)
            .where(occurrence.c.id == occurrence_id, occurrence.c.state.in_(list(only_from)))
            .values(**values)
        )
        return done == 1

    async def asked_by(self, occurrence_id: str) -> int | None:
        value: int | None = await self._tx.scalar(
            sa.select(occurrence.c.asked_by).where(occurrence.c.id == occurrence_id)
        )
        return value

    async def approved_by(self, occurrence_id: str) -> int | None:
        """Who said the last yes; ``None`` where nobody had to, or has not yet."""
        value: int | None = await self._tx.scalar(
            sa.select(occurrence.c.approved_by).where(occurrence.c.id == occurrence_id)
        )
        return value

    async def watermark(self, name: str) -> datetime | None:
        """Until when the clock has been read."""
        value: datetime | None = await self._tx.scalar(
            sa.select(watermark.c.at).where(watermark.c.name == name)
        )
        return value

    def set_watermark(self, name: str, at: datetime) -> None:
        self._tx.write(_SET_MARK, name=name, at=at)
