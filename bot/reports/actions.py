"""Gathering what a document needs: used by the chat, the console, the schedule and the command line."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.cases.store import Cases
from bot.duties.plan_values import YEARS
from bot.errors import Refusal
from bot.people.rules import Person, leaf, masked
from bot.people.spelling import WHOLE_SCHOOL as WHOLE_WORDS
from bot.people.spelling import tidy
from bot.people.store import People
from bot.reports import wording_documents as wording
from bot.reports.bulletins import bulletin
from bot.reports.class_sheet import class_sheet
from bot.reports.documents import Document
from bot.reports.look_back import look_back
from bot.reports.records import Period
from bot.reports.rules import SHANGHAI, RedLine, ReportKind, parts
from bot.reports.store import Stats
from bot.reports.wording import WHOLE_SCHOOL

_GUARDED = RedLine()
_CASES_DOWN_TO = 1  # a class or grade is too few people to be told of its cases
_YEAR = timedelta(days=365)


def span(kind: ReportKind, now: datetime) -> tuple[datetime, datetime]:
    """The running period of a report in China: from its first midnight to now.

    At midnight after its last day a period is over, and the next one has not begun.
    """
    today = _midnight(now)
    inside = _midnight(now - timedelta(milliseconds=1))
    match kind:
        case ReportKind.WEEKLY:
            # From the same weekday: what goes out on a Friday after the bulletin is in the next one.
            first = today - timedelta(days=7)
        case ReportKind.MONTHLY:
            # From the same day of the month before: a report by the 25th covers 25 to 24 without a gap.
            before = today.replace(day=1) - timedelta(days=1)
            day = min(today.day, monthrange(before.year, before.month)[1])
            first = before.replace(day=day)
        case ReportKind.HALF_YEAR:
            first = inside.replace(month=1 if inside.month <= 6 else 7, day=1)
        case ReportKind.ANNUAL:
            first = inside.replace(month=1, day=1)
    return first, now


def _midnight(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


async def period_report(
    stats: Stats,
    school: str,
    kind: ReportKind,
    unit: str,
    since: datetime,
    until: datetime,
    now: datetime,
    red_line: RedLine = _GUARDED,
) -> Document:
    """A bulletin of a unit and what is right below it."""
    tallies = await stats.tallies(
        (unit,), occurrence=None, duty=None, depth=1, since=since, until=until, now=now
    )
    filings = await stats.filings((unit,), since, until)
    deadline = await stats.deadline(kind, since, until)
    known = before = None
    if parts(unit) <= _CASES_DOWN_TO:
        ledger = Cases(stats.tx)
        known = await ledger.record(unit, since, until)
        before = await ledger.record(unit, since - _YEAR, until - _YEAR)
    return bulletin(
        Period(
            kind, school, unit, since, until, now, tuple(tallies), tuple(filings), deadline, red_line,
            known, before,
        )
    )  # fmt: skip


async def sheet_report(stats: Stats, school: str, unit: str, campaign: str, now: datetime) -> Document:
    """The class sheet of one campaign. Raises Refusal when nobody of the unit takes part."""
    lines = await stats.sheet(campaign, unit)
    title = await stats.title(campaign)
    if not lines or title is None:
        raise Refusal(wording.unknown_campaign(campaign))
    return class_sheet(school, unit, title, lines, now)


async def past_report(
    stats: Stats,
    school: str,
    unit: str,
    since: datetime,
    until: datetime,
    now: datetime,
    person: Person | None = None,
    *,
    label: str = "",
    clock: Sequence[str] = (),
) -> Document:
    """The look-back pack of a unit, or of a person and the unit they belong to.

    ``label`` stands for the person instead of a masked name; ``clock`` tells how a case was dealt with.
    """
    tallies = await stats.tallies(
        (unit,), occurrence=None, duty=None, depth=0, since=since, until=until, now=now
    )
    lines = await stats.past(since, until, {t.occurrence: t for t in tallies}, person.id if person else None)
    where = leaf(unit) or WHOLE_SCHOOL
    who = f"{where} {label or masked(person.name, person.code)}" if person else where
    return look_back(school, who, lines, since, until, now, one_person=person is not None, clock=clock)


async def the_unit(people: People, text: str) -> str:
    """The path of the one unit a text names, empty for the whole school. Raises Refusal otherwise."""
    if not text or tidy(text) in WHOLE_WORDS:
        return ""
    found = await people.find_unit(text)
    if not found:
        raise Refusal(wording.unknown_unit(text))
    if len(found) > 1:
        raise Refusal(wording.ambiguous_unit(text, found))
    return found[0]


async def the_person(people: People, code: str) -> Person:
    """The person of a 编号, also one who has left. Raises Refusal."""
    person = await people.by_code(code)
    if person is None:
        raise Refusal(wording.unknown_person(code))
    return person


def moment_of(text: str, *, end: bool = False) -> datetime:
    """A day or a moment as people in China write it; with ``end`` a bare day counts to its end.

    Raises Refusal for anything else.
    """
    try:
        at = datetime.fromisoformat(text.strip())
        if at.year not in YEARS:
            raise ValueError(text)
    except ValueError:
        raise Refusal(wording.badly_timed(text)) from None
    at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    return at + timedelta(days=1) if end and _is_day(text.strip()) else at


def _is_day(text: str) -> bool:
    """A day without an hour, in whatever way of ISO 8601: 2026-11-22, 20261122."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
