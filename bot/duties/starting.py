"""When the messages of a duty may leave: outside quiet hours and lessons, digest items with their digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.duties.audience import kinds_named, stages_named
from bot.duties.lessons import PUPILS
from bot.duties.occurrences import occurrences
from bot.duties.plan_values import Duty, Plan
from bot.people.rules import PersonKind, Stage

DIGEST: Final = "digest"  # what: the moment at which the items of a day travel together; says nothing itself
_DIGEST_WAIT: Final = timedelta(hours=1)


def start_of(plan: Plan, pack: str, duty: Duty, now: datetime, words: Sequence[str] = ()) -> datetime:
    """The first moment from ``now`` on for a message to ``words`` (学段 or kinds; empty means everybody).

    Lessons count here where only pupils are meant; of a mixed audience the courier lets each wait for theirs.
    """
    start = plan.free_from(now, _pupils(duty, words))
    if not duty.digest or pack not in plan.packs:
        return start
    coming = occurrences(plan, pack, start, start + _DIGEST_WAIT)
    return next((p.planned_at for p in coming if p.duty.what == DIGEST), start)


def _pupils(duty: Duty, words: Sequence[str]) -> tuple[Stage, ...]:
    """The 学段 with lessons, when nobody else is meant."""
    if words:
        named = {word: Stage(word) for word in words if word in PUPILS}
        return tuple(named.values()) if len(named) == len(set(words)) else ()
    stages = stages_named(duty.to)
    only_pupils = kinds_named(duty.to) == {PersonKind.STUDENT} and stages and stages <= set(PUPILS)
    return tuple(sorted(stages)) if only_pupils else ()
