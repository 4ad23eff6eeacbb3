"""What is held in memory: bank, library, plan, and who we are. Replaced as a whole, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from bot.accounts import Accounts
from bot.duties.plan_values import ZONE, Plan
from bot.materials.rules import Library
from bot.people.rules import Stage
from bot.quiz.items import Bank


@dataclass(frozen=True, slots=True)
class School:
    """One deployment. ``key`` seals receipts and signs links; the two levels are those of a signature."""

    name: str
    bank: Bank
    library: Library
    plan: Plan
    accounts: Accounts
    key: bytes
    default_pack: str
    packs: Mapping[str, str]
    test_level: int = 1
    letter_level: int = 1
    duty_phone: str = ""
    duty_minutes: int = 10

    def term_start(self, now: datetime) -> datetime | None:
        """The first moment of the running term; ``None`` in a vacation."""
        term = self.plan.calendar.term_of(now.astimezone(ZONE).date())
        return None if term is None else datetime.combine(term.first, time.min, ZONE)

    def pack_of(self, unit: str) -> str:
        """The plan pack a unit works under: the nearest one up the tree."""
        best, depth = self.default_pack, -1
        for top, pack in self.packs.items():
            parts = len(top.split("/"))
            if (unit == top or unit.startswith(top + "/")) and parts > depth:
                best, depth = pack, parts
        return best


def audience_of(kind: str, stage: Stage | None) -> str:
    """The audience word of questions and materials for a person: a stage for students, else the kind."""
    if kind == "学生":
        return str(stage or Stage.COLLEGE)
    return kind
