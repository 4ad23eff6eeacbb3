"""Sittings and answers in the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from sys import intern
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert, insert_new
from bot.quiz.rules import OnTable, PointState, Sitting, State, Step
from bot.quiz.tables import answer, exposure, sitting

# Read and written as the text it is, so that what is known by its text need not be parsed.
_kept_text: Final = sa.type_coerce(sitting.c.kept, sa.Text).label("kept")
_SITTING: Final = sa.select(
    sitting.c.id, sitting.c.person_id, sitting.c.task_id, sitting.c.state, _kept_text
)
_OPEN: Final = _SITTING.where(sitting.c.person_id.in_(sa.bindparam("people", expanding=True)), sitting.c.open)
_OF_TASK: Final = (
    _SITTING.where(sitting.c.task_id == sa.bindparam("task"))
    .order_by(sitting.c.started_at.desc())
    .limit(1)
)
_NEW: Final = insert(sitting).values(
    {c.name: sa.bindparam(c.name, type_=sa.Text if c.name == "kept" else c.type) for c in sitting.c}
)
_KEEP: Final = (
    sa.update(sitting)
    .where(sitting.c.id == sa.bindparam("_id"))
    .values(
        state=sa.bindparam("_state"),
        open=sa.bindparam("_open"),
        kept=sa.bindparam("_kept", type_=sa.Text),
        touched_at=sa.bindparam("_at"),
    )
)
_STEP: Final = insert_new(answer)
_SHELF_SIZE: Final = 4096  # about 30 MB
_PAPER: Final = ',"p":'  # text inside JSON has its quotes escaped, so this is found nowhere else
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
                found[row.person_id] = _SHELF.find(row)
        return found

    async def current(self, person: int) -> Sitting | None:
        """The sitting this person has open."""
        if person in self._prefetched:
            return self._prefetched[person]
        return (await self.open_for([person]))[person]

    async def latest_of(self, task: int) -> Sitting | None:
        """The newest sitting for a task, open or left."""
        row = await self._tx.row(_OF_TASK, {"task": task})
        return None if row is None else _SHELF.find(row)

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
            kept=_SHELF.text_of(value),
            started_at=now,
            touched_at=now,
        )

    def keep(self, value: Sitting, now: datetime, step: Step | None = None) -> None:
        """The sitting as it is now, and the answer that made it so."""
        self._put(value, _is_open(value), now)
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
        self._put(value, False, now)

    def _put(self, value: Sitting, is_open: bool, now: datetime) -> None:
        text = _SHELF.text_of(value)
        self._tx.write(_KEEP, _id=value.id, _state=str(value.state), _open=is_open, _kept=text, _at=now)


class _Shelf:
    """The values of the sittings touched last, by id.

    A value counts only for the very text it was kept as, so neither a rollback nor another process can make
    it stale.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, str, Sitting]] = {}

    def find(self, row: sa.Row[Any]) -> Sitting:
        known = self._known.get(row.id)
        if known is not None and known[0] == row.kept and known[1] == row.state:
            return known[2]
        value = _to_value(row, json.loads(row.kept))
        self._note(value, row.kept)
        return value

    def text_of(self, value: Sitting) -> str:
        """What is kept, as JSON; the paper comes last and is copied, for it never changes in a sitting."""
        known = self._known.get(value.id)
        paper = known[0][known[0].index(_PAPER) :] if known else f"{_PAPER}{_json(_paper(value))}}}"
        text = _json(_progress(value))[:-1] + paper
        self._note(value, text)
        return text

    def _note(self, value: Sitting, text: str) -> None:
        self._known.pop(value.id, None)
        if len(self._known) >= _SHELF_SIZE:
            del self._known[next(iter(self._known))]
        self._known[value.id] = (text, str(value.state), value)


_SHELF: Final = _Shelf()


def _is_open(value: Sitting) -> bool:
    return value.state in (State.ASKING, State.MASTERED)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _paper(value: Sitting) -> list[tuple[str, tuple[str, ...]]]:
    return [(p.point, p.questions) for p in value.points]


def _progress(value: Sitting) -> dict[str, Any]:
    """What an answer changes."""
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
        "g": [(p.asked, p.first_right, p.mastered) for p in value.points],
    }


def _to_value(row: sa.Row[Any], kept: dict[str, Any]) -> Sitting:
    table = kept["o"]
    points = (
        PointState(intern(point), tuple(map(intern, ids)), *how)
        for (point, ids), how in zip(kept["p"], kept["g"], strict=True)
    )
    return Sitting(
        id=row.id,
        person=row.person_id,
        task=row.task_id,
        title=kept["t"],
        mode=kept["m"],
        feedback=kept["f"],
        points=tuple(points),
        queue=tuple(kept["q"]),
        table=None if table is None else OnTable(*table),
        state=State(row.state),
        run=kept["r"],
        unclear=kept["u"],
        slips=kept["s"],
    )
