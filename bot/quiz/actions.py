"""A test with full marks is signed: in the chat, on its page, behind a personal link."""

from __future__ import annotations

from datetime import datetime

from bot.duties.actions import sign
from bot.duties.rules import Occurrence, Task
from bot.people.rules import Person
from bot.quiz.rules import Did, Sitting, State, moved
from bot.receipts.rules import Level, SealedReceipt
from bot.school import School
from bot.work import Work


async def to_sign(work: Work, task: Task) -> Sitting | None:
    """The sitting with full marks that waits for a signature, also when it was put aside."""
    found = await work.quizzes.latest_of(task.id)
    return found if found is not None and found.state is State.MASTERED else None


async def sign_test(
    work: Work,
    school: School,
    sitting: Sitting,
    task: Task,
    occurrence: Occurrence,
    person: Person,
    level: Level,
    via: str,
    now: datetime,
    drawing: str | None = None,
) -> SealedReceipt:
    """The receipt over what was reached, and the sitting is over."""
    result = f"满分 {sitting.total}/{sitting.total}"
    sealed = await sign(work, school, task, occurrence, person, level, result, via, now, drawing)
    work.quizzes.keep(moved(sitting, Did.SIGNED), now)
    return sealed
