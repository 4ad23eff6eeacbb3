"""Mastery: a wrong point comes back at the end with another question, until every point is mastered.

The table below is the engine. Nothing here knows the clock or chance; both are arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from typing import Final, NamedTuple

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
class Paper:
    """What never changes in a sitting: each point with its questions in the order of their use."""

    title: str
    mode: str
    feedback: str
    points: tuple[Drawn, ...]


class PointState(NamedTuple):
    """One point of a paper: how many of its questions were asked, how the first try went."""

    asked: int = 0
    first_right: bool | None = None
    mastered: bool = False
    withdrawn: bool = False  # the bank has lost its questions; nobody need answer it any more


class OnTable(NamedTuple):
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
    paper: Paper
    points: tuple[PointState, ...]  # as in the paper
    queue: tuple[int, ...]
    table: OnTable | None
    state: State = State.ASKING
    unclear: int = 0  # replies in a row that were no answer
    slips: int = 0

    @property
    def title(self) -> str:
        return self.paper.title

    @property
    def mode(self) -> str:
        return self.paper.mode

    @property
    def feedback(self) -> str:
        return self.paper.feedback

    @property
    def practice(self) -> bool:
        return self.task == 0

    @property
    def total(self) -> int:
        """How many points full marks are."""
        return sum(not p.withdrawn for p in self.points)

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
    points = [PointState()] * len(drawn)
    paper = Paper(title, mode, feedback, tuple(drawn))
    table, queue = _next(paper, points, tuple(range(len(points))), bank, rng, step=1)
    return Sitting(id_, person, task, paper, tuple(points), queue, table)


def letters_on_table(sitting: Sitting) -> str:
    return SHOWN[: len(sitting.table.order)] if sitting.table else ""


def fits(sitting: Sitting, bank: Bank) -> bool:
    """Does the bank still have the question on the table, with as many options as were shown?"""
    if sitting.table is None:
        return True
    item = bank.items.get(sitting.table.question)
    return item is not None and len(item.options) == len(sitting.table.order)


def mended(sitting: Sitting, bank: Bank, rng: Random) -> tuple[Did | None, Sitting]:
    """The sitting with a question the bank has; ``None`` while it goes on, else how it ended.

    Another question of the same point if there is one, else another point. Nothing is counted as answered.
    """
    table = sitting.table
    if table is None or sitting.state is not State.ASKING:
        raise IllegalMove(f"no question is open while {sitting.state}")
    points = list(sitting.points)
    following, queue = _next(sitting.paper, points, (table.point, *sitting.queue), bank, rng, table.step + 1)
    after = replace(sitting, points=tuple(points), queue=queue, table=following, unclear=0)
    if following is not None:
        return None, after
    is_clean = after.mastered_count and not (sitting.mode == "clean-run" and sitting.slips)
    did = Did.LAST_RIGHT if is_clean else Did.ENDED_UNCLEAN if after.mastered_count else Did.LEFT
    return did, moved(after, did)


def answer(sitting: Sitting, shown: frozenset[str], bank: Bank, rng: Random) -> Verdict:
    """Judge the letters as the person saw them; what comes next is already on the table."""
    table = sitting.table
    if table is None or sitting.state is not State.ASKING:
        raise IllegalMove(f"no question is open while {sitting.state}")
    item = bank.items[table.question]
    chosen = frozenset(table.order[SHOWN.index(letter)] for letter in shown)
    right = chosen == item.answer
    asked, first_right, *_ = sitting.points[table.point]
    first_try = first_right is None
    is_over = right or sitting.mode == "clean-run"
    points = list(sitting.points)
    points[table.point] = PointState(asked, right if first_try else first_right, is_over)
    queue = sitting.queue if is_over else (*sitting.queue, table.point)
    slips = sitting.slips + (not right)
    following, queue = _next(sitting.paper, points, queue, bank, rng, table.step + 1)
    did = _did(right, following is not None, sitting.mode, slips)
    state = TRANSITIONS[sitting.state][did]
    after = Sitting(
        sitting.id,
        sitting.person,
        sitting.task,
        sitting.paper,
        tuple(points),
        queue,
        following,
        state,
        slips=slips,
    )
    point = sitting.paper.points[table.point].point
    step = Step(sitting.id, table.step, point, item.id, chosen, right, first_try, sitting.practice)
    return Verdict(did, after, step, item)


def _did(right: bool, goes_on: bool, mode: str, slips: int) -> Did:
    if goes_on:
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


def _next(
    paper: Paper, points: list[PointState], queue: tuple[int, ...], bank: Bank, rng: Random, step: int
) -> tuple[OnTable | None, tuple[int, ...]]:
    """The first point of the queue goes on the table, and ``points`` counts it as asked.

    A point whose questions the bank has lost waits at the end, for a process that still reads an older or
    newer bank; when only such points are left they are withdrawn.
    """
    for at, index in enumerate(queue):
        questions = [question for question in paper.points[index].questions if question in bank.items]
        if questions:
            asked, first_right, is_mastered, _ = points[index]
            points[index] = PointState(asked + 1, first_right, is_mastered)
            # When a point's questions are used up the oldest returns, its options in a new order.
            question = questions[asked % len(questions)]
            table = OnTable(index, question, shuffled(bank.items[question], rng), step)
            return table, queue[at + 1 :] + queue[:at]
    for index in queue:
        points[index] = points[index]._replace(withdrawn=True)
    return None, ()
