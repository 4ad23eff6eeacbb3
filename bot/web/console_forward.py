"""/console/forward: a teacher's own class links, all of them, to copy into the groups; opens are counted."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.duties.rules import Do, Occurrence
from bot.people.rules import labels
from bot.publishing.actions import address_for
from bot.web.console import desk
from bot.web.visit import Visit
from bot.work import Work


@dataclass(frozen=True, slots=True)
class Link:
    unit: str
    url: str
    opens: int


async def show(visit: Visit) -> web.StreamResponse:
    """What is still to be forwarded by who sits here; others' links are for others."""
    found: list[tuple[Occurrence, list[Link], str]] = []
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        for task, occurrence in reversed(await work.duties.open_tasks(me.person.id)):
            if occurrence.do is not Do.FORWARD:
                continue
            slug = await work.receipts.slug_of(occurrence.id)
            rows = await work.duties.links_of(task.id)
            called = labels(unit for unit, _, _ in rows)
            links = [
                Link(called[unit], f"{_base(visit, unit)}/a/{slug}?k={k}", opens) for unit, k, opens in rows
            ]
            article = await address_for(work, visit.school, occurrence.id, me.person.unit)
            found.append((occurrence, links, article))
    return visit.page("console_forward.html", me=me, found=found)


def _base(visit: Visit, unit: str) -> str:
    """Trusted domains are per corp, so the link of a class begins with that of its app."""
    accounts = visit.school.accounts
    app = accounts.app_for(unit)
    return accounts.url(app) if app else accounts.public_url
