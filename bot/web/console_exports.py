"""/console/exports: files to take along, each on record: a campaign, a class sheet, a period report."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.duties.rules import Do
from bot.errors import Refusal
from bot.reports.actions import period_report, sheet_report, span
from bot.reports.behind_sheet import behind_sheet
from bot.reports.documents import Document, Paragraph, Table
from bot.reports.files import written
from bot.reports.rules import ReportKind, Tally, by_unit, merged, percent
from bot.reports.wording import WHOLE_SCHOOL, exempt_reasons
from bot.web import wording
from bot.web.console import Desk, desk
from bot.web.visit import Visit
from bot.work import Work

_ENDINGS: Final = ("xlsx", "docx", "pdf")
_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
_MANY: Final = 60
_OF_SCOPE: Final = ("campaign", "unfinished")


async def form(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        tallies = await work.stats.tallies(me.scope, occurrence=None, duty=None, depth=0, now=visit.now)
        units = [unit.path for unit in await work.people.units() if me.sees(unit.path)]
    tops = ["", *units] if me.sees("") else units
    campaigns = {t.occurrence: (t.title, t.planned_at) for t in tallies}
    return visit.page(
        "console_exports.html",
        me=me,
        campaigns=list(campaigns.items())[:_MANY],
        units=tops,
        kinds=wording.REPORTS,
        endings_=_ENDINGS,
        picked=visit.asked("id"),
    )


async def export(visit: Visit) -> web.StreamResponse:
    posted = {name: value for name, value in (await visit.form()).items() if isinstance(value, str)}
    what, unit, id_ = posted.get("what", ""), posted.get("unit", ""), posted.get("id", "")
    ending = posted.get("ending", "xlsx")
    if ending not in _ENDINGS or (what == "unfinished" and ending != "xlsx"):  # too long to be printed
        raise Refusal(wording.no_such_page())
    async with visit.pages.database.reading() as tx:  # seconds, for a large school, in which others write
        work = Work(tx)
        me = await desk(visit, work)
        # Without a unit these are everything the asker may see; anything else names a unit of theirs.
        if (unit or what not in _OF_SCOPE) and not me.sees(unit):
            raise Refusal(wording.not_allowed())
        document = await _document(visit, work, me, what, unit, id_)
    detail = {"what": what, "unit": unit, "occurrence": id_, "ending": ending}
    async with visit.pages.database.begin() as tx:
        Work(tx).people.audit(me.person.id, "export", visit.now, detail)
    data = await asyncio.to_thread(written, document, f"export.{ending}")
    return file_answer(data, document.title, ending)


def file_answer(data: bytes, title: str, ending: str) -> web.Response:
    """A file to take along, under its Chinese name."""
    name = quote(f"{title}.{ending}")
    disposition = f"attachment; filename=\"export.{ending}\"; filename*=UTF-8''{name}"
    return web.Response(body=data, content_type=_TYPES[ending], headers={"Content-Disposition": disposition})


async def _document(visit: Visit, work: Work, me: Desk, what: str, unit: str, id_: str) -> Document:
    school, now = visit.school.name, visit.now
    if what == "campaign":
        scope = (unit,) if unit else me.scope
        tallies = await work.stats.tallies(scope, occurrence=id_, duty=None, depth=9, now=now)
        if not tallies:
            raise Refusal(wording.no_such_page())
        return campaign_sheet(school, tallies)
    if what == "unfinished":
        units = (unit,) if unit else me.scope
        found = await work.duties.open_lines(units)
        titles = {one.id: one.title for one, _ in (await work.duties.behind(units)).campaigns}
        return behind_sheet(school, found, titles, now)
    if what == "sheet":
        return await sheet_report(work.stats, school, unit, id_, now)
    if what in set(ReportKind):
        kind = ReportKind(what)
        return await period_report(work.stats, school, kind, unit, *span(kind, now), now)
    raise Refusal(wording.no_such_page())


def campaign_sheet(school: str, tallies: list[Tally]) -> Document:
    """One campaign unit by unit in the order of the roster; figures only, nobody is named."""
    first = tallies[0]
    rows = [_row(unit, merged(own, unit)) for unit, own in by_unit(tallies).items()]
    rows.append(_row(wording.SUM, merged(tallies, "")))
    table = Table(wording.CAMPAIGN_HEAD, tuple(rows), (4, 1, 1, 1, 1, 1, 1, 3))
    return Document(
        first.title,
        f"{school}　截至 {wording.as_of(first.as_of)}",
        (table, Paragraph(wording.counting(), "note")),
        school,
    )


def _row(label: str, tally: Tally) -> tuple[str | int, ...]:
    counted = tally.asked and tally.do is not Do.CONFIRM
    return (
        label or tally.unit or WHOLE_SCHOOL,
        tally.audience,
        tally.exempt,
        tally.due,
        tally.told,
        tally.done if counted else "—",
        percent(tally.done, tally.due) if counted else "—",
        exempt_reasons(tally.reasons),
    )
