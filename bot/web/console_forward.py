"""/console/forward: one's own links, all of them, to copy into the groups; opens are counted."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.duties.actions_forward import bundles, given_links
from bot.duties.rules import Do, Occurrence
from bot.people.rules import labels
from bot.publishing.actions import address_for
from bot.publishing.wording import to_forward
from bot.web.console import desk
from bot.web.visit import Visit
from bot.work import Work


@dataclass(frozen=True, slots=True)
class Link:
    unit: str
    url: str
    opens: int


@dataclass(frozen=True, slots=True)
class Group:
    """The links of an article that go into groups of one kind."""

    head: str
    links: tuple[Link, ...]


async def show(visit: Visit) -> web.StreamResponse:
    """What is still to be forwarded by who sits here; others' links are for others."""
    found: list[tuple[Occurrence, list[Group], str]] = []
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        for task, occurrence in reversed(await work.duties.open_tasks(me.person.id)):
            if occurrence.do is not Do.FORWARD:
                continue
            slug = await work.receipts.slug_of(occurrence.id)
            links = await given_links(work, visit.school, task)
            called = labels(link.unit for link in links)
            groups = []
            for bundle in bundles(visit.school.library, occurrence, links):
                rows = [
                    Link(called[link.unit], f"{_base(visit, link.unit)}/a/{slug}?k={link.k}", link.opens)
                    for link in bundle.links
                ]
                groups.append(Group(to_forward(bundle.title, bundle.group), tuple(rows)))
            article = await address_for(work, visit.school, occurrence.id, me.person.unit)
            found.append((occurrence, groups, article))
    return visit.page("console_forward.html", me=me, found=found)


def _base(visit: Visit, unit: str) -> str:
    """Trusted domains are per corp, so the link of a class begins with that of its app."""
    accounts = visit.school.accounts
    app = accounts.app_for(unit)
    return accounts.url(app) if app else accounts.public_url
