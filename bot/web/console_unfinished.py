"""/console/unfinished: who is behind, with one campaign or with everything. Every look is on record."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from bot.duties.behind import Behind
from bot.duties.rules import Do
from bot.errors import Refusal
from bot.people.rules import labels
from bot.reports.records import SheetLine
from bot.reports.wording_behind import MOST
from bot.web import wording
from bot.web.console import desk
from bot.web.console_campaign import the_occurrence
from bot.web.rules import CONSOLE
from bot.web.visit import Visit
from bot.work import Work


async def show(visit: Visit) -> web.StreamResponse:
    return await (_of_one(visit) if visit.asked("id") else _of_all(visit))


async def _of_all(visit: Visit) -> web.StreamResponse:
    """?unit=: exact figures class by class for any number of people; a class by name."""
    unit = visit.asked("unit")
    async with visit.pages.database.reading() as tx:  # a college is counted while others go on writing
        work = Work(tx)
        me = await desk(visit, work)
        if unit and not me.sees(unit):
            raise Refusal(wording.not_allowed())
        units = (unit,) if unit else me.scope
        behind = await work.duties.behind(units)
        named = len(behind.units) == 1 and behind.people <= MOST
        lines = await work.duties.open_lines(units) if named else []
    async with visit.pages.database.begin() as tx:
        Work(tx).people.audit(me.person.id, "looked at unfinished", visit.now, {"unit": unit})
    where = next(iter(behind.units)) if named else unit
    called = labels(behind.units)
    return visit.page(
        "console_behind.html",
        me=me,
        unit=unit,
        where=where,
        behind=behind,
        rows=[(path, called[path], people, _each(behind, path)) for path, people in behind.units.items()],
        named=named,
        names={
            occurrence.id: [line for line in lines if line.occurrence == occurrence.id]
            for occurrence, _ in behind.campaigns
        },
    )


def _each(behind: Behind, unit: str) -> str:
    """What is open in a unit, and for how many."""
    found = [(one.title, counts[unit]) for one, counts in behind.campaigns if unit in counts]
    return "、".join(f"{title}{people:,}" for title, people in found)


async def _of_one(visit: Visit) -> web.StreamResponse:
    """?id=&unit=: the people of one unit who are not done with one campaign."""
    id_, unit = visit.asked("id"), visit.asked("unit")
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        occurrence = await the_occurrence(work, id_)
        if not me.sees(unit):
            raise Refusal(wording.not_allowed())
        if await work.people.count(unit) > MOST:
            return visit.see_other(f"{CONSOLE}campaign?{urlencode({'id': id_, 'unit': unit})}")
        lines = await work.stats.sheet(id_, unit)
        work.people.audit(me.person.id, "looked at unfinished", visit.now, {"occurrence": id_, "unit": unit})
    return visit.page(
        "console_unfinished.html",
        me=me,
        occurrence=occurrence,
        unit=unit,
        open=[line for line in lines if _is_open(line)],
        exempt=[line for line in lines if line.exempt],
        whole=len(lines),
        voluntary=occurrence.do is Do.CONFIRM or occurrence.ladder.done is None,
    )


def _is_open(line: SheetLine) -> bool:
    return line.done_at is None and not line.exempt
