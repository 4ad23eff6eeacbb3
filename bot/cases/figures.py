"""What cases and calls add up to, and which of it others may read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Final

from bot.cases.rules import SHANGHAI, Call, Facts, Outcome

SMALL: Final = 5  # events; fewer say too much about one of them
_TRIED: Final = (Outcome.DISSUADED, Outcome.REPORTED, Outcome.POLICE)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a span of time. ``minutes``: to the first contact, the middle one. Money in fen.

    ``tried`` are the calls with an outcome that says whether money was saved; false alarms are none.
    """

    calls: int = 0
    police: int = 0
    answered: int = 0
    minutes: float | None = None
    tried: int = 0
    dissuaded: int = 0
    false_alarms: int = 0
    cases: int = 0
    lost: int = 0
    prevented: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """The calls and cases of a unit in a span of time, and of each month in it."""

    whole: Figures
    months: tuple[tuple[str, Figures], ...] = ()
    hidden: frozenset[str] = field(default_factory=frozenset)  # months too small to be shown to others


def figures(calls: Sequence[Call], cases: Sequence[tuple[datetime, Facts]]) -> Figures:
    waited = [call.minutes for call in calls if call.minutes is not None]
    ended = [call.outcome for call in calls]
    return Figures(
        calls=len(calls),
        police=sum(1 for call in calls if call.kind == "police"),
        answered=len(waited),
        minutes=median(waited) if waited else None,
        tried=sum(1 for outcome in ended if outcome in _TRIED),
        dissuaded=ended.count(Outcome.DISSUADED),
        false_alarms=ended.count(Outcome.FALSE_ALARM),
        cases=len(cases),
        lost=sum(facts.lost or 0 for _, facts in cases),
        prevented=sum(facts.prevented or 0 for _, facts in cases),
    )


def record(calls: Sequence[Call], cases: Sequence[tuple[datetime, Facts]]) -> Record:
    """``cases`` with the moment at which each was opened."""
    months = sorted({_month(call.received_at) for call in calls} | {_month(at) for at, _ in cases})
    each = tuple(
        (
            month,
            figures(
                [call for call in calls if _month(call.received_at) == month],
                [case for case in cases if _month(case[0]) == month],
            ),
        )
        for month in months
    )
    return Record(figures(calls, cases), each, hidden(each))


def hidden(months: Iterable[tuple[str, Figures]]) -> frozenset[str]:
    """Months with a small figure; never one alone, because the whole less the others would tell it."""
    months = list(months)
    small = [name for name, one in months if is_small(one.cases) or is_small(one.calls)]
    others = [(one.cases + one.calls, name) for name, one in months if name not in small]
    if len(small) == 1 and others:
        small.append(min(others)[1])
    return frozenset(small)


def is_small(count: int) -> bool:
    return 0 < count < SMALL


def _month(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m}"
