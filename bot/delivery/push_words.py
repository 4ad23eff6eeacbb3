"""What an administrator asks of ``/push``: which duty, for whom, when; look, try or send. Pure.

    weekly-reminder                                  look at it
    weekly-reminder 只发 护理学院 明天 18:30          look at it for a unit, at another time
    weekly-reminder 只发 护理学院 2026-10-16T18:30 发送

``str(parse_order(text, now))`` is the normal form, which a button says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from bot.delivery import wording_forecast as say
from bot.duties.occurrences import occurrences
from bot.duties.plan_values import ZONE, Duty, Plan
from bot.errors import Refusal

AHEAD: Final = timedelta(days=60)  # how far a sending may be put off
_DAYS: Final = {"今天": 0, "明天": 1, "后天": 2}
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_DATE: Final = re.compile(r"(?:([0-9]{4})-)?([0-9]{1,2})-([0-9]{1,2})")
_JOINED: Final = re.compile(r"(?<=-[0-9]{2})T(?=[0-9])")
_DECENT: Final = (time(7, 40), time(12, 10), time(17, 40), time(18, 30))  # outside quiet hours and lessons
_SHOWN: Final = 4


class Act(StrEnum):
    LOOK = ""
    SEND = "发送"
    TRY = "试发"
    WHEN = "改时间"
    WHOM = "只发"


_ACTS: Final = {
    "发送": Act.SEND,
    "send": Act.SEND,
    "试发": Act.TRY,
    "试发给自己": Act.TRY,
    "改时间": Act.WHEN,
    "只发": Act.WHOM,
}


@dataclass(frozen=True, slots=True)
class Order:
    """``unit`` as it was written; ``at`` is ``None`` for now."""

    duty: str
    act: Act = Act.LOOK
    unit: str = ""
    at: datetime | None = None

    def __str__(self) -> str:
        parts = [self.duty]
        parts += [f"{Act.WHOM} {self.unit}"] * bool(self.unit)
        if self.at is not None:
            parts.append(f"{self.at.astimezone(ZONE):%Y-%m-%dT%H:%M}")
        return " ".join([*parts, str(self.act)]).strip()


def parse_order(text: str, now: datetime) -> Order:
    """Raises Refusal with a sentence for what cannot be read, is over, or lies too far ahead."""
    duty, *rest = _JOINED.sub(" ", text).split()
    act, unit, when = Act.LOOK, [], []
    for_unit = False
    for word in rest:
        if word.lower() in _ACTS:
            act = _ACTS[word.lower()]
            for_unit = act is Act.WHOM
        elif _is_time(word):
            when.append(word)
            for_unit = False
        elif for_unit:
            unit.append(word)
        else:
            raise Refusal(say.not_understood(word))
    at = _moment(when, now) if when else None
    if (act is Act.WHEN and at) or (act is Act.WHOM and unit):
        act = Act.LOOK  # what was asked for is already said
    return Order(duty, act, " ".join(unit), at)


def suggestions(plan: Plan, pack: str, duty: Duty, now: datetime) -> list[datetime]:
    """Decent moments of today and tomorrow, and the plan's own next one."""
    today = now.astimezone(ZONE).date()
    days = (today, today + timedelta(days=1))
    found = [datetime.combine(day, at, ZONE) for day in days for at in _DECENT]
    found = [at for at in found if at > now and not plan.is_quiet(at)][:_SHOWN]
    return sorted({*found, *own_next(plan, pack, duty, now)})


def own_next(plan: Plan, pack: str, duty: Duty, now: datetime) -> Sequence[datetime]:
    """When the plan itself sends this duty next, if that is within reach: one moment or none."""
    coming = occurrences(plan, pack, now, now + AHEAD)
    return [planned.planned_at for planned in coming if planned.duty.id == duty.id][:1]


def _is_time(word: str) -> bool:
    return word in _DAYS or bool(_CLOCK.fullmatch(word) or _DATE.fullmatch(word))


def _moment(words: Sequence[str], now: datetime) -> datetime:
    today = now.astimezone(ZONE).date()
    days = [day for word in words if (day := _day(word, today)) is not None]
    clocks = [found for word in words if (found := _CLOCK.fullmatch(word))]
    if len(clocks) != 1 or len(days) > 1:
        raise Refusal(say.no_moment(" ".join(words)))
    at = time(int(clocks[0][1]), int(clocks[0][2]))
    moment = datetime.combine(days[0] if days else today, at, ZONE)
    if not days and moment <= now:
        moment += timedelta(days=1)
    if moment <= now:
        raise Refusal(say.over(moment))
    if moment - now > AHEAD:
        raise Refusal(say.too_far(AHEAD))
    return moment.astimezone(UTC)


def _day(word: str, today: date) -> date | None:
    if word in _DAYS:
        return today + timedelta(days=_DAYS[word])
    found = _DATE.fullmatch(word)
    if found is None:
        return None
    try:
        day = date(int(found[1] or today.year), int(found[2]), int(found[3]))
        return day if found[1] or day >= today else day.replace(year=today.year + 1)
    except ValueError:
        raise Refusal(say.no_moment(word)) from None
