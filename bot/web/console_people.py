"""/console/people: finding a person within one's units. The words asked for are in no address and no log."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.duties import excusing
from bot.duties.rules import Ask
from bot.people.rules import Person
from bot.people.spelling import tidy
from bot.web import wording, wording_audit
from bot.web.console import desk
from bot.web.store import WebStore
from bot.web.visit import Visit
from bot.work import Work

_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Card:
    person: Person
    reached: bool
    todo: tuple[str, ...]
    exempt: tuple[str, ...]


async def form(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.reading() as tx:
        me = await desk(visit, Work(tx))
    return visit.page("console_people.html", me=me, cards=None, nobody=wording.nobody_found())


async def found(visit: Visit) -> web.StreamResponse:
    """POST: by 编号 or by full name; who is outside the scope and who does not exist look the same."""
    word = tidy(str((await visit.form()).get("word", "")))[:60]
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        by_code = await work.people.by_code(word) if word else None
        people = [by_code] if by_code and not by_code.left_at else await work.people.by_name(word)
        seen = [person for person in people if me.sees(person.unit)][:_SHOWN]
        work.people.audit(me.person.id, "people search", visit.now, {"found": [p.id for p in seen]})
        cards = [await _card(work, person, visit) for person in seen]
    return visit.page("console_people.html", me=me, cards=cards, nobody=wording.nobody_found())


async def _card(work: Work, person: Person, visit: Visit) -> Card:
    tasks = await work.duties.open_tasks(person.id)
    todo = dict.fromkeys(o.title for _, o in tasks if o.ask not in (Ask.NOTHING, Ask.TAP, Ask.CONFIRM))
    contacts = (await work.people.contacts_of([person.id])).get(person.id, [])
    duties = visit.school.plan.duties
    exempt = [
        excusing.shown(one.reason, duties[one.duty].title if one.duty in duties else "")
        for one in await work.people.exemptions(person.id)
        if one.holds(one.duty, visit.now)
    ]
    return Card(person, any(not c.unreachable for c in contacts), tuple(todo), tuple(exempt))


async def audit(visit: Visit) -> web.StreamResponse:
    """/console/audit: what I did; others' lines are for others."""
    async with visit.pages.database.reading() as tx:
        me = await desk(visit, Work(tx))
        lines = await WebStore(tx).audit_of(me.person.id)
    said = [(line.at, wording_audit.audit(line.what), _details(line.detail)) for line in lines]
    return visit.page("console_audit.html", me=me, lines=said)


def _details(detail: object) -> str:
    shown = detail.items() if isinstance(detail, dict) else ()
    said = ((wording_audit.detail(name), wording_audit.detail_value(name, value)) for name, value in shown)
    return "；".join(f"{name} {value}" for name, value in said if value)
