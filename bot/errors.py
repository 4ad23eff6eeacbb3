"""Errors that carry their verdict.

Exception
├── Refusal          a person may not or cannot do this; holds the sentence to answer
├── BadFile          a data file has complaints; holds all of them
├── BadCallback
│   ├── Forged       not signed by the platform, or too old: 403, nothing stored
│   └── Malformed    authentic but unreadable: 200, logged without content
└── PlatformError    a call to a platform failed; holds what to do about it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

BUSY: Final = -1  # on both platforms: to be tried again at most three times (WeCom 90313; official account 8)


class Refusal(Exception):
    """A polite sentence for the person instead of what they asked for."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong in a data file, where an editor can jump to it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BadFile(Exception):
    """Every complaint at once; nothing of the file was applied."""

    def __init__(self, complaints: list[Complaint]) -> None:
        super().__init__("\n".join(map(str, complaints)))
        self.complaints = complaints


class BadCallback(Exception):
    """The reason is for our log, never for the caller."""


class Forged(BadCallback):
    """Signature, receiver id or timestamp is wrong."""


class Malformed(BadCallback):
    """Authentic, but not a message we can read."""


class Verdict(StrEnum):
    """What the sender of a failed call does next."""

    RETRY = "retry"  # passing trouble: again with back-off
    WAIT = "wait"  # a limit, or the line is down: again when that is over; not an attempt
    TOKEN = "token"  # refresh the token once, then again
    DROP = "drop"  # this recipient cannot be reached here; the next channel
    STOP = "stop"  # our configuration: stop the account and tell the administrator
    BUG = "bug"  # we sent something the platform does not take: isolate, never repeat
    UNKNOWN = "unknown"  # the answer was lost; the platform may have acted


class PlatformError(Exception):
    """A platform refused or did not answer. ``wait`` is set for WAIT and some RETRY."""

    def __init__(self, verdict: Verdict, code: int, message: str, wait: timedelta | None = None) -> None:
        super().__init__(f"{verdict}: {code} {message}")
        self.verdict = verdict
        self.code = code
        self.message = message
        self.wait = wait
