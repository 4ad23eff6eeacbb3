"""An article's way to the public: which step comes next, and what a lost answer means. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from random import Random
from typing import Final

from bot.delivery.rules import LEASE, backoff, limit_over, tries
from bot.errors import BUSY, PlatformError, Verdict
from bot.settings import AccountSettings, Wechat

__all__ = ["LEASE"]

TITLE: Final = 32  # characters (6.2)
AUTHOR: Final = 16
DIGEST: Final = 128
CONTENT: Final = 20_000  # characters, less than

PATIENCE: Final = timedelta(minutes=30)  # so long a lost submission is looked for before it is unknown
EVENT: Final = timedelta(minutes=2)  # so long its event is waited for before anybody asks
GIVE_UP: Final = timedelta(hours=72)  # so long a result is waited for
_LATE_LOOKS: Final = timedelta(days=3)  # an unknown one may still turn up
_STUCK: Final = timedelta(minutes=10)  # our configuration is wrong: until somebody has mended it
_CHECKS: Final = (timedelta(days=1), timedelta(days=7))  # is a published one still there?

# A verdict of STOP for this article or this ability alone: no mending of the account brings it through.
_FINAL: Final = frozenset({45103, 45168, 48001, 48004})
GONE_MEDIA: Final = 40007  # a media_id that the platform does not know (any more)


class State(StrEnum):
    ASKED = "asked"  # a draft is wanted
    DRAFTING = "drafting"  # draft/add is under way, or its answer was lost
    DRAFT = "draft"  # lies in the draft box, for an administrator's word
    WAITING = "waiting"  # for the second person
    READY = "ready"  # agreed: to be submitted
    SUBMITTING = "submitting"  # freepublish/submit is under way, or its answer was lost
    SUBMITTED = "submitted"  # the platform is at it
    PUBLISHED = "published"
    UNKNOWN = "unknown"  # may be public or not: a person has to look
    FAILED = "failed"
    GONE = "gone"  # was public; deleted or banned since


OVER: Final = (State.FAILED, State.GONE)  # a new draft may be made


class Status(IntEnum):
    """publish_status of the platform (6.2)."""

    OK = 0
    RUNNING = 1
    NOT_ORIGINAL = 2
    FAILED = 3
    REFUSED = 4
    DELETED = 5
    BANNED = 6


@dataclass(frozen=True, slots=True)
class Article:
    """One campaign's article for one account; ``number`` counts the tries. What it says is fixed.

    ``content`` is HTML with PICTURE where the code of our page belongs. ``outcome``: see the wording.
    ``due``: while a process works on it, the end of its lease.
    """

    id: int
    occurrence: str
    account: str
    number: int
    text: str
    title: str
    digest: str
    content: str
    source_url: str
    state: State
    asked_by: int
    outcome: str = ""
    picture: str = ""
    media_id: str = ""
    publish_id: str = ""
    article_id: str = ""
    url: str = ""
    publish_by: int | None = None
    agreed_by: int | None = None
    attempts: int = 0
    since: datetime | None = None  # of the submission, afterwards of the publication
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """The same step again at a moment; ``certain``: the call surely had no effect."""

    at: datetime
    counted: bool
    certain: bool


@dataclass(frozen=True, slots=True)
class Failed:
    outcome: str


def why_not(account: AccountSettings) -> str:
    """Why this account can publish nothing; empty when it can (matrix 0.1; freepublish since 2025-07)."""
    if not isinstance(account, Wechat):
        return "not an official account"
    return "" if account.verified else "not verified"


def after_error(
    error: PlatformError, attempts: int, now: datetime, rng: Random, *, public: bool
) -> Again | Failed:
    """What a failed call means for its step.

    ``public``: the call publishes, so an answer that leaves any doubt (also -1 and HTTP 5xx) is looked into
    before anything is repeated.
    """
    if error.code == GONE_MEDIA:
        return Failed("error:40007")
    lost = error.verdict is Verdict.UNKNOWN or (public and (error.code == BUSY or 500 <= error.code < 600))
    if lost:
        return Again(now + timedelta(seconds=30), counted=True, certain=False)
    match error.verdict:
        case Verdict.WAIT:
            return Again(limit_over(error, now), counted=False, certain=True)
        case Verdict.STOP | Verdict.TOKEN if error.code not in _FINAL:
            return Again(now + (error.wait or _STUCK), counted=False, certain=True)
        case Verdict.RETRY if attempts < tries(error.code):
            pause = max(backoff(attempts, rng, error.code), error.wait or timedelta())
            return Again(now + pause, counted=True, certain=True)
        case _:
            return Failed(f"error:{error.code}")


def after_status(status: int) -> State:
    """What publish_status says of an article; a number that nobody documented is no proof of anything."""
    match status:
        case Status.OK:
            return State.PUBLISHED
        case Status.NOT_ORIGINAL | Status.FAILED | Status.REFUSED:
            return State.FAILED
        case Status.DELETED | Status.BANNED:
            return State.GONE
        case _:
            return State.SUBMITTED


def next_look(state: State, since: datetime, now: datetime) -> datetime | None:
    """When to ask next how an article fares; ``None``: no more. Few calls: 100 a day for all (5.8)."""
    age = now - since
    match state:
        case State.SUBMITTING:
            return now + max(timedelta(seconds=30), min(age, timedelta(minutes=8)))
        case State.SUBMITTED:
            if age < EVENT:  # an event may have crossed our own writing; that costs no call
                return now + (timedelta(seconds=20) if not age else EVENT - age)
            if age < timedelta(minutes=10):
                return now + timedelta(minutes=2)
            return now + (timedelta(minutes=10) if age < timedelta(hours=1) else timedelta(hours=2))
        case State.UNKNOWN:
            return now + timedelta(hours=4) if age < _LATE_LOOKS else None
        case State.PUBLISHED:
            return next((since + wait for wait in _CHECKS if since + wait > now), None)
        case _:
            return None
