"""Sittings and answers in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert, insert_new
from bot.quiz.rules import OnTable, PointState, Sitting, State, Step
from bot.quiz.tables import answer, exposure, sitting

_OPEN: Final = sa.select(
    sitting.c.id, sitting.c.person_id, sitting.c.task_id, sitting.c.state, sitting.c.kept
).where(sitting.c.person_id.in_(sa.bindparam("people", expanding=True)), sitting.c.open)
_OF_TASK: Final = (
    sa.select(sitting.c.id, sitting.c.person_id, sitting.c.task_id, sitting.c.state, sitting.c.kept)
    .where(sitting.c.task_id == sa.bindparam("task"))
    .order_by(sitting.c.started_at.desc())
    .limit(1)
)
_NEW: Final = insert(sitting)
_KEEP: Final = (
    sa.update(sitting)
    .where(sitting.c.id == sa.bindparam("_id"))
    .values(
        state=sa.bindparam("_state"),
        open=sa.bindparam("_open"),
        kept=sa.bindparam("_kept"),
        touched_at=sa.bindparam("_at"),
    )
)
_STEP: Final = insert_new(answer)
_MET: Final = (
    sa.select(answer.c.question, sa.func.count().label("times"))
    .where(answer.c.person_id == sa.bindparam("person"), sa.not_(answer.c.practice))
    .group_by(answer.c.question)
)
_EXPOSED: Final = sa.select(exposure.c.question, exposure.c.times).where(
    exposure.c.person_id == sa.bindparam("person")
)


class Quizzes:
    """What is on whose table; ``prefetched`` holds the open sittings a batch of turns has read at once."""

    def __init__(self, tx: Tx, prefetched: Mapping[int, Sitting | None] | None = None) -> None:
        self._tx = tx
        self._prefetched = prefetched or {}

    async def open_for(self, people: Iterable[int]) -> dict[int, Sitting | None]:
        ids = list(people)
        found: dict[int, Sitting | None] = dict.fromkeys(ids)
        if ids:
            for row in await self._tx.rows(_OPEN, {"people": ids}):
                found[row.person_id] = _to_value(row)
        return found

    async def current(self, person: int) -> Sitting | None:
        """The sitting this person has open."""
        if person in self._prefetched:
            return self._prefetched[person]
        return (await self.open_for([person]))[person]

    async def latest_of(self, task: int) -> Sitting | None:
        """The newest sitting for a task, open or left."""
        row = await self._tx.row(_OF_TASK, {"task": task})
        return None if row is None else _to_value(row)

    async def seen(self, person: int) -> dict[str, int]:
        """How often the person met each question, over all terms."""
        met = {row.question: row.times for row in await self._tx.rows(_MET, {"person": person})}
        for row in await self._tx.rows(_EXPOSED, {"person": person}):
            met[row.question] = met.get(row.question, 0) + row.times
        return met

    def start(self, value: Sitting, now: datetime) -> None:
        self._tx.write(
            _NEW,
            id=value.id,
            person_id=value.person,
            task_id=value.task,
            state=value.state,
            open=_is_open(value),
            kept=_kept(value),
            started_at=now,
            touched_at=now,
        )

    def keep(self, value: Sitting, now: datetime, step: Step | None = None) -> None:
        """The sitting as it is now, and the answer that made it so."""
        self._tx.write(
            _KEEP, _id=value.id, _state=value.state, _open=_is_open(value), _kept=_kept(value), _at=now
        )
        if step is not None:
            self._tx.write(
                _STEP,
                sitting_id=step.sitting,
                step=step.step,
                person_id=value.person,
                question=step.question,
                chosen="".join(sorted(step.chosen)),
                right=step.right,
                first_try=step.first_try,
                practice=step.practice,
                at=now,
            )

    def put_aside(self, value: Sitting, now: datetime) -> None:
        """退出: off the table with all its progress; 继续 takes it back with ``keep``."""
        self._tx.write(_KEEP, _id=value.id, _state=value.state, _open=False, _kept=_kept(value), _at=now)


def _is_open(value: Sitting) -> bool:
    return value.state in (State.ASKING, State.MASTERED)


def _kept(value: Sitting) -> dict[str, Any]:
    table = value.table
    return {
        "t": value.title,
        "m": value.mode,
        "f": value.feedback,
        "r": value.run,
        "u": value.unclear,
        "s": value.slips,
        "q": value.queue,
        "o": None if table is None else (table.point, table.question, table.order, table.step),
        "p": [(p.point, p.questions, p.asked, p.first_right, p.mastered) for p in value.points],
    }


def _to_value(row: sa.Row[Any]) -> Sitting:
    kept = row.kept
    table = kept["o"]
    return Sitting(
        id=row.id,
        person=row.person_id,
        task=row.task_id,
        title=kept["t"],
        mode=kept["m"],
        feedback=kept["f"],
        points=tuple(PointState(p[0], tuple(p[1]), p[2], p[3], p[4]) for p in kept["p"]),
        queue=tuple(kept["q"]),
        table=None if table is None else OnTable(*table),
        state=State(row.state),
        run=kept["r"],
        unclear=kept["u"],
        slips=kept["s"],
    )
