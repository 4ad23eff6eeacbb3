"""Sent messages and their cards: task ids, response codes, and whose bubble is whose (94888)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulator.bubble import Bubble
from bot.simulator.clock import Clock

CODE_LIFE = timedelta(hours=72)


@dataclass(slots=True)
class Sent:
    """``app`` is ``corp|agent``; ``bubbles`` by userid, without the members whose copy was dropped."""

    app: str
    at: datetime
    members: frozenset[str]
    bubbles: dict[str, Bubble]
    recalled: bool = False


@dataclass(slots=True)
class Code:
    app: str
    message: str
    members: frozenset[str]
    expires_at: datetime
    used: bool = False


class CardBook:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[tuple[str, str]] = set()
        self._codes: dict[str, Code] = {}
        self._requests: dict[str, datetime] = {}
        self.sent: dict[str, Sent] = {}

    def keep(self, app: str, members: Iterable[str], bubbles: dict[str, Bubble]) -> str:
        """A new message id."""
        message = secrets.token_urlsafe(24)
        self.sent[message] = Sent(app, self._clock(), frozenset(members), bubbles)
        for bubble in bubbles.values():
            bubble.message = message
        return message

    def claim_task(self, app: str, task_id: str) -> bool:
        """Whether the task id is new in this app; it is taken from now on."""
        if (app, task_id) in self._tasks:
            return False
        self._tasks.add((app, task_id))
        return True

    def task_known(self, app: str, task_id: str) -> bool:
        return (app, task_id) in self._tasks

    def code(self, app: str, message: str, members: Iterable[str]) -> str:
        """A fresh response code: one use within 72 hours."""
        code = secrets.token_urlsafe(32)
        self._codes[code] = Code(app, message, frozenset(members), self._clock() + CODE_LIFE)
        return code

    def find(self, code: str) -> Code | None:
        """None when unknown, used or expired."""
        found = self._codes.get(code)
        return found if found and not found.used and found.expires_at > self._clock() else None

    def repeated(self, request: str, seconds: int) -> bool:
        """Whether an identical request was accepted within the window."""
        before = self._requests.get(request)
        return before is not None and self._clock() < before + timedelta(seconds=seconds)

    def remember(self, request: str) -> None:
        self._requests[request] = self._clock()
