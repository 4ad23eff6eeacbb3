"""The one idea: a duty becomes an occurrence, an occurrence gives tasks, a task is closed by proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Do(StrEnum):
    """What the bot does when a duty falls due."""

    SEND = "send"
    QUIZ = "quiz"
    LETTER = "letter"
    CONFIRM = "confirm"
    FORWARD = "forward"
    REPORT = "report"
    TICK = "tick"


class Ask(StrEnum):
    """What closes a task of the duty."""

    NOTHING = "nothing"
    TAP = "tap"
    CONFIRM = "confirm"
    SIGN = "sign"
    FULL_MARKS = "full-marks"
    FORWARD = "forward"
    TICK = "tick"
    FILE = "file"


class ProofKind(StrEnum):
    """What is on record. Each ask has its own order of these; none is raised without a new proof."""

    OPENED = "opened"
    TAPPED = "tapped"
    STARTED = "started"
    MASTERED = "mastered"
    SAID = "said"
    LINK_OPENED = "link-opened"
    CONFIRMED = "confirmed"
    SIGNED = "signed"
    TICKED = "ticked"
    FILED = "filed"
    PLATFORM = "platform"  # the platform itself reported it: a follow event, a send result
    CHECKED = "checked"  # a person looked: paper, telephone, visit
    DECLINED = "declined"  # 暂不: on record, and never asked again; stands on no ladder


@dataclass(frozen=True, slots=True)
class Ladder:
    """The kinds of proof for one ask, weakest first, and the one from which the task is done."""

    kinds: tuple[ProofKind, ...]
    done: ProofKind | None

    def tier(self, kind: ProofKind) -> int:
        """1 for the weakest; 0 for what stands on no ladder."""
        return self.kinds.index(kind) + 1 if kind in self.kinds else 0

    @property
    def done_tier(self) -> int:
        return self.tier(self.done) if self.done else 0


_P = ProofKind
LADDERS: Final[dict[Ask, Ladder]] = {
    Ask.NOTHING: Ladder((_P.OPENED, _P.TAPPED), None),
    Ask.TAP: Ladder((_P.OPENED, _P.TAPPED, _P.CHECKED), _P.TAPPED),
    Ask.CONFIRM: Ladder((_P.OPENED, _P.CONFIRMED, _P.SIGNED, _P.PLATFORM, _P.CHECKED), _P.CONFIRMED),
    Ask.SIGN: Ladder((_P.OPENED, _P.CONFIRMED, _P.SIGNED, _P.CHECKED), _P.SIGNED),
    Ask.FULL_MARKS: Ladder((_P.STARTED, _P.MASTERED, _P.SIGNED, _P.CHECKED), _P.SIGNED),
    Ask.FORWARD: Ladder((_P.SAID, _P.LINK_OPENED, _P.PLATFORM, _P.CHECKED), _P.SAID),
    Ask.TICK: Ladder((_P.TICKED, _P.CHECKED), _P.TICKED),
    Ask.FILE: Ladder((_P.FILED, _P.CHECKED), _P.FILED),
}


# What people answer to each of the three voluntary things, by the guide the duty sends.
CONFIRM_WORDS: Final = {"guide-app": "已安装", "guide-account": "已关注", "guide-overseas": "已开启"}


class OccurrenceState(StrEnum):
    ASKED = "asked"  # by /push or the command line; the ticker gives out its tasks
    OPEN = "open"
    WAITING = "waiting"  # for the second person's approval
    PAUSED = "paused"
    STOPPED = "stopped"
    SKIPPED = "skipped"  # too late to catch up; visible, with the reason


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A duty at its planned time; people see it as a campaign. ``id`` is ``duty@planned-time``."""

    id: str
    duty: str
    pack: str
    title: str
    unit: str
    do: Do
    what: str
    ask: Ask
    planned_at: datetime
    due_at: datetime | None
    remind: int
    state: OccurrenceState
    clause: tuple[str, ...] = ()
    material: str = ""  # id of the material or blueprint that was chosen
    launched_at: datetime | None = None
    reason: str = ""

    @property
    def ladder(self) -> Ladder:
        return LADDERS[self.ask]

    def material_for(self, audience: str) -> str:
        """The text chosen for an audience: ``material`` is one id, or ``大学=college-12;教职工=staff-12``."""
        if "=" not in self.material:
            return self.material
        chosen = dict(part.split("=", 1) for part in self.material.split(";"))
        return chosen.get(audience, "")


@dataclass(frozen=True, slots=True)
class Task:
    """One person's part of an occurrence; ``about`` is the child a guardian's task is about, else 0.

    Of a family without a guardian on the roster the child stands for it: the task is theirs and about them,
    on their teacher's list, and nobody is sent or asked anything.
    """

    id: int
    occurrence: str
    person: int
    about: int
    unit: str
    tier: int = 0
    told_at: datetime | None = None
    settled_at: datetime | None = None
    declined: bool = False
    exempt: str = ""
    reminded: int = 0
    due_at: datetime | None = None

    @property
    def unguarded(self) -> bool:
        return self.person == self.about


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of the record. ``by`` is the person who acted; ``via`` is chat, card, page, event, paper."""

    task: int
    kind: ProofKind
    at: datetime
    by: int
    via: str
    reason: str = ""
    detail: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raised:
    """What a proof does to its task."""

    tier: int
    settled: bool
    declined: bool


def raised(task: Task, ladder: Ladder, kind: ProofKind) -> Raised | None:
    """The task after this proof; ``None`` when it says nothing new (a weaker or equal proof)."""
    if kind is ProofKind.DECLINED:
        if task.settled_at or task.declined:
            return None
        return Raised(task.tier, settled=True, declined=True)
    tier = ladder.tier(kind)
    if tier <= task.tier:
        return None
    done = bool(ladder.done_tier) and tier >= ladder.done_tier
    # Who said 暂不 and then looks at the page has still said 暂不.
    return Raised(tier, settled=done or task.settled_at is not None, declined=task.declined and not done)


MAX_REMINDERS: Final = 2


def may_remind(task: Task, allowed: int, last: datetime | None, now: datetime, gap: timedelta) -> bool:
    """At most two reminders for a task whatever the duty says, never after 暂不, with a decent gap."""
    if task.settled_at or task.declined or task.exempt or task.reminded >= min(allowed, MAX_REMINDERS):
        return False
    return last is None or now - last >= gap
