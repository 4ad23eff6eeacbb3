"""Sittings and answers in the database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import starmap
from sys import intern
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert, insert_new
from bot.driver import Ask
from bot.lists import among_named
from bot.prepared import Prepared, Rows
from bot.quiz.drawing import Drawn
from bot.quiz.rules import OnTable, Paper, PointState, Sitting, State, Step
from bot.quiz.tables import answer, exposure, paper, sitting

_SITTING: Final = sa.select(
    sitting.c.id, sitting.c.person_id, sitting.c.task_id, sitting.c.state, sitting.c.kept
)
# In the words of the partial index, else SQLite walks the table.
_OPEN: Final = Prepared(_SITTING.where(among_named(sitting.c.person_id, "people"), sa.text("open")))
_OF_TASK: Final = (
    _SITTING.where(sitting.c.task_id == sa.bindparam("task")).order_by(sitting.c.started_at.desc()).limit(1)
)
_PAPERS_OF: Final = Prepared(
    sa.select(paper.c.sitting_id, paper.c.kept).where(among_named(paper.c.sitting_id, "sittings"))
)
_NEW: Final = insert(sitting)
_NEW_PAPER: Final = insert(paper)
# The row is told by the person: a paper that leaves the table and one that comes back to it must not meet in
# one statement, where PostgreSQL may come to the second before the first.
_KEEP: Final = Prepared(
    sa.update(sitting)
    .where(sitting.c.id == sa.bindparam("_id"), sitting.c.person_id == sa.bindparam("_person"))
    .values(
        state=sa.bindparam("_state"),
        open=sa.bindparam("_open"),
        kept=sa.bindparam("_kept"),
        touched_at=sa.bindparam("_at"),
    ),
    row="_person",
)
_STEP: Final = Prepared(insert_new(answer), row="sitting_id")
_FIRST_TRY: Final = {None: "", True: "+", False: "-"}
_POINTS: Final = 1024  # ways in which a point can stand
_REMEMBERED: Final = 65_536  # papers, some 400 bytes each, for they share their points
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

    @staticmethod
    def ask(people: Iterable[int]) -> Ask:
        """Which sittings do these have open?"""
        return Ask(_OPEN, {"people": list(people)})

    async def open_in(self, rows: Rows, people: Iterable[int]) -> dict[int, Sitting | None]:
        """The sitting of each of these people, ``None`` for who has none."""
        found: dict[int, Sitting | None] = dict.fromkeys(people)
        if rows:
            found.update((one.person, one) for one in await self._values(rows))
        return found

    async def current(self, person: int) -> Sitting | None:
        """The sitting this person has open."""
        if person in self._prefetched:
            return self._prefetched[person]
        (rows,) = await self._tx.fetch_each(self.ask([person]))
        return (await self.open_in(rows, [person]))[person]

    async def latest_of(self, task: int) -> Sitting | None:
        """The newest sitting for a task, open or left."""
        rows = await self._tx.rows(_OF_TASK, {"task": task})
        return next(iter(await self._values(rows)), None)

    async def _values(self, rows: Sequence[Sequence[Any]]) -> list[Sitting]:
        papers = await _PAPERS.of([row[0] for row in rows], self._tx)
        return [_to_value(row, papers[row[0]]) for row in rows]

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
            kept=_progress(value),
            started_at=now,
            touched_at=now,
        )
        given = value.paper
        points = [(drawn.point, drawn.questions) for drawn in given.points]
        self._tx.write(
            _NEW_PAPER, sitting_id=value.id, kept=[given.title, given.mode, given.feedback, points]
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
        self._tx.write(
            _KEEP,
            _id=value.id,
            _person=value.person,
            _state=value.state,
            _open=is_open,
            _kept=_progress(value),
            _at=now,
        )


class _Papers:
    """The papers used last, by sitting. They never change, so what is remembered here is never stale."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Paper] = OrderedDict()

    async def of(self, sittings: Sequence[int], tx: Tx) -> dict[int, Paper]:
        """The paper of each sitting; those that are not remembered are read in one statement."""
        known = self._known
        found = {id_: known[id_] for id_ in sittings if id_ in known}
        if unknown := [id_ for id_ in sittings if id_ not in found]:
            for id_, kept in await tx.fetch(_PAPERS_OF, sittings=unknown):
                found[id_] = _to_paper(*kept)
        for id_, one in found.items():
            known[id_] = one
            known.move_to_end(id_)
        while len(known) > _REMEMBERED:
            known.popitem(last=False)
        return found


_PAPERS: Final = _Papers()


def _to_paper(title: str, mode: str, feedback: str, points: list[tuple[str, list[str]]]) -> Paper:
    return Paper(intern(title), intern(mode), intern(feedback), tuple(_drawn(p, *ids) for p, ids in points))


@lru_cache(maxsize=_REMEMBERED)
def _drawn(point: str, *questions: str) -> Drawn:
    """One value for the same point in many papers."""
    return Drawn(intern(point), tuple(map(intern, questions)))


def _is_open(value: Sitting) -> bool:
    return value.state in (State.ASKING, State.MASTERED)


def _progress(value: Sitting) -> list[object]:
    """What an answer changes. A point is short: ``2-*`` was asked twice, at first wrong, mastered now;
    ``~`` is withdrawn.
    """
    points = " ".join([_short(one) for one in value.points])
    return [value.unclear, value.slips, value.queue, value.table, points]


@lru_cache(maxsize=_POINTS)
def _short(one: PointState) -> str:
    end = "*" if one.mastered else "~" if one.withdrawn else ""
    return f"{one.asked}{_FIRST_TRY[one.first_right]}{end}"


@lru_cache(maxsize=_POINTS)
def _point(short: str) -> PointState:
    asked = short.rstrip("+-*~")
    signs = short[len(asked) :]
    first = True if "+" in signs else False if "-" in signs else None
    return PointState(int(asked), first, "*" in signs, "~" in signs)


def _to_value(row: Sequence[Any], its_paper: Paper) -> Sitting:
    id_, person, task, state, (unclear, slips, queue, table, points) = row
    return Sitting(
        id_,
        person,
        task,
        its_paper,
        # A list is how points were kept at first; the next answer makes it short.
        tuple(map(_point, points.split()) if isinstance(points, str) else starmap(PointState, points)),
        tuple(queue),
        None if table is None else OnTable._make(table),
        State(state),
        unclear,
        slips,
    )
