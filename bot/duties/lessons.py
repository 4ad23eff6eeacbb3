"""Lesson hours of 小学, 初中 and 高中: pure times of a school day, as the clock in China shows them.

A class break of the calendar is no lesson for BREAK from its beginning. 大学 has no lesson hours: its
timetables differ from person to person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final

from bot.people.rules import Stage

BREAK: Final = timedelta(minutes=20)
PUPILS: Final = (Stage.PRIMARY, Stage.JUNIOR, Stage.SENIOR)


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``first`` until before ``last`` of the same day."""

    first: time
    last: time

    def __contains__(self, at: time) -> bool:
        return self.first <= at < self.last

    def __str__(self) -> str:
        return f"{self.first:%H:%M}-{self.last:%H:%M}"


Timetable = Mapping[Stage, Sequence[Hours]]

# Where schedules.yaml says nothing. The earliest lesson is 08:20 for 小学 and 08:00 above; the ends are ours.
USUAL: Final[Timetable] = {
    Stage.PRIMARY: (Hours(time(8, 20), time(11, 40)), Hours(time(14), time(15, 50))),
    Stage.JUNIOR: (Hours(time(8), time(11, 50)), Hours(time(14), time(16, 50))),
    Stage.SENIOR: (Hours(time(8), time(12)), Hours(time(14), time(17, 30))),
}


def lesson_end(hours: Sequence[Hours], breaks: Sequence[time], at: time) -> time | None:
    """Until when the lesson at ``at`` runs: the next class break or the end; ``None``: there is no lesson."""
    running = next((stretch for stretch in hours if at in stretch), None)
    if running is None or any(begins <= at < _end(begins) for begins in breaks):
        return None
    return min([begins for begins in breaks if at < begins < running.last], default=running.last)


def in_order(hours: Sequence[Hours]) -> bool:
    """Each ends after it begins, and before the next one begins."""
    forward = all(stretch.first < stretch.last for stretch in hours)
    return forward and all(one.last <= other.first for one, other in pairwise(hours))


def _end(begins: time) -> time:
    """Of a break, on its own day."""
    end = datetime.combine(datetime.min, begins) + BREAK
    return end.time() if end.date() == datetime.min.date() else time.max
