"""What is kept about people beside the roster: contacts, exemptions, units with their 学段. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.messages import Address
from bot.people.rules import Person, Stage

EVERY_DUTY: Final = "*"


class How(StrEnum):
    """By what a contact came to belong to a person."""

    ROSTER = "roster"
    CHAT = "chat"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Contact:
    """A platform id we have met or were given, and what may be sent to it."""

    address: Address
    account: str
    person_id: int | None = None
    bound_at: datetime | None = None
    how: How | None = None
    followed_at: datetime | None = None
    unreachable: str = ""
    window_until: datetime | None = None
    window_left: int = 0
    last_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Who wrote: the contact, and the person it belongs to; ``None`` for a stranger."""

    contact: Contact
    person: Person | None


@dataclass(frozen=True, slots=True)
class Exemption:
    """``duty`` is a duty id, or ``*`` for all. In force from ``since`` until ``until``, if that is set.

    It holds for what guardians owe for this person as well.
    """

    id: int
    person_id: int
    duty: str
    reason: str
    since: datetime
    until: datetime | None = None
    allowed_by: int | None = None

    def holds(self, duty: str, now: datetime) -> bool:
        in_force = self.since <= now and (self.until is None or now < self.until)
        return in_force and self.duty in (duty, EVERY_DUTY)


    def ended(self, duty: str, since: datetime, now: datetime) -> bool:
        """Did it hold for this duty at some time after ``since``, and does no longer?"""
        return self.until is not None and since < self.until <= now and self.duty in (duty, EVERY_DUTY)


@dataclass(frozen=True, slots=True)
class UnitHere:
    """A unit of the tree, how many active people are in it or below, and its 学段 where one was stated."""

    path: str
    stage: Stage | None
    people: int
