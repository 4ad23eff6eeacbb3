"""How a stranger becomes a person of the roster: what they say is a claim, and the claim is decided.

The same sentence answers a wrong number, an unknown name, a child whose guardian has not agreed, and a person
already bound elsewhere: a stranger learns nothing (design 4.11).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.people.rules import CHILDREN, Person, PersonKind, leaf
from bot.people.spelling import same_name, tidy, tidy_code, tidy_unit

MAX_TRIES: Final = 5
PAUSE: Final = timedelta(hours=24)
TAIL: Final = 4  # digits of a 编号 that tell people of one class and one name apart

_COMMAND: Final = re.compile(r"^/?(?:绑定|綁定|bind|我是|我叫)[\s,:]*", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?:姓名|编号|学号|工号)[:\s]*(?=\S)")
_SEPARATOR: Final = re.compile(r"[\s,、;+。!~]+")
_NUMBER: Final = re.compile(r"(?=.*\d)[0-9A-Za-z_.\-]{1,64}")
# The letters before the digits are the number's, unless the whole name is in letters.
_JOINED: Final = re.compile(
    r"([^\W\d_·]+(?<![A-Za-z])(?:·[^\W\d_]+(?<![A-Za-z]))*|[A-Za-z]{2,})([A-Za-z]{0,4}\d{3,})"
)
# No sum of money, no code from a text message: those do not follow a name.
_INTRODUCED: Final = re.compile(
    r"(?:我是|我叫|姓名)?:?(?![你您验转付查骗打收给要])[^\W\d_A-Za-z]{2,4}[\s,、]*(?:编号|学号|工号)?:?"
    r"(?:[A-Za-z]{1,4}\d{3,}|\d{6,12})[。.]?"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are: a name, a number (whole or its last four), and a class."""

    name: str = ""
    number: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person the claim may mean; ``taken`` when another contact of the same account is bound to them."""

    person: Person
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Knocks:
    """The wrong tries of one stranger within a day."""

    tries: int
    since: datetime
    paused_until: datetime | None = None


class Missing(StrEnum):
    NAME = "name"
    NUMBER = "number"


class Why(StrEnum):
    """For our own record only; the stranger hears one and the same sentence."""

    UNKNOWN = "unknown"
    SEVERAL = "several"
    TAKEN = "taken"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Bound:
    person: Person


@dataclass(frozen=True, slots=True)
class Ask:
    """Something of the claim is missing. Costs no try, and looks at no list."""

    missing: Missing


@dataclass(frozen=True, slots=True)
class Paused:
    """Too many wrong tries. ``knocks`` is set when this very try was one too many: tell an administrator."""

    until: datetime
    knocks: Knocks | None = None


@dataclass(frozen=True, slots=True)
class NoMatch:
    knocks: Knocks
    why: Why


Decision = Bound | Ask | Paused | NoMatch


def claim(text: str) -> Claim:
    """What 「绑定 王芳 2301001」「王芳，护理2301，0417」「王芳2301001」 claim."""
    plain = unicodedata.normalize("NFKC", text).strip()
    words = [word for word in map(tidy, _SEPARATOR.split(_LABEL.sub(" ", _COMMAND.sub("", plain)))) if word]
    if words and (joined := _JOINED.fullmatch(words[0])):
        words = [joined[1], joined[2], *words[1:]]
    name, number, units = "", "", list[str]()
    for word in words:
        if _NUMBER.fullmatch(word):
            number = number or tidy_code(word)
        elif not name or (name.isascii() and word.isascii() and not units and not number):
            name = f"{name} {word}".strip()
        else:
            units.append(word)
    return Claim(name, number, tidy_unit("/".join(units)))


def introduces(text: str) -> bool:
    """Is this nothing but a name and a number, as who was asked for them answers without the word 绑定?"""
    return _INTRODUCED.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def decide(said: Claim, candidates: Sequence[Candidate], knocks: Knocks | None, now: datetime) -> Decision:
    """Bind when name and 编号 agree, or name, class and the end of the 编号 fit one person alone."""
    if knocks and knocks.paused_until and knocks.paused_until > now:
        return Paused(knocks.paused_until)
    if not said.name:
        return Ask(Missing.NAME)
    if not said.number:
        return Ask(Missing.NUMBER)
    fitting = [one for one in candidates if one.person.left_at is None and _fits(said, one.person)]
    if len(fitting) != 1:
        return _wrong(Why.SEVERAL if fitting else Why.UNKNOWN, knocks, now)
    only = fitting[0]
    if only.taken:
        return _wrong(Why.TAKEN, knocks, now)
    if not may_bind(only.person):
        return _wrong(Why.CONSENT, knocks, now)
    return Bound(only.person)


def may_bind(person: Person) -> bool:
    """Pupils of 小学 and 初中 only with a guardian's consent on record (design 4.13)."""
    return person.kind is not PersonKind.STUDENT or person.stage not in CHILDREN or person.consent


def _fits(said: Claim, person: Person) -> bool:
    if not same_name(said.name, person.name):
        return False
    code, number = person.code.casefold(), said.number.casefold()
    if code == number:
        return True
    if len(number) < TAIL or not code.endswith(number):
        return False
    return bool(said.unit) and _in_unit(said.unit, person.unit)


def _in_unit(said: str, unit: str) -> bool:
    """Every part that was said is a part of the path, the last one among them."""
    parts = unit.split("/")
    return leaf(unit) in said.split("/") and all(part in parts for part in said.split("/"))


def _wrong(why: Why, knocks: Knocks | None, now: datetime) -> NoMatch | Paused:
    fresh = knocks is None or now - knocks.since >= PAUSE or knocks.paused_until is not None
    counted = Knocks(1, now) if fresh or knocks is None else Knocks(knocks.tries + 1, knocks.since)
    if counted.tries < MAX_TRIES:
        return NoMatch(counted, why)
    return Paused(now + PAUSE, Knocks(counted.tries, counted.since, now + PAUSE))
