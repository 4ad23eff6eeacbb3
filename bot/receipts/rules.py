"""Sealed proof that a person did something: a code people can read, and a keyed hash only we can make."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

# No 0 O 1 I L: a code is read aloud over the telephone.
ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 8


class Level(IntEnum):
    """How a signature was given; the school chooses which it needs."""

    TAP = 1  # platform identity tap
    NAME = 2  # typed name equal to the roster
    HAND = 3  # handwriting on the page
    PAPER = 4  # paper sheet


@dataclass(frozen=True, slots=True)
class Facts:
    """What a receipt says. ``what`` is the title of the campaign, ``result`` e.g. 满分 20/20."""

    person: int
    about: int
    name: str
    unit: str
    task: int
    what: str
    result: str
    level: Level
    at: datetime


@dataclass(frozen=True, slots=True)
class SealedReceipt:
    code: str
    seal: str
    facts: Facts


def seal(key: bytes, facts: Facts) -> SealedReceipt:
    """The receipt for these facts; the same facts give the same code."""
    digest = hmac.new(key, _canonical(facts), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return SealedReceipt("".join(letters), digest.hex(), facts)


def holds(key: bytes, receipt: SealedReceipt) -> bool:
    """Was this sealed with our key, and not changed since?"""
    return hmac.compare_digest(seal(key, receipt.facts).seal, receipt.seal)


def tidy_code(text: str) -> str:
    """A code as people type it: any case, spaces and dashes between."""
    return "".join(ch for ch in text.upper() if ch.isascii() and ch.isalnum())


def _canonical(facts: Facts) -> bytes:
    return json.dumps(
        [
            facts.person,
            facts.about,
            facts.name,
            facts.unit,
            facts.task,
            facts.what,
            facts.result,
            int(facts.level),
            int(facts.at.timestamp()),
        ],
        ensure_ascii=False,
    ).encode()
