"""The occurrences of events: a roster import, a call, a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count, islice
from typing import Final

from bot.duties.launch import register
from bot.duties.occurrences import Planned
from bot.duties.plan_values import Duty
from bot.duties.rules import Occurrence, OccurrenceState
from bot.school import School
from bot.work import Work

_NEWEST: Final = 1000  # more than a list of warnings has lines
_TRIES: Final = 30


async def brought_about(
    work: Work, school: School, pack: str, duty: Duty, now: datetime, reason: str = ""
) -> Occurrence | None:
    """The occurrence of one more event. An id names a minute, so of several in one the later take the next.

    ``None`` only when others take one minute after the other at this very moment.
    """
    newest = await work.duties.occurrences(duty=duty.id, limit=_NEWEST)
    taken = {one.planned_at for one in newest}
    minute = now.replace(second=0, microsecond=0)
    free = (at for at in (minute + timedelta(minutes=late) for late in count()) if at not in taken)
    for planned_at in islice(free, _TRIES):
        planned = Planned(duty, planned_at)
        found = await register(work, school, pack, planned, OccurrenceState.ASKED, reason=reason)
        if found is not None:
            return found
    return None
