"""/console/follow: who of a class does not follow 学校通知, and the QR code to show or to print."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from aiohttp import web

from bot.delivery import wording_following
from bot.delivery.store_courier import CourierRows
from bot.errors import Refusal
from bot.people.rules import TEACHER_ROLES, Person, in_scope, leaf
from bot.people.store_follow import Directory
from bot.reports import pdf
from bot.reports.follow_sheet import follow_sheet, kind
from bot.settings import WecomApp
from bot.web import wording
from bot.web.console import Desk, desk
from bot.web.visit import Visit
from bot.work import Work


@dataclass(frozen=True, slots=True)
class ClassRow:
    """``parents`` and ``following`` are the platform's; ``silent`` our families that nobody reaches."""

    unit: str
    parents: int
    following: int
    silent: int
    strangers: int  # parents whom the roster does not know, of a class where it knows others
    looked_at: datetime | None
    allowed: bool


@dataclass(frozen=True, slots=True)
class Amiss:
    """What an administrator of the whole school should mend in one app's directory."""

    account: str
    trouble: str
    unfitted: Sequence[tuple[str, int]]  # a class there, and how many of ours it may be
    without: Sequence[str]  # ours with parents, and no class there


async def show(visit: Visit) -> web.StreamResponse:
    unit = visit.asked("unit")
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        if unit and not me.sees(unit):
            raise Refusal(wording.not_allowed())
        units = (unit,) if unit else me.scope
        rows, silent = await _rows(work, units)
        if not unit and len(rows) == 1:
            unit = rows[0].unit
        names = await _names(visit, work, me, unit, silent)
        directories = [await work.follows.directory(app.id) for app in _apps(visit, rows, unit)]
        mine = [app for app in visit.school.accounts.apps() if app.school_notice and me.whole_school]
        amiss = [await _amiss(work, app) for app in mine]
    return visit.page(
        "console_follow.html",
        me=me,
        unit=unit,
        rows=rows,
        names=names,
        codes=[one for one in directories if one.code],
        no_code="" if any(one.code for one in directories) else _no_code(directories),
        amiss=[one for one in amiss if one.trouble or one.unfitted or one.without],
    )


async def code(visit: Visit) -> web.StreamResponse:
    """/console/follow/code?account=: the picture."""
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        await desk(visit, work)
        picture = await _picture(work, visit.asked("account"))
    return web.Response(body=picture, content_type=kind(picture))


async def sheet(visit: Visit) -> web.StreamResponse:
    """/console/follow/sheet?account=&unit=: one A4 page for a parents' evening."""
    unit = visit.asked("unit")
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        if unit and not me.sees(unit):
            raise Refusal(wording.not_allowed())
        picture = await _picture(work, visit.asked("account"))
    document = follow_sheet(visit.school.name, unit, picture, visit.now)
    data = await asyncio.to_thread(pdf.write, document)
    name = quote(f"{leaf(unit) or visit.school.name}-关注学校通知.pdf")
    return web.Response(
        body=data,
        content_type="application/pdf",
        headers={"Content-Disposition": f"inline; filename*=UTF-8''{name}"},
    )


async def _rows(work: Work, units: Sequence[str]) -> tuple[list[ClassRow], dict[str, list[int]]]:
    silent = await work.outbox.silent_families(units)
    found = {
        one.unit: ClassRow(
            one.unit,
            one.parents,
            one.following,
            len(silent.get(one.unit, ())),
            one.parents - one.known if one.known else 0,
            one.looked_at,
            one.allowed,
        )
        for one in await work.follows.classes(units=units)
        if one.unit is not None
    }
    for unit, children in silent.items():
        found.setdefault(unit, ClassRow(unit, 0, 0, len(children), 0, None, True))
    return [found[unit] for unit in sorted(found)], silent


async def _names(
    visit: Visit, work: Work, me: Desk, unit: str, silent: dict[str, list[int]]
) -> list[Person] | None:
    """The children of silent families, for the teacher of the class alone; every look is on record."""
    if not unit or not in_scope(unit, me.person.units(*TEACHER_ROLES)):
        return None
    people = await work.people.by_ids(silent.get(unit, ()))
    work.people.audit(me.person.id, "looked at followers", visit.now, {"unit": unit})
    return [people[id_] for id_ in silent.get(unit, ()) if id_ in people]


def _apps(visit: Visit, rows: Sequence[ClassRow], unit: str) -> list[WecomApp]:
    accounts = visit.school.accounts
    wanted = [unit] if unit else [row.unit for row in rows]
    apps = {app.id: app for one in wanted if (app := accounts.app_for(one)) is not None}
    return [app for app in apps.values() if app.school_notice]


async def _picture(work: Work, account: str) -> bytes:
    known = await work.follows.directory(account)
    data = await CourierRows(work.tx).blob(known.code) if known.code else None
    if not data:
        raise Refusal(wording_following.no_code(known.code_trouble))
    return data


async def _amiss(work: Work, app: WecomApp) -> Amiss:
    known = await work.follows.directory(app.id)
    unfitted = [
        (one.path, one.rivals) for one in await work.follows.classes(account=app.id) if one.unit is None
    ]
    without = await work.follows.unfitted(app.id) if known.read_at is not None else []
    return Amiss(app.id, known.trouble, unfitted, without)


def _no_code(directories: Sequence[Directory]) -> str:
    if not directories:
        return wording_following.no_notice()
    return wording_following.no_code(next((d.code_trouble for d in directories if d.code_trouble), ""))
