"""What one logged-in person has to do with an article: their tasks, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.people.rules import Person
from bot.receipts.rules import Level
from bot.school import School
from bot.web.article_text import audience_words
from bot.work import Work


class Stand(StrEnum):
    OPEN = "open"
    SIGNED = "signed"  # by this person, with a receipt
    OTHER = "other"  # by another guardian
    DONE = "done"
    DECLINED = "declined"
    EXEMPT = "exempt"


_BUTTONS: Final[dict[Ask, ProofKind]] = {Ask.CONFIRM: ProofKind.CONFIRMED, Ask.TICK: ProofKind.TICKED}
SHOWN_IN_CLASS: Final = "sixty-seconds"


def button(occurrence: Occurrence) -> ProofKind | None:
    """What the one button under an article proves, if it has one."""
    return ProofKind.TAPPED if occurrence.what == SHOWN_IN_CLASS else _BUTTONS.get(occurrence.ask)


def level_of(school: School, occurrence: Occurrence) -> Level | None:
    """How a campaign is signed; ``None`` for one that is not."""
    levels = {Ask.SIGN: school.letter_level, Ask.FULL_MARKS: school.test_level}
    return Level(levels[occurrence.ask]) if occurrence.ask in levels else None


def may_sign(occurrence: Occurrence, task: Task) -> bool:
    """A letter at once, a test once it has full marks."""
    if occurrence.ask is Ask.FULL_MARKS:
        return task.tier >= occurrence.ladder.tier(ProofKind.MASTERED)
    return occurrence.ask is Ask.SIGN


@dataclass(frozen=True, slots=True)
class Own:
    """One task of the reader; ``name`` and ``unit`` are the child's where the task is about a child."""

    task: Task
    stand: Stand
    name: str = ""
    unit: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    person: Person
    tasks: tuple[Own, ...]
    words: tuple[str, ...]  # for whom the reader's texts are made

    @property
    def open(self) -> tuple[Own, ...]:
        return tuple(own for own in self.tasks if own.stand is Stand.OPEN)

    @property
    def receipts(self) -> list[tuple[str, str]]:
        return [(own.name, own.code) for own in self.tasks if own.stand is Stand.SIGNED]

    @property
    def other(self) -> bool:
        return any(own.stand is Stand.OTHER for own in self.tasks)


async def reader(work: Work, occurrence: Occurrence, person: Person) -> Reader:
    given = await work.duties.tasks_for(occurrence.id, person=person.id)
    tasks = [task for task, _ in given if not task.unguarded]
    children = await work.people.by_ids(task.about for task in tasks if task.about)
    owns = [await _own(work, task, children.get(task.about)) for task in tasks]
    return Reader(person, tuple(owns), tuple(audience_words(person, children.values())))


async def _own(work: Work, task: Task, child: Person | None) -> Own:
    name, unit = (child.name, task.unit) if child else ("", "")
    receipt = await work.receipts.of_task(task.id)
    if receipt is not None:
        return Own(task, Stand.SIGNED, name, unit, receipt.code)
    if task.exempt:
        return Own(task, Stand.EXEMPT, name, unit)
    if task.settled_at is None:
        return Own(task, Stand.OPEN, name, unit)
    if task.declined:
        return Own(task, Stand.DECLINED, name, unit)
    by_other = task.about and any(proof.via == "guardian" for proof in await work.duties.proofs(task.id))
    return Own(task, Stand.OTHER if by_other else Stand.DONE, name, unit)


def scene_open(occurrence: Occurrence, own: Own) -> bool:
    """Has the scene of this reminder not been answered yet? Asked whether or not the task is closed."""
    tier = occurrence.ladder.tier(ProofKind.TAPPED)
    mine = occurrence.do is Do.SEND and occurrence.what != SHOWN_IN_CLASS
    return bool(tier) and mine and own.task.tier < tier
