"""Who has not done what they must, as values: counts for any number of people, lines for some."""

from __future__ import annotations

from dataclasses import dataclass

from bot.duties.rules import Occurrence, Task
from bot.people.rules import Stage


@dataclass(frozen=True, slots=True)
class Behind:
    """What is open in some units: people of each unit, and of each campaign there.

    Of a unit everybody is counted once, of a campaign the newest comes first, units are in the order of the
    roster.
    """

    units: dict[str, int]
    campaigns: list[tuple[Occurrence, dict[str, int]]]

    @property
    def people(self) -> int:
        return sum(self.units.values())

    @property
    def sums(self) -> list[tuple[str, int]]:
        """How many people are behind with each campaign."""
        return [(one.title, sum(counts.values())) for one, counts in self.campaigns]


@dataclass(frozen=True, slots=True)
class OpenLine:
    """Somebody who is behind with a campaign, and whose tasks these are: their own, or their guardians'.

    ``unguarded``: the roster knows no guardian who could be told.
    """

    occurrence: str
    unit: str
    code: str
    name: str
    people: tuple[int, ...]
    unguarded: bool = False


@dataclass(frozen=True, slots=True)
class Pupils:
    """Pupils of one 学段 of a class who have a test to do; how many of them have no account of ours."""

    occurrence: Occurrence
    unit: str
    stage: Stage
    people: int
    without_account: int


@dataclass(frozen=True, slots=True)
class OfClass:
    """Who is behind with a campaign in a class, and the one task that stands for them: their own, or that of
    a guardian, which closes the others'.
    """

    task: Task
    occurrence: Occurrence
    code: str
    name: str
    stage: Stage | None
