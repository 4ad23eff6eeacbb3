"""/console/: what is waiting, what is going on, what is coming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.delivery.store_courier import CourierRows
from bot.delivery.wording import mend, stopped_because, way
from bot.duties.occurrences import Planned, occurrences
from bot.duties.plan_values import ZONE
from bot.duties.rules import Do, Occurrence, OccurrenceState
from bot.people.rules import TEACHER_ROLES, PersonKind
from bot.reports.rules import Tally, by_campaign, merged
from bot.web import wording
from bot.web.console import Desk, desk
from bot.web.visit import Visit
from bot.work import Work

_BACK: Final = timedelta(days=45)
_AHEAD: Final = timedelta(days=14)
_LONG_AGO: Final = timedelta(days=400)
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Going:
    """A campaign as a line of the list. A voluntary one is shown as told, never as a rate of doing."""

    id: str
    title: str
    state: str
    planned_at: datetime
    due_at: datetime | None
    part: int
    whole: int
    word: str
    today: bool


async def show(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        going = await _going(visit, work, me, _BACK)
        waiting = await _waiting(work, me)
        registered = [o for o in await work.duties.in_state(OccurrenceState.ASKED) if me.may_change(o.unit)]
        stopped = await _stopped(visit, CourierRows(tx)) if me.whole_school else []
        taken_back = await _taken_back(visit, work) if me.whole_school else []
        people = [(kind, count) for kind in PersonKind if (count := await _count(work, me.scope, kind))]
    return visit.page(
        "console_home.html",
        me=me,
        where=wording.scope(me.scope, visit.school.name),
        today=[g for g in going if g.today],
        going=[g for g in going if not g.today][:_SHOWN],
        waiting=waiting,
        registered=registered,
        stopped=stopped,
        taken_back=taken_back,
        unsound=visit.pages.unsound() if me.whole_school else (),
        people=people,
        coming=_coming(visit, me),
    )


async def _count(work: Work, units: Sequence[str], kind: PersonKind) -> int:
    """Pupils apart from their parents: a teacher knows how many sit in the class."""
    return sum([await work.people.count(unit, kind) for unit in units])


async def campaigns(visit: Visit) -> web.StreamResponse:
    """/console/campaigns: everything of a year, newest first."""
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        going = await _going(visit, work, me, _LONG_AGO)
    return visit.page("console_campaigns.html", me=me, going=going)


async def _going(visit: Visit, work: Work, me: Desk, back: timedelta) -> list[Going]:
    tallies = await work.stats.tallies(
        me.scope, occurrence=None, duty=None, depth=0, since=visit.now - back, now=visit.now, waiting=True
    )
    states = {o.id: o.state for o in await work.duties.occurrences(limit=1000)}
    return [
        _line(merged(own, ""), states.get(id_, OccurrenceState.OPEN), visit.now)
        for id_, own in by_campaign(tallies).items()
    ]


def _line(tally: Tally, state: OccurrenceState, now: datetime) -> Going:
    planned = tally.planned_at or now
    told = not tally.asked or tally.do is Do.CONFIRM
    today = planned.astimezone(ZONE).date() == now.astimezone(ZONE).date()
    return Going(
        tally.occurrence,
        tally.title,
        wording.STATES[state],
        planned,
        tally.due_at,
        tally.told if told else tally.done,
        tally.due,
        "已告知" if told else "完成",
        today,
    )


async def _waiting(work: Work, me: Desk) -> list[tuple[Occurrence, bool]]:
    """What waits for a second person, and whether this one may be it."""
    found = await work.duties.in_state(OccurrenceState.WAITING)
    return [
        (o, me.may_approve(o.unit) and await work.duties.asked_by(o.id) != me.person.id)
        for o in found
        if me.may_approve(o.unit) or me.may_change(o.unit)
    ]


async def _stopped(visit: Visit, rows: CourierRows) -> list[tuple[str, str]]:
    """Accounts that send nothing, and why, in the words of the platform."""
    states = await rows.account_states()
    known = visit.school.accounts
    return [
        (id_.replace("/mass", " 群发"), stopped_because(why))
        for id_, (_, why) in sorted(states.items())
        if why and known.get(id_.removesuffix("/mass"))
    ]


async def _taken_back(visit: Visit, work: Work) -> list[tuple[str, str, str]]:
    """Account, what it may not do any more, and what to do about it."""
    return [
        (one.account, way(one.way), mend(one.reason))
        for one in await work.abilities.withdrawn()
        if visit.school.accounts.get(one.account)
    ]


def _coming(visit: Visit, me: Desk) -> list[Planned]:
    """The next two weeks of the packs the scope works under; digests and daily items would bury the rest."""
    scope = me.scope if me.person.is_admin else me.person.units(*TEACHER_ROLES)
    packs = dict.fromkeys(visit.school.pack_of(unit) for unit in scope)
    found = [p for pack in packs for p in occurrences(visit.school.plan, pack, visit.now, visit.now + _AHEAD)]
    seen: dict[str, Planned] = {}
    for planned in sorted(found, key=lambda p: p.planned_at):
        if not planned.duty.digest and planned.duty.what != "digest":
            seen.setdefault(planned.duty.id, planned)
    return list(seen.values())[:_SHOWN]
