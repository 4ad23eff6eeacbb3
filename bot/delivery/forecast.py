"""What sending would mean: who, how, from when to when, of which quotas, and how much of people's time. Pure.

The readings are counted in the database (store_forecast.py); everything here follows from them and the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from bot.delivery.rules import IN_FLIGHT, SPREAD_FROM, SPREAD_SECONDS, period
from bot.duties.lessons import PUPILS
from bot.duties.plan_values import MINUTE, ZONE, Cap, Duty, Plan
from bot.duties.rules import Ask, Do
from bot.duties.starting import start_of
from bot.messages import Realm
from bot.people.rules import PersonKind, Stage

# Ours, on the slow side: 300 characters a minute, and what an act takes once one has read.
CHARACTERS_A_SECOND: Final = 5
ACT_SECONDS: Final[Mapping[Ask, int]] = {
    Ask.TAP: 5,
    Ask.CONFIRM: 5,
    Ask.SIGN: 20,
    Ask.FULL_MARKS: 20,
    Ask.FORWARD: 60,
    Ask.TICK: 5,
    Ask.FILE: 60,
}
QUESTION_SECONDS: Final = 24  # fifteen questions take about six minutes
USUAL_CALL: Final = timedelta(seconds=0.5)  # where an account has not sent lately
_SPREAD: Final = timedelta(seconds=SPREAD_SECONDS)
_FASTEST: Final = timedelta(seconds=0.05)
_KEPT: Final = (Do.LETTER, Do.QUIZ)  # what 少发 keeps
_STEPS: Final = 3 * 1440  # minutes looked ahead for quiet hours in the middle of a campaign


@dataclass(frozen=True, slots=True)
class Way:
    """An account and the id space in which it reaches people; ``line`` is what it draws on."""

    account: str
    realm: Realm
    line: str
    batch: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many people who are alike; ``way`` is the place of the first way that reaches them."""

    kind: PersonKind
    stage: Stage | None
    way: int | None
    less: bool
    exempt: bool
    people: int

    @property
    def word(self) -> str:
        """The audience word of texts for them."""
        if self.kind is PersonKind.STUDENT:
            return str(self.stage or Stage.COLLEGE)
        if self.kind is PersonKind.PARENT:
            return f"{self.kind}/{self.stage or Stage.COLLEGE}"
        return str(self.kind)


@dataclass(frozen=True, slots=True)
class Readings:
    """What was counted at ``now``. ``shares`` and ``used`` may be of a sample; ``kinds`` never is.

    ``used``: how many people of a kind have had so many routine messages in the running period of their cap.
    ``seconds``: what reading and acting takes for each audience word. ``calls``: how long a call of an
    account took lately. ``files``: the names of what comes with the text of each audience word.
    """

    now: datetime
    kinds: Mapping[PersonKind, int]
    ways: Sequence[Way]
    shares: Sequence[Share]
    used: Mapping[PersonKind, Mapping[int, int]]
    seconds: Mapping[str, int]
    calls: Mapping[str, timedelta]
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unguarded: int = 0  # children of whom the roster knows no guardian: nobody's to send to

    @property
    def about(self) -> bool:
        """Were only some of the people looked at?"""
        return sum(share.people for share in self.shares) < sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class Room:
    """What a line holds for routine messages in the window of the sending, and in a fresh one."""

    line: str
    length: timedelta
    left: int
    whole: int


@dataclass(frozen=True, slots=True)
class Draw:
    """``messages`` of a way's line, more than people where files come with them; ``later``: for how many
    people the day is too short.
    """

    way: Way
    people: int
    messages: int
    left: int | None
    later: int = 0


@dataclass(frozen=True, slots=True)
class CapUse:
    """For most of a kind this is the ``number``-th message of their period; ``full`` have had enough."""

    kind: PersonKind
    cap: Cap
    number: int
    full: int


@dataclass(frozen=True, slots=True)
class Forecast:
    kinds: Mapping[PersonKind, int]
    draws: tuple[Draw, ...]
    nowhere: int
    less: int
    exempt: int
    caps: tuple[CapUse, ...]
    start: datetime
    through: datetime
    waiting: int  # pupils in a lesson at the start
    reading: timedelta
    about: bool
    approve: int
    files: tuple[str, ...] = ()
    unguarded: int = 0

    @property
    def people(self) -> int:
        return sum(self.kinds.values())

    @property
    def meant(self) -> int:
        """With the families that only their teacher can tell."""
        return self.people + self.unguarded


def reading_seconds(characters: int, ask: Ask, questions: int = 0) -> int:
    """Seconds of one person's time."""
    return ceil(characters / CHARACTERS_A_SECOND) + ACT_SECONDS.get(ask, 0) + questions * QUESTION_SECONDS


def foretell(
    plan: Plan, pack: str, duty: Duty, found: Readings, rooms: Mapping[int, Sequence[Room]], at: datetime
) -> Forecast:
    """What happens if the duty is sent at ``at``; ``rooms`` are the lines of each way, by its place."""
    scale = _scale(found)
    fewer = duty.do not in _KEPT
    sent: dict[int, float] = {}
    enclosed: dict[int, float] = {}
    names: dict[str, None] = {}
    counts = {"nowhere": 0.0, "less": 0.0, "exempt": 0.0}
    reading = 0.0
    for share in found.shares:
        people = share.people * scale[share.kind]
        if share.exempt:
            counts["exempt"] += people
        elif share.way is None:
            counts["nowhere"] += people
        elif share.less and fewer:
            counts["less"] += people
        else:
            sent[share.way] = sent.get(share.way, 0.0) + people
            files = found.files.get(share.word, ())
            names |= dict.fromkeys(files)
            if found.ways[share.way].realm is not Realm.OPENID:
                enclosed[share.way] = enclosed.get(share.way, 0.0) + people * len(files)
            reading += people * found.seconds.get(share.word, found.seconds.get(share.kind, 0))
    start, last, waiting = _starts(plan, pack, duty, found, at)
    draws = [
        _draw(found.ways[way], round(sent[way]), round(enclosed.get(way, 0)), rooms.get(way, ()))
        for way in sorted(sent)
    ]
    lasting = _SPREAD if sum(found.kinds.values()) > SPREAD_FROM else timedelta()
    for draw in draws:
        lasting = max(lasting, _lasting(draw, rooms, found))
    through = _through(plan, last, lasting)
    for draw in draws:
        through = max(through, _days(plan, draw, rooms, found, through))
    return Forecast(
        kinds={kind: count for kind, count in found.kinds.items() if count},
        draws=tuple(draws),
        nowhere=round(counts["nowhere"]),
        less=round(counts["less"]),
        exempt=round(counts["exempt"]),
        caps=() if duty.digest else tuple(_caps(plan, found, at)),
        start=start,
        through=through,
        waiting=waiting,
        reading=timedelta(seconds=round(reading)),
        about=found.about,
        approve=duty.approve,
        files=tuple(names),
        unguarded=found.unguarded,
    )


def _scale(found: Readings) -> Mapping[PersonKind, float]:
    """How many people one of the sample stands for."""
    seen: dict[PersonKind, int] = {}
    for share in found.shares:
        seen[share.kind] = seen.get(share.kind, 0) + share.people
    return {kind: found.kinds.get(kind, 0) / count for kind, count in seen.items() if count}


def _starts(
    plan: Plan, pack: str, duty: Duty, found: Readings, at: datetime
) -> tuple[datetime, datetime, int]:
    """When the first and the last of the audience may be written to, and how many wait for a lesson's end."""
    scale, moments, waiting = _scale(found), [], 0.0
    everybody = start_of(plan, pack, duty, at)
    for share in found.shares:
        start = everybody
        if share.kind is PersonKind.STUDENT and share.stage in PUPILS:
            start = max(everybody, plan.free_from(everybody, [share.stage]))
            waiting += share.people * scale[share.kind] if start > everybody else 0
        moments.append(start)
    return min(moments, default=everybody), max(moments, default=everybody), round(waiting)


def _draw(way: Way, people: int, files: int, rooms: Sequence[Room]) -> Draw:
    day = next((room for room in rooms if room.length >= timedelta(days=1)), None)
    messages = people + files
    if day is None:
        return Draw(way, people, messages, None)
    return Draw(way, people, messages, day.left, min(max(messages - day.left, 0), people))


def _lasting(draw: Draw, rooms: Mapping[int, Sequence[Room]], found: Readings) -> timedelta:
    """How long the calls of one way take: its pace, and its minute lines, of which two minutes share one."""
    amount = ceil((draw.people - draw.later) * draw.messages / max(draw.people, 1))
    calls = ceil(amount / draw.way.batch)
    call = max(found.calls.get(draw.way.account, USUAL_CALL), _FASTEST)
    lasting = calls * call / IN_FLIGHT
    for room in rooms.get(found.ways.index(draw.way), ()):
        if room.length == MINUTE and room.whole:
            drawn = draw.messages if room.line == draw.way.line else calls
            lasting = max(lasting, (ceil(drawn / room.whole) - 1) * 2 * MINUTE)
    return lasting


def _through(plan: Plan, start: datetime, lasting: timedelta) -> datetime:
    """The end of sending for so long, with a pause in quiet hours; at least a minute."""
    end, left = start, max(ceil(lasting / MINUTE), 1)
    for _ in range(_STEPS):
        if left <= 0:
            break
        end = plan.quiet_until(end) + MINUTE
        left -= 1
    return end


def _days(
    plan: Plan, draw: Draw, rooms: Mapping[int, Sequence[Room]], found: Readings, through: datetime
) -> datetime:
    """When the last of them is through where a day's quota is too small: a morning some days later."""
    day = next((r for r in rooms.get(found.ways.index(draw.way), ()) if r.length >= timedelta(days=1)), None)
    if day is None or not draw.later:
        return through
    days = ceil(draw.later / max(day.whole, 1))
    midnight = through.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return plan.quiet_until(midnight + timedelta(days=days)) + _SPREAD


def _caps(plan: Plan, found: Readings, at: datetime) -> list[CapUse]:
    """In a later period than the one that was looked at, everybody begins anew."""
    scale, uses = _scale(found), []
    for kind, cap in plan.caps.items():
        if not found.kinds.get(kind) or kind not in scale:
            continue
        used = found.used.get(kind, {}) if at < period(cap.per, found.now)[1] else {}
        looked = sum(used.values()) or 1
        full = sum(people for number, people in used.items() if number >= cap.count)
        open_ = {number: people for number, people in used.items() if number < cap.count}
        usual = max(open_, key=lambda number: (open_[number], -number)) if open_ else 0
        uses.append(CapUse(kind, cap, usual + 1, round(full * found.kinds[kind] / looked)))
    return uses
