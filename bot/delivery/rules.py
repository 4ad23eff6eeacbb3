"""Decide, do not do: what follows from an outcome, and when a routine message may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from bot.delivery.ways import AT_ONCE
from bot.duties.plan_values import ZONE, Period
from bot.errors import BUSY, PlatformError, Verdict
from bot.messages import Urgency

MAX_ATTEMPTS: Final = 6
_BUSY_ATTEMPTS: Final = 4  # the platform's advice: three repeats at most
LEASE: Final = timedelta(seconds=120)  # longer than a call with its token and a second try may take
FILE_AFTER: Final = timedelta(seconds=15)  # so that what a file is stands above it
MARGIN: Final = timedelta(seconds=60)  # a repeat has to arrive before the platform's window closes
IN_A_TURN: Final = 2000  # messages of a campaign that are stopped at once; more are put away in slices
HELD: Final = datetime(2200, 1, 1, tzinfo=UTC)  # when messages of a paused campaign are due
RECALL: Final = timedelta(hours=24)  # WeCom takes messages back within a day (94867)
RESERVE: Final = 0.2  # of an app's day, left free of routine messages for alerts and answers
IN_FLIGHT: Final = 8  # calls at once for one account; the platform caps concurrency (45033)
TOO_MANY_AT_ONCE: Final = 45033
_DAY: Final = timedelta(days=1)
_FIRST_HOUR: Final = timedelta(hours=1)
SPREAD_FROM: Final = 2000  # people; fewer go out at once
SPREAD_SECONDS: Final = 900  # so that a whole school does not open its pages in one second


HALF_HOUR: Final = 1800
CROWDED: Final = 120  # seconds from each :00 and :30, when everybody sends and the platform is late (90236)


def crowd(start: datetime) -> tuple[int, int]:
    """(from, seconds) of a spread from ``start`` on in which nobody is written to; none is (0, 0)."""
    since = int(start.timestamp()) % HALF_HOUR
    if since < CROWDED:
        return 0, CROWDED - since
    begins = HALF_HOUR - since
    return (begins, min(CROWDED, SPREAD_SECONDS - begins)) if begins < SPREAD_SECONDS else (0, 0)


class DeliveryState(StrEnum):
    DUE = "due"
    LEASED = "leased"
    SENT = "sent"  # the platform accepted it; nothing more is known
    REFUSED = "refused"  # this person cannot be reached here
    UNKNOWN = "unknown"  # the answer was lost and the platform has no duplicate check
    DEAD = "dead"  # given up, with the reason
    FOLDED = "folded"  # travelled inside a digest
    CANCELLED = "cancelled"


class ShipmentState(StrEnum):
    SENDING = "sending"  # a call is under way, or its answer was lost
    WAITING = "waiting"  # surely not sent: repeated freely
    DONE = "done"
    UNKNOWN = "unknown"
    RECALL = "recall"  # to be taken back


class Standing(StrEnum):
    """Where one person of a campaign stands: exactly one of these."""

    DELIVERED = "delivered"  # a platform accepted it
    FOLDED = "folded"  # inside a digest
    WAITING = "waiting"
    UNKNOWN = "unknown"
    REFUSED = "refused"  # every channel said no; the reason is on the deliveries
    HELD = "held"  # 少发: the person wants less
    STOPPED = "stopped"  # the campaign was stopped before this left
    RECALLED = "recalled"
    EXEMPT = "exempt"
    DONE = "done"  # did it before anybody had to be told
    NO_CHANNEL = "no channel"
    UNGUARDED = "unguarded"  # a child for whom the roster has no guardian


# The outcomes of cancelled and recalled rows that are not the platform's words.
WANTS_LESS: Final = "少发"
STOPPED: Final = "stopped"
RECALLED: Final = "recalled"
LEFT: Final = "left"  # the person is not on the roster any more
REPORTED: Final = "reported"  # sent, and the platform has told so afterwards (template, 订阅通知)
ALONE: Final = "its message did not arrive"  # a file that would have come by itself
NOTHING_OPEN: Final = "nothing open"  # a reminder of what has been done by now
TOO_LATE: Final = "too late"  # a routine message whose campaign was over before it could leave
SECOND_ALERT: Final = "second alert of the day"
NO_WINDOW: Final = "no window"
NO_WAY: Final = "no way"  # the platform has taken back what the account could have done
UNCLEAR: Final = "unclear"  # the answer was lost: nobody knows whether it was shown
NEVER_SENT: Final = "never sent"  # excused or without an account when it went out
NO_CLIENT: Final = "no channel"
LINE_STOPPED: Final = "line stopped"  # an alert that did not wait for its account
OUT_OF_SCOPE: Final = "not in the platform's scope"
NOT_FOLLOWING: Final = "does not follow"  # a parent without 学校通知: accepted by the platform, never seen
KNOWN_BY_NOW: Final = "somebody is known"  # a class with a known parent is written to person by person

_OF_STATE: Final = {
    DeliveryState.SENT: Standing.DELIVERED,
    DeliveryState.FOLDED: Standing.FOLDED,
    DeliveryState.DUE: Standing.WAITING,
    DeliveryState.LEASED: Standing.WAITING,
    DeliveryState.UNKNOWN: Standing.UNKNOWN,
    DeliveryState.REFUSED: Standing.REFUSED,
    DeliveryState.DEAD: Standing.REFUSED,
    DeliveryState.CANCELLED: Standing.STOPPED,
}
# The best that happened to a person counts.
BEST_FIRST: Final = (
    Standing.DELIVERED,
    Standing.FOLDED,
    Standing.WAITING,
    Standing.UNKNOWN,
    Standing.REFUSED,
    Standing.HELD,
    Standing.RECALLED,
    Standing.STOPPED,
)


def standing(state: DeliveryState, outcome: str) -> Standing:
    """What one delivery means for its person."""
    if state is DeliveryState.CANCELLED and outcome == WANTS_LESS:
        return Standing.HELD
    if outcome == RECALLED and state in (DeliveryState.SENT, DeliveryState.FOLDED):
        return Standing.RECALLED
    return _OF_STATE[state]


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a campaign stopped half-way had done: people told, of these taken back, and never told."""

    sent: int
    recalled: int
    unsent: int


@dataclass(frozen=True, slots=True)
class Stopping:
    """The same of a very large one: nothing leaves any more, but counting takes longer than a reply may."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    at: datetime
    counted: bool


@dataclass(frozen=True, slots=True)
class Settled:
    state: DeliveryState
    outcome: str


@dataclass(frozen=True, slots=True)
class StopAccount:
    """Our configuration is wrong: nothing more goes out here until a person has looked."""

    reason: str


def after(
    error: PlatformError,
    attempts: int,
    repeatable: bool,
    now: datetime,
    rng: Random,
    *,
    may_have_arrived: bool = False,
) -> RetryAt | Settled | StopAccount:
    """What a failed call means for its shipment. Waiting for a limit is not a failed attempt.

    ``repeatable``: the platform would notice a repeat. ``may_have_arrived``: the answer of an earlier try was
    lost, so that nothing the platform says now proves that the person got nothing.
    """
    match error.verdict:
        case Verdict.WAIT:
            return RetryAt(limit_over(error, now), counted=False)
        case Verdict.STOP | Verdict.TOKEN:
            return StopAccount(f"{error.code} {error.message}")
        case Verdict.RETRY if error.code in (TOO_MANY_AT_ONCE, AT_ONCE):
            return RetryAt(now + (error.wait or timedelta(seconds=5)) * (1 + rng.random()), counted=False)
        case Verdict.DROP:
            ended = Settled(DeliveryState.REFUSED, f"{error.code}")
        case Verdict.BUG:
            ended = Settled(DeliveryState.DEAD, f"{error.code}")
        case Verdict.UNKNOWN if not repeatable or (error.code == BUSY and attempts >= tries(BUSY)):
            return Settled(DeliveryState.UNKNOWN, f"{error.code}")
        case Verdict.UNKNOWN:
            # As long as the platform notices repeats, asking again may still tell what became of it.
            return RetryAt(now + backoff(attempts, rng, error.code), counted=True)
        case _:
            if attempts < tries(error.code):
                pause = max(backoff(attempts, rng, error.code), error.wait or timedelta())
                return RetryAt(now + pause, counted=True)
            ended = Settled(DeliveryState.DEAD, f"{error.code}")
    return Settled(DeliveryState.UNKNOWN, ended.outcome) if may_have_arrived else ended


def limit_over(error: PlatformError, now: datetime) -> datetime:
    """When to call again: as long as the error says, else in a minute.

    A WAIT of a whole day is for a limit of the calendar day.
    """
    wait = error.wait or timedelta(minutes=1)
    return new_day(now) if error.verdict is Verdict.WAIT and wait >= _DAY else now + wait


def new_day(now: datetime) -> datetime:
    """When the platform counts a day's calls anew: at midnight in China, as far as is known (5.8).

    A minute later, because clocks differ. What is refused in the first hour may still be yesterday's count.
    """
    begins, ends = period(Period.DAY, now)
    return begins + _FIRST_HOUR if now < begins + _FIRST_HOUR else ends + timedelta(minutes=1)


def tries(code: int) -> int:
    """How often a call that fails with this code is made in all."""
    return _BUSY_ATTEMPTS if code == BUSY else MAX_ATTEMPTS


def backoff(attempts: int, rng: Random, code: int = 0) -> timedelta:
    """About 2, 8, 32, 128, 512 seconds, each up to half longer by chance.

    A platform that is busy may be asked less often, so it gets more time: 2, 24, 288 seconds, which ends
    before the ten minutes in which it notices a repeated template message.
    """
    base: float = 2.0 * (12 if code == BUSY else 4) ** max(attempts - 1, 0)
    return timedelta(seconds=min(base, 900.0) * (1 + rng.random() / 2))


def repeatable(made_at: datetime, until: datetime, now: datetime) -> bool:
    """Would the platform still notice the same bytes a second time?

    A moment before the shipment was made means that the clock stepped back: nobody knows how long ago it was.
    """
    return made_at - MARGIN <= now < until - MARGIN


def rests(state: tuple[datetime | None, str] | None, now: datetime) -> bool:
    """Is an account (wait until, why stopped) not to send at this moment?"""
    return state is not None and (bool(state[1]) or (state[0] is not None and state[0] > now))


def over_cap(recent: Sequence[datetime], count: int, since: datetime) -> bool:
    """Has a person had ``count`` routine messages since the day, week or month began?"""
    return sum(at >= since for at in recent) >= count


def offered_again(
    urgency: Urgency, planned_at: datetime, due_at: datetime | None, tries: int, missed: bool, now: datetime
) -> bool:
    """Is a message that a parent missed for not following sent after all, now that they follow?

    Once, while it still matters: until it is due, or within a day of what has no due date. ``tries``: how
    often it was meant for this address; ``missed``: neither another channel nor the person got there since.
    """
    until = due_at if due_at is not None and urgency is Urgency.ROUTINE else planned_at + timedelta(days=1)
    return missed and tries == 1 and now < until


def reminders(planned_at: datetime, due_at: datetime, count: int) -> list[datetime]:
    """When a task is reminded of before it is due: a day before, and with two also at half time."""
    day_before = due_at - timedelta(days=1)
    half = planned_at + (due_at - planned_at) / 2
    wanted = [day_before] if count == 1 else [half, day_before][:count]
    return sorted(at for at in wanted if planned_at < at < due_at)


def period(per: Period, now: datetime) -> tuple[datetime, datetime]:
    """The day, week (from Monday) or month in China that ``now`` is in: its beginning and its end."""
    day = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    if per is Period.DAY:
        return day, day + timedelta(days=1)
    if per is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)
