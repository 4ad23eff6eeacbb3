"""Mastery: a wrong point comes back at the end with another question, until every point is mastered.

The table below is the engine. Nothing here knows the clock or chance; both are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final

from bot.quiz.drawing import Drawn, shuffled
from bot.quiz.items import Bank, Item

SHOWN: Final = "ABCDEF"


class State(StrEnum):
    ASKING = "asking"
    MASTERED = "mastered"
    SIGNED = "signed"
    CLOSED = "closed"  # a practice paper that is over, or one replaced by a new run


class Did(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    LAST_RIGHT = "last-right"
    ENDED_UNCLEAN = "ended-unclean"  # clean-run: the paper is through, but not all were right
    SIGNED = "signed"
    LEFT = "left"


TRANSITIONS: Final[dict[State, dict[Did, State]]] = {
    State.ASKING: {
        Did.RIGHT: State.ASKING,
        Did.WRONG: State.ASKING,
        Did.LAST_RIGHT: State.MASTERED,
        Did.ENDED_UNCLEAN: State.CLOSED,
        Did.LEFT: State.CLOSED,
    },
    State.MASTERED: {Did.SIGNED: State.SIGNED, Did.LEFT: State.CLOSED},
    State.SIGNED: {},
    State.CLOSED: {},
}


class IllegalMove(Exception):
    """A step the table does not have."""


@dataclass(frozen=True, slots=True)
class PointState:
    """One point of a paper: its questions in order of use, how many were asked, how the first try went."""

    point: str
    questions: tuple[str, ...]
    asked: int = 0
    first_right: bool | None = None
    mastered: bool = False


@dataclass(frozen=True, slots=True)
class OnTable:
    """The question that waits for an answer: which point, which question, how its options are ordered."""

    point: int
    question: str
    order: str
    step: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """One person at one paper. ``task`` is 0 for practice; ``queue`` holds the points still to come."""

    id: int
    person: int
    task: int
    title: str
    mode: str
    points: tuple[PointState, ...]
    queue: tuple[int, ...]
    table: OnTable | None
    state: State = State.ASKING
    run: int = 1
    unclear: int = 0  # replies in a row that were no answer
    feedback: str = "at-once"
    slips: int = 0

    @property
    def practice(self) -> bool:
        return self.task == 0

    @property
    def mastered_count(self) -> int:
        return sum(p.mastered for p in self.points)

    @property
    def first_score(self) -> int:
        return sum(p.first_right is True for p in self.points)


@dataclass(frozen=True, slots=True)
class Step:
    """What is appended to the record for one answer; the letters are those of the file, not of the screen."""

    sitting: int
    step: int
    point: str
    question: str
    chosen: frozenset[str]
    right: bool
    first_try: bool
    practice: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer's outcome: the sitting after it and the line for the record."""

    did: Did
    sitting: Sitting
    step: Step
    item: Item


def begin(
    id_: int,
    person: int,
    task: int,
    title: str,
    mode: str,
    drawn: Sequence[Drawn],
    bank: Bank,
    rng: Random,
    feedback: str = "at-once",
) -> Sitting:
    """A fresh sitting with its first question on the table."""
    points = tuple(PointState(d.point, d.questions) for d in drawn)
    sitting = Sitting(
        id_, person, task, title, mode, points, tuple(range(len(points))), None, feedback=feedback
    )
    return _put_on_table(sitting, bank, rng, step=1)


def letters_on_table(sitting: Sitting) -> str:
    return SHOWN[: len(sitting.table.order)] if sitting.table else ""


def answer(sitting: Sitting, shown: frozenset[str], bank: Bank, rng: Random) -> Verdict:
    """Judge the letters as the person saw them; what comes next is already on the table."""
    table = sitting.table
    if table is None or sitting.state is not State.ASKING:
        raise IllegalMove(f"no question is open while {sitting.state}")
    item = bank.items[table.question]
    chosen = frozenset(table.order[SHOWN.index(letter)] for letter in shown)
    right = chosen == item.answer
    point = sitting.points[table.point]
    first_try = point.first_right is None
    after = replace(
        point,
        first_right=right if first_try else point.first_right,
        mastered=right or sitting.mode == "clean-run",
    )
    points = (*sitting.points[: table.point], after, *sitting.points[table.point + 1 :])
    queue = sitting.queue if right or sitting.mode == "clean-run" else (*sitting.queue, table.point)
    slips = sitting.slips + (not right)
    did = _did(right, queue, sitting.mode, slips)
    state = TRANSITIONS[sitting.state][did]
    moved = replace(sitting, points=points, queue=queue, state=state, table=None, unclear=0, slips=slips)
    if state is State.ASKING:
        moved = _put_on_table(moved, bank, rng, step=table.step + 1)
    step = Step(sitting.id, table.step, point.point, item.id, chosen, right, first_try, sitting.practice)
    return Verdict(did, moved, step, item)


def _did(right: bool, queue: tuple[int, ...], mode: str, slips: int) -> Did:
    if queue:
        return Did.RIGHT if right else Did.WRONG
    if mode == "clean-run" and slips:
        return Did.ENDED_UNCLEAN
    return Did.LAST_RIGHT


def moved(sitting: Sitting, did: Did) -> Sitting:
    """The sitting after something that is no answer; raises IllegalMove where the table has no such step."""
    state = TRANSITIONS[sitting.state].get(did)
    if state is None:
        raise IllegalMove(f"{did} is not possible while {sitting.state}")
    return replace(sitting, state=state, table=None)


def unclear(sitting: Sitting) -> Sitting:
    """One more reply that was no answer; progress is untouched."""
    return replace(sitting, unclear=sitting.unclear + 1)


def _put_on_table(sitting: Sitting, bank: Bank, rng: Random, step: int) -> Sitting:
    index, *rest = sitting.queue
    point = sitting.points[index]
    # When a point's questions are used up the oldest returns, its options in a new order.
    question = point.questions[point.asked % len(point.questions)]
    asked = replace(point, asked=point.asked + 1)
    points = (*sitting.points[:index], asked, *sitting.points[index + 1 :])
    table = OnTable(index, question, shuffled(bank.items[question], rng), step)
    return replace(sitting, points=points, queue=tuple(rest), table=table)
