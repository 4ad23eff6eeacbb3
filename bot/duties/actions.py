"""Closing tasks: used by the chat, by pages and by events."""

from __future__ import annotations

from datetime import datetime

from bot.duties.rules import Occurrence, Proof, ProofKind, Raised, Task, raised
from bot.people.rules import Person
from bot.receipts.rules import Facts, Level, SealedReceipt, seal
from bot.school import School
from bot.work import Work


async def prove(
    work: Work,
    task: Task,
    occurrence: Occurrence,
    kind: ProofKind,
    by: int,
    via: str,
    now: datetime,
    reason: str = "",
) -> Raised | None:
    """Append a proof; what one guardian has done for a child is done for the other guardians too."""
    result = raised(task, occurrence.ladder, kind)
    lines = [(task, occurrence, Proof(task.id, kind, now, by, via, reason))]
    if result is not None and result.settled and not result.declined and task.about:
        lines += [
            (other, same, Proof(other.id, kind, now, by, "guardian"))
            for other, same in await work.duties.tasks_for(occurrence.id, about=task.about)
            if other.person != task.person and other.settled_at is None
        ]
    # In one order, or two guardians at one instant would wait for each other's rows.
    for one, same, line in sorted(lines, key=lambda of: of[0].id):
        work.duties.prove(one, same, line)
    return result


async def sign(
    work: Work,
    school: School,
    task: Task,
    occurrence: Occurrence,
    person: Person,
    level: Level,
    result: str,
    via: str,
    now: datetime,
    drawing: str | None = None,
) -> SealedReceipt:
    """A signature: the proof, and a sealed receipt under a code; signing twice gives the first receipt."""
    earlier = await work.receipts.of_task(task.id)
    if earlier is not None:
        return earlier
    sealed = seal(
        school.key,
        Facts(
            person.id,
            task.about,
            person.name,
            task.unit,
            task.id,
            occurrence.title,
            result,
            level,
            now.replace(microsecond=0),
        ),
    )
    work.receipts.file(sealed, drawing)
    await prove(work, task, occurrence, ProofKind.SIGNED, person.id, via, now)
    return sealed
