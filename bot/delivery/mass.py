"""Mass sends of official accounts, decided: who may ride, whose turn it is, what an end means (5.3). Pure.

A service account sends to a list of 2 to 10,000 openids, and each follower may get four mass messages a
calendar month; a subscription account sends once a day, to everybody with one tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final

from bot.delivery.rules import DeliveryState, RetryAt, Settled, limit_over
from bot.duties.rules import Do
from bot.errors import PlatformError, Verdict
from bot.messages import Urgency
from bot.people.rules import PersonKind

MASS: Final = "mass"  # the ledger line of a shipment that is a mass send
TOGETHER: Final = datetime(2190, 1, 1, tzinfo=UTC)  # when messages are due that wait for a mass send
SOON: Final = timedelta(minutes=20)  # a mass send waits for those who come within this time
LIST_LEAST: Final = 2
LIST_MOST: Final = 10_000
PER_MONTH: Final = 4
ROUTINE_PER_MONTH: Final = 3  # the fourth is kept for alerts
KEPT: Final = (Do.LETTER, Do.QUIZ)  # what 少发 does not hold back
ASK_EVERY: Final = timedelta(hours=3)  # without a word of the platform we ask it
NO_WORD: Final = timedelta(hours=24)  # silence for so long is no success
_OPEN_ENDED: Final = timedelta(days=7)  # how long a campaign without a due time waits for its day
_CONFIRM: Final = timedelta(minutes=35)  # the administrator has thirty minutes on the phone
_CONFIRM_LOOK: Final = timedelta(minutes=5)

# Why somebody was not told by a mass send: outcomes of deliveries, in words at wording_mass.
ALONE: Final = "mass alone"
MONTH_FULL: Final = "mass month full"
NOT_WHOLE: Final = "mass not a whole kind"
NOT_TAGGED: Final = "mass not tagged"
DAY_USED: Final = "mass day used"
TOO_LATE: Final = "mass too late"
RESTS: Final = "mass rests"
FAILED: Final = "mass failed "  # and the number of the platform behind it
SENT: Final = ""  # the reason kept for a text that did go by tag


class Step(StrEnum):
    GO = "go"
    WAIT = "wait"
    REFUSE = "refuse"  # the next channel


@dataclass(frozen=True, slots=True)
class Waiting:
    """One text of one campaign at the desk; ``soon`` and ``later``: its messages that are not there yet."""

    occurrence: str
    payload: str
    urgency: Urgency
    people: int
    since: datetime
    due_at: datetime | None
    heeds_less: bool  # 少发 holds it back
    soon: int = 0
    later: int = 0


def in_turn(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Alerts first, then what has waited longest."""
    return sorted(waiting, key=lambda w: (w.urgency is not Urgency.ALERT, w.since, w.occurrence, w.payload))


def by_list(one: Waiting) -> Step:
    """A list goes once all who come soon are there. One alone cannot be a list (40130).

    Alone, a routine message waits as long as company can still come; an alert goes on to the next channel.
    """
    if one.soon:
        return Step.WAIT
    if one.people >= LIST_LEAST:
        return Step.GO
    return Step.WAIT if one.later and one.urgency is not Urgency.ALERT else Step.REFUSE


def sizes(people: int) -> list[int]:
    """Lists of nearly the same size, so that nobody is left over alone."""
    lists = -(-people // LIST_MOST)
    return [people // lists + (number < people % lists) for number in range(lists)]


def by_tag(one: Waiting, *, day_used: bool, now: datetime) -> tuple[Step, str]:
    """A day holds one. Routine campaigns wait for the next within their due time; an alert does not wait."""
    if now >= (one.due_at or one.since + _OPEN_ENDED):
        return Step.REFUSE, TOO_LATE
    if day_used:
        is_alert = one.urgency is Urgency.ALERT
        return (Step.REFUSE, DAY_USED) if is_alert else (Step.WAIT, "")
    return (Step.WAIT, "") if one.soon else (Step.GO, "")


def allowance(urgency: Urgency) -> int:
    """How many of a follower's month a message of this urgency may find used, exclusive."""
    return ROUTINE_PER_MONTH if urgency is Urgency.ROUTINE else PER_MONTH


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of ours: the bound followers of some kinds. ``routine``: without those who said 少发."""

    name: str
    kinds: tuple[PersonKind, ...]
    routine: bool


def _name(kinds: tuple[PersonKind, ...], routine: bool) -> str:
    """At most thirty bytes (6.5)."""
    who = "全体" if len(kinds) == len(PersonKind) else "".join(kinds)
    return f"反诈{who}{'常规' if routine else ''}"


# Every choice of kinds: a campaign may be for 学生 or 教职工, and a day holds one send.
TAGS: Final = tuple(
    Tag(_name(kinds, routine), kinds, routine)
    for routine in (False, True)
    for count in range(1, len(PersonKind) + 1)
    for kinds in combinations(PersonKind, count)
)


@dataclass(frozen=True, slots=True)
class Fit:
    """A tag against a campaign: who has it, who of them is not meant, how many messages it would carry."""

    tag: str
    members: int
    outside: int
    aboard: int


def best_tag(fits: Sequence[Fit]) -> str | None:
    """The tag that carries most and reaches nobody who is not meant; ``None``: a mass send would."""
    good = [fit for fit in fits if fit.aboard and not fit.outside]
    return min(good, key=lambda fit: (-fit.aboard, fit.members, fit.tag)).tag if good else None


class End(StrEnum):
    SUCCESS = "success"
    FAILURE = "failure"
    DELETED = "deleted"  # taken back in the console
    RUNNING = "running"
    UNCLEAR = "unclear"  # words that no document lists: shown, and nobody's state changes


@dataclass(frozen=True, slots=True)
class Ended:
    """What MASSSENDJOBFINISH or mass/get says; ``code`` 0 where the platform gives no number."""

    end: End
    code: int = 0


_NUMBERED: Final = re.compile(r"err\s*\(\s*([0-9]{1,9})\s*\)", re.ASCII | re.IGNORECASE)
_WORDS: Final = {
    "send success": End.SUCCESS,
    "send fail": End.FAILURE,
    "delete": End.DELETED,
    "sending": End.RUNNING,
}


def read_status(status: str) -> Ended:
    """``send success``, ``send fail``, ``err(20008)``; SEND_SUCCESS, SENDING, SEND_FAIL, DELETE."""
    plain = " ".join(status.replace("_", " ").split())
    if number := _NUMBERED.fullmatch(plain):
        return Ended(End.FAILURE, int(number[1]))
    return Ended(_WORDS.get(plain.lower(), End.UNCLEAR))


def counted(text: str) -> int:
    """A count of an event: a number of the platform, or 0 for what is none."""
    return min(int(text), 2**31 - 1) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@dataclass(frozen=True, slots=True)
class Back:
    """The day was used up elsewhere, say in the console: back to the desk, until tomorrow."""


@dataclass(frozen=True, slots=True)
class Off:
    """Mass sends of the account rest until a person has looked; its other ways of sending go on."""

    reason: str


_MASS_ONLY: Final = frozenset(
    {45062, 45083, 45084, 45103, 45113, 48001, 48003, 48004, 48008, 48021, 48022}
)
_CONFIRMING: Final = frozenset({89504, 89505})
_DAY_USED: Final = 45028
_NEXT_CHANNEL: Final = frozenset({45009, 45168})


def after_call(
    error: PlatformError, made_at: datetime, now: datetime, *, by_tag: bool, may_have_arrived: bool
) -> RetryAt | Settled | Back | Off | None:
    """What a refused call means where mass sends differ, whose limits are their own. ``None``: the usual.

    ``may_have_arrived``: an earlier try may be what used up the day, so nobody is written to a second time.
    """
    if error.code in _CONFIRMING and now < made_at + _CONFIRM:
        return RetryAt(now + _CONFIRM_LOOK, counted=False)
    if error.code not in (_CONFIRMING | _NEXT_CHANNEL | _MASS_ONLY | {_DAY_USED}):
        if error.verdict is Verdict.WAIT or error.code == 42010:
            return RetryAt(limit_over(error, now), counted=False)
        return None
    if may_have_arrived:
        return Settled(DeliveryState.UNKNOWN, f"{error.code}")
    if error.code in _MASS_ONLY:
        return Off(f"{error.code} {error.message}")
    if error.code == _DAY_USED and by_tag:
        return Back()
    return Settled(DeliveryState.REFUSED, f"{error.code}")
