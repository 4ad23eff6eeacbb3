"""Calls with a clock, cases with a number, visits on days; who may know of them. No clock, no store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from bot.people.rules import Person, RoleName, in_scope

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
STALE: Final = timedelta(hours=12)  # an unanswered call so old is over; the next cry for help is a new one
FORGOTTEN: Final = timedelta(days=7)  # a call without an outcome after so long is closed without one
ASK_RESULT: Final = timedelta(hours=1)  # after the first contact: what came of it?
AGAIN: Final = timedelta(minutes=5)  # a second cry reaches the same teacher at most so often
VISIT_DAYS: Final = (3, 14, 60)
MORNING: Final = time(7, 50)
REMINDERS: Final = 2  # of a visit; after them it is the next person's
MOST_MONEY: Final = 100_000_000_00  # fen; more is a slip of the keyboard
_MONEY: Final = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,4}))?\s*(万)?\s*元?")


class CallKind(StrEnum):
    SOS = "sos"  # the person said 被骗
    POLICE = "police"  # a warning of the local anti-fraud centre


class State(StrEnum):
    """What the person said of the moment; a warning of the police says nothing of it."""

    UNPAID = "未转账"
    TALKING = "正在通话"
    PAID = "已转账"
    UNKNOWN = ""


class Outcome(StrEnum):
    DISSUADED = "未转账已劝阻"
    REPORTED = "已转账已报警"
    FALSE_ALARM = "误报"
    POLICE = "转警方"
    NONE = "无结果"  # nobody wrote down what came of it; never chosen by hand


CHOSEN: Final = (Outcome.DISSUADED, Outcome.REPORTED, Outcome.FALSE_ALARM, Outcome.POLICE)


class Level(StrEnum):
    """How urgent the centre calls its warning."""

    HIGH = "高危"
    MIDDLE = "中危"
    LOW = "低危"


class FraudKind(StrEnum):
    """The ten frequent types, and the rest."""

    BRUSHING = "刷单返利"
    INVESTMENT = "虚假投资理财"
    SERVICE = "冒充电商物流客服"
    LOAN = "虚假贷款"
    CREDIT = "虚假征信"
    SHOPPING = "虚假购物服务"
    ACQUAINTANCE = "冒充领导熟人"
    GAME = "游戏产品虚假交易"
    OFFICIAL = "冒充公检法"
    BLACKMAIL = "裸聊敲诈"
    OTHER = "其他"


class Channel(StrEnum):
    """Where the fraud began."""

    TELEPHONE = "电话"
    SHORT_MESSAGE = "短信"
    SOCIAL = "社交软件"
    GROUP = "群聊"
    VIDEO = "短视频直播"
    GAME = "游戏"
    SHOP = "购物平台"
    FACE = "当面"
    OTHER = "其他"


class NoteKind(StrEnum):
    VISIT = "回访"
    CARE = "关怀"
    OTHER = "记事"


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody may be losing money now. ``person`` is gone some weeks after the end, the times stay.

    ``rung`` counts the rings of people told so far; ``next_at`` is when the next ring is told, if nobody
    answers.
    """

    id: int
    kind: CallKind
    person: int | None
    unit: str
    received_at: datetime
    state: State = State.UNKNOWN
    level: str = ""
    reported: bool = False  # the person says that they have called the police
    contacted_at: datetime | None = None
    contacted_by: int | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    rung: int = 0
    next_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def ref(self) -> str:
        """Four digits that tell one open call from another in a chat."""
        return f"{self.id % 10000:04}"

    @property
    def minutes(self) -> int | None:
        """Whole minutes to the first contact."""
        return None if self.contacted_at is None else _minutes(self.received_at, self.contacted_at)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger says of a case. Money in fen; ``None`` is not known, not nothing."""

    kind: FraudKind
    day: date
    channel: Channel
    lost: int | None
    prevented: int | None
    police: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the facts; ``why`` is sealed in the store and opened for those who may know."""

    number: int
    at: datetime
    by: int
    facts: Facts
    why: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One day of the follow-up calendar. A person goes and talks; the victim never hears from us."""

    day: int
    at: datetime
    holder: int | None
    reminded: int = 0
    reminded_at: datetime | None = None
    done_at: datetime | None = None
    done_by: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    at: datetime
    by: int
    kind: NoteKind
    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """A text made of a case without its people; ``approved_at``: it may be used."""

    id: int
    text: str
    at: datetime
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """A line of the ledger; ``number`` is 2026-001."""

    id: int
    year: int
    seq: int
    unit: str
    victim: int | None
    responsible: int | None
    opened_at: datetime
    opened_by: int
    call: int | None = None
    closed_at: datetime | None = None
    referred_at: datetime | None = None

    @property
    def number(self) -> str:
        return case_number(self.year, self.seq)


@dataclass(frozen=True, slots=True)
class Whole:
    """A case with everything that is kept about it."""

    case: Case
    versions: tuple[Version, ...]
    visits: tuple[Visit, ...]
    notes: tuple[Note, ...] = ()
    cards: tuple[Card, ...] = ()

    @property
    def facts(self) -> Facts:
        return self.versions[-1].facts


def case_number(year: int, seq: int) -> str:
    return f"{year}-{seq:03}"


def handles(person: Person) -> bool:
    """Is dealing with calls and cases this person's work?"""
    return person.has(RoleName.DUTY) or in_scope("", person.units(RoleName.ADMIN))


def duty_units(person: Person) -> tuple[str, ...]:
    """The units whose calls and cases this person may know of."""
    if in_scope("", person.units(RoleName.ADMIN)):
        return ("",)
    return person.units(RoleName.DUTY)


def may_know(person: Person, unit: str, victim: int | None) -> bool:
    """On duty for the unit, or administrator of the whole school; nobody deals with their own case."""
    return person.id != victim and in_scope(unit, duty_units(person))


def worse(old: State, new: State) -> bool:
    """Has something happened that the people on duty must hear at once?"""
    order = (State.UNKNOWN, State.UNPAID, State.TALKING, State.PAID)
    return order.index(new) > order.index(old)


def next_ring(rings: Iterable[Sequence[Person]], told: Iterable[int]) -> list[list[Person]]:
    """Of the rings, nearest first, whom nobody has told yet; each person once, no empty ring."""
    known, left = set(told), []
    for ring in rings:
        fresh = [person for person in ring if person.id not in known]
        known.update(person.id for person in fresh)
        if fresh:
            left.append(fresh)
    return left


def visit_days(what: str) -> tuple[int, ...]:
    """The days in ``follow-up 3 14 60``, the ``what`` of a duty; the usual ones where it names none."""
    days = sorted({int(word) for word in what.split()[1:] if word.isascii() and word.isdigit()} - {0})
    return tuple(day for day in days if day <= 366) or VISIT_DAYS


def visits_of(opened_at: datetime, days: Iterable[int]) -> list[tuple[int, datetime]]:
    """(day, the morning on which it is due), counted from the day on which the case was opened."""
    first = opened_at.astimezone(SHANGHAI).date()
    return [(day, datetime.combine(first + timedelta(days=day), MORNING, SHANGHAI)) for day in days]


def money(text: str) -> int | None:
    """Fen of ``3200``, ``3,200.50 元``, ``1.2万``; ``None`` of nothing. Raises ValueError."""
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    found = _MONEY.fullmatch(plain)
    if found is None:
        raise ValueError(f"{text!r} is no amount of money")
    unit = 1_000_000 if found[3] else 100
    fraction = (found[2] or "").ljust(4, "0")
    # Parts of a fen do not exist, so an amount with them is a slip.
    small, rest = divmod(int(fraction) * unit, 10_000)
    fen = int(found[1]) * unit + small
    if rest or fen > MOST_MONEY:
        raise ValueError(f"{text!r} is no amount of money")
    return fen


def yuan(fen: int) -> str:
    """``3,200`` or ``3,200.50``, without the unit."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}" if rest else f"{whole:,}"


def _minutes(since: datetime, until: datetime) -> int:
    return max(0, int((until - since) / timedelta(minutes=1)))
