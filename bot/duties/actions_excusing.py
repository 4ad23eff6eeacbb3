"""The day until which somebody was excused has come: what is still open is owed again, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.duties.actions_fan_out import fan_out
from bot.duties.rules import Do, OccurrenceState
from bot.school import School
from bot.work import Work

_MARK: Final = "exemptions"
_FIRST_LOOK: Final = timedelta(days=30)
# Exemptions end at midnight, and nothing leaves before the morning. Later a restored database could send
# what has been sent.
_IN_TIME: Final = timedelta(hours=1)


async def end_exemptions(work: Work, school: School, now: datetime) -> int | None:
    """The earliest moment at which exemptions ended and that was not seen to: how many tasks are owed again.
    ``None`` when there is no such moment.

    Each is seen to as things stood then, in their order, so a clock that was still for a month comes to the
    same; but only at its time is anything sent. The first look of all goes back a month.
    """
    mark = await work.duties.watermark(_MARK)
    if mark is None:
        mark = now - _FIRST_LOOK
        work.duties.set_watermark(_MARK, mark)
    ended = await work.launches.next_end(mark, now)
    if ended is None:
        return None
    work.duties.set_watermark(_MARK, ended)
    await work.tx.flush()  # whoever does the same at this moment waits here, and finds nothing left
    owing = await work.launches.exemptions_over(ended)
    for id_, people in owing.items() if now - ended < _IN_TIME else ():
        await _send(work, school, id_, people, now)
    return sum(map(len, owing.values()))


async def _send(work: Work, school: School, id_: str, people: list[int], now: datetime) -> None:
    """Who was excused when it went out has not got it yet, and gets it while it can still be done in time."""
    occurrence = await work.duties.occurrence(id_)
    duty = school.plan.duties.get(occurrence.duty) if occurrence else None
    if occurrence is None or duty is None or duty.do is Do.FORWARD:
        return
    if occurrence.state is OccurrenceState.WAITING or (occurrence.due_at or now) <= now:
        return
    slug = await work.receipts.slug_of(id_)
    await fan_out(work, school, occurrence, duty, slug, now, people)
    if occurrence.state is OccurrenceState.PAUSED:
        await work.outbox.pause(id_)
