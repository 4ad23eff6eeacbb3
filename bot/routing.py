"""Routers: plain functions in an ordered tuple; the first that does not answer ``None`` wins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Final

from bot.messages import Inbound, Kind, Say
from bot.people.rules import Person, PersonKind, RoleName
from bot.people.spelling import simple
from bot.school import School
from bot.work import Work

_SPACES: Final = re.compile(r"\s+")
_ENDS: Final = ",。!;~"  # after NFKC; a word spoken to the telephone comes with a full stop
_WORD: Final = re.compile(rf"([^\s{_ENDS}]+)[\s{_ENDS}]*(.*)", re.DOTALL)
_SHAPES: Final = 1000  # events come from outside and may be anything


class Who(StrEnum):
    """To whom a route belongs; help shows only these, and the others never get to the function."""

    EVERYONE = "everyone"
    STRANGER = "stranger"
    KNOWN = "known"
    TEACHER = "teacher"
    ADMIN = "admin"
    PARENT = "parent"
    DUTY = "duty"
    APPROVER = "approver"


@dataclass(slots=True)
class Turn:
    """One message and everything a handler may use. ``word`` is tidy, ``rest`` what follows the command."""

    inbound: Inbound
    person: Person | None
    address: str
    word: str
    rest: str
    tapped: bool  # a card was tapped: the answer may be another card
    work: Work
    school: School
    now: datetime
    rng: Random

    @property
    def someone(self) -> Person:
        """The person; only for routes that strangers do not reach."""
        assert self.person is not None
        return self.person

    @property
    def via(self) -> str:
        """How the person acted, for the record of a proof."""
        return "card" if self.tapped else "chat"


Handler = Callable[[Turn], Awaitable[Say | None]]


@dataclass(frozen=True, slots=True)
class Route:
    router: str
    who: Who
    handler: Handler
    words: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    cards: str = ""  # prefix of the task_id of cards that belong here
    any_text: bool = False
    any_kind: bool = False
    help: str = ""
    private_word: bool = False

    def takes(self, turn: Turn) -> bool:
        inbound = turn.inbound
        if self.cards:
            return inbound.card_task.startswith(self.cards + "-")
        if inbound.card_task:
            return False
        if self.events:
            return inbound.kind is Kind.EVENT and inbound.event in self.events
        if self.words:
            return turn.word in self.words
        if self.any_kind:
            return True
        return self.any_text and inbound.kind is Kind.TEXT


def allowed(who: Who, person: Person | None) -> bool:
    match who:
        case Who.EVERYONE:
            return True
        case Who.STRANGER:
            return person is None
        case Who.KNOWN:
            return person is not None
        case Who.TEACHER:
            return person is not None and person.is_teacher
        case Who.ADMIN:
            return person is not None and person.is_admin
        case Who.PARENT:
            return person is not None and person.kind is PersonKind.PARENT
        case Who.DUTY:
            return person is not None and person.has(RoleName.DUTY)
        case Who.APPROVER:
            return person is not None and (person.is_admin or person.has(RoleName.APPROVER))


@dataclass(slots=True)
class Router:
    """The routes of one conversation, in the order in which they are tried."""

    name: str
    routes: list[Route] = field(default_factory=list)

    def says(self, *words: str, who: Who = Who.KNOWN, help: str = "") -> Callable[[Handler], Handler]:
        """A command word, alone or followed by a space and more."""
        if not words or any(tidy(w) != w for w in words):
            raise ValueError(f"{self.name}: command words are given tidy: {words}")
        return self._add(lambda h: Route(self.name, who, h, words=words, help=help))

    def event(self, *events: str, who: Who = Who.EVERYONE) -> Callable[[Handler], Handler]:
        return self._add(lambda h: Route(self.name, who, h, events=events))

    def taps(self, prefix: str, who: Who = Who.KNOWN) -> Callable[[Handler], Handler]:
        """A tapped card whose key begins with ``prefix-``; the prefix itself has no dash."""
        return self._add(lambda h: Route(self.name, who, h, cards=prefix))

    def text(self, who: Who = Who.KNOWN) -> Callable[[Handler], Handler]:
        """Any text; answer ``None`` to pass it on."""
        return self._add(lambda h: Route(self.name, who, h, any_text=True))

    def anything(self, who: Who = Who.EVERYONE) -> Callable[[Handler], Handler]:
        """Every kind of message, pictures included."""
        return self._add(lambda h: Route(self.name, who, h, any_kind=True))

    def _add(self, make: Callable[[Handler], Route]) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes.append(make(handler))
            return handler

        return register


def tidy(text: str) -> str:
    """Full-width, case, spaces and a leading slash make no difference."""
    plain = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()
    return plain.removeprefix("/").strip()


def split_command(text: str) -> tuple[str, str]:
    """The first word, tidy and in simplified characters, and what follows it as it was written.

    A mark behind the word ends it: 「已阅，谢谢老师」 is 已阅.
    """
    plain = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    plain = plain.removeprefix("/").strip()
    found = _WORD.fullmatch(plain)
    word, rest = (found[1], found[2]) if found else (plain, "")
    return simple(word.rstrip(".?") or word).casefold(), rest.strip()


async def dispatch(routers: Sequence[Router], turn: Turn) -> Say | None:
    """The first answer that is not ``None``; ``None`` when nobody wanted the message."""
    for route in _TABLE.takers(routers, turn):
        if allowed(route.who, turn.person):
            say = await route.handler(turn)
            if say is not None:
                return say
    return None


class _Table:
    """For each shape of message the routes that take it. ``Route.takes`` looks at nothing but the shape."""

    def __init__(self) -> None:
        self._routers: Sequence[Router] = ()
        self._words: frozenset[str] = frozenset()
        self._found: dict[tuple[Kind, str, str, str | None], list[Route]] = {}

    def takers(self, routers: Sequence[Router], turn: Turn) -> list[Route]:
        if routers is not self._routers:
            routes = [route for router in routers for route in router.routes]
            self._routers, self._found = routers, {}
            self._words = frozenset(word for route in routes for word in route.words)
        inbound = turn.inbound
        word = turn.word if turn.word in self._words else ""
        card = inbound.card_task.partition("-")[0] if inbound.card_task else None
        shape = (inbound.kind, word, inbound.event, card)
        found = self._found.get(shape)
        if found is None:
            found = [route for router in routers for route in router.routes if route.takes(turn)]
            if len(self._found) < _SHAPES:
                self._found[shape] = found
        return found


_TABLE: Final = _Table()
