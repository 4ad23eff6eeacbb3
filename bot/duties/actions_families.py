"""Running letters after a roster: whose guardian came hears of them, whose last one went is the teacher's."""

from __future__ import annotations

from datetime import datetime

from bot.duties.actions_fan_out import fan_out
from bot.duties.rules import OccurrenceState
from bot.school import School
from bot.work import Work


async def follow_families(work: Work, school: School, now: datetime) -> int:
    """After an import, or one that was taken back; how many guardians got a task. Doing it twice is once."""
    await work.tx.flush()
    given = 0
    for id_ in await work.launches.running_letters(now):
        occurrence = await work.duties.occurrence(id_)
        if occurrence is None:
            continue
        guardians = await work.launches.families_changed(occurrence, now)
        given += len(guardians)
        duty = school.plan.duties.get(occurrence.duty)
        if not guardians or duty is None or occurrence.state is OccurrenceState.WAITING:
            continue
        slug = await work.receipts.slug_of(id_)
        await fan_out(work, school, occurrence, duty, slug, now, guardians)
        await work.outbox.look_before(id_, now)
        if occurrence.state is OccurrenceState.PAUSED:
            await work.outbox.pause(id_)
    return given
