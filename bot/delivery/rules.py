"""Decide, do not do: what follows from an outcome, and when a routine message may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from bot.errors import PlatformError, Verdict

MAX_ATTEMPTS: Final = 6
LEASE: Final = timedelta(seconds=60)


class DeliveryState(StrEnum):
    DUE = "due"
    LEASED = "leased"
    SENT = "sent"  # the platform accepted it; nothing more is known
    REFUSED = "refused"  # this person cannot be reached here
    UNKNOWN = "unknown"  # the answer was lost and the platform has no duplicate check
    DEAD = "dead"  # given up, with the reason
    FOLDED = "folded"  # travelled inside a digest
    CANCELLED = "cancelled"


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
    error: PlatformError, attempts: int, repeatable: bool, now: datetime, rng: Random
) -> RetryAt | Settled | StopAccount:
    """What a failed call means for its shipment. Waiting for a limit is not a failed attempt."""
    match error.verdict:
        case Verdict.WAIT:
            return RetryAt(now + (error.wait or timedelta(seconds=60)), counted=False)
        case Verdict.DROP:
            return Settled(DeliveryState.REFUSED, f"{error.code}")
        case Verdict.STOP | Verdict.TOKEN:
            return StopAccount(f"{error.code} {error.message}")
        case Verdict.BUG:
            return Settled(DeliveryState.DEAD, f"{error.code}")
        case Verdict.UNKNOWN if not repeatable:
            return Settled(DeliveryState.UNKNOWN, f"{error.code}")
        case _:
            if attempts >= MAX_ATTEMPTS:
                return Settled(DeliveryState.DEAD, f"{error.code}")
            return RetryAt(now + backoff(attempts, rng), counted=True)


def backoff(attempts: int, rng: Random) -> timedelta:
    """About 2, 8, 32, 128, 512 seconds, each up to half longer by chance."""
    base: float = 2.0 * 4 ** max(attempts - 1, 0)
    return timedelta(seconds=min(base, 900.0) * (1 + rng.random() / 2))


def over_cap(recent: Sequence[datetime], count: int, since: datetime) -> bool:
    """Has a person had ``count`` routine messages since the day, week or month began?"""
    return sum(at >= since for at in recent) >= count
