"""The way into the console, and who may do what there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from bot.cases.rules import duty_units, handles, may_know
from bot.errors import Refusal
from bot.messages import Realm
from bot.people.rules import ADMIN_ROLES, Person, RoleName, in_scope
from bot.web import wording
from bot.web.rules import CONSOLE, CONSOLE_LASTS, LINK_LASTS, Session, console_ticket, used_mark
from bot.web.store import WebStore
from bot.web.visit import Visit
from bot.work import Work


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at the console. Teachers see their classes; only administrators change anything."""

    person: Person

    @property
    def scope(self) -> tuple[str, ...]:
        return self.person.scope

    @property
    def whole_school(self) -> bool:
        """May they see what belongs to no unit, such as the accounts?"""
        return self.may_change("")

    @property
    def may_import(self) -> bool:
        """A roster file speaks about the whole school, so it takes a 管理员 of the whole school."""
        return in_scope("", self.person.units(RoleName.ADMIN))

    @property
    def in_office(self) -> bool:
        """Campaigns, people and exports are for administrators and teachers."""
        return self.person.is_admin or self.person.is_teacher

    @property
    def handles_cases(self) -> bool:
        return handles(self.person)

    @property
    def duty_units(self) -> tuple[str, ...]:
        """The units whose calls and cases this person may know of."""
        return duty_units(self.person)

    def may_know(self, unit: str, victim: int | None) -> bool:
        return may_know(self.person, unit, victim)

    def may_change(self, unit: str) -> bool:
        return in_scope(unit, self.person.units(*ADMIN_ROLES))

    def may_approve(self, unit: str) -> bool:
        return in_scope(unit, self.person.units(RoleName.APPROVER, *ADMIN_ROLES))

    def sees(self, unit: str) -> bool:
        return in_scope(unit, self.scope)


async def desk(visit: Visit, work: Work) -> Desk:
    """Who sits here. Sends strangers to the door; raises Refusal for those who answer for nobody."""
    me = await _seated(visit, work)
    if not me.in_office:
        if me.handles_cases:
            raise web.HTTPSeeOther(f"{CONSOLE}cases")
        raise Refusal(wording.no_console())
    return me


async def case_desk(visit: Visit, work: Work) -> Desk:
    """Who deals with calls and cases; everybody else learns nothing here."""
    me = await _seated(visit, work)
    if not me.handles_cases:
        raise Refusal(wording.not_allowed())
    return me


async def _seated(visit: Visit, work: Work) -> Desk:
    person = await visit.person(work)
    if person is None:
        raise web.HTTPSeeOther(f"{CONSOLE}login?{urlencode({'next': visit.request.path_qs})}")
    return Desk(person)


async def door(visit: Visit) -> web.StreamResponse:
    """/console/login: how to come in; WeCom members may log in here."""
    accounts = visit.school.accounts
    next_ = visit.request.query.get("next", "")
    links = [
        (wording.scope(account.units, ""), f"{accounts.url(account)}/oauth/{account.id}?"
         + urlencode({"as": "member", "next": next_}))
        for account in accounts
        if Realm.MEMBER in visit.pages.realms(account.id)
    ]  # fmt: skip
    return visit.page("console_login.html", links=links)


async def enter(visit: Visit) -> web.StreamResponse:
    """GET of a one-time link shows a button only: chats look at links before people do."""
    if console_ticket(visit.school.key, visit.request.match_info["token"], visit.now) is None:
        raise Refusal(wording.link_over())
    return visit.page("console_enter.html")


async def entered(visit: Visit) -> web.StreamResponse:
    """POST: the link is used up, and the browser belongs to its person for some hours."""
    await visit.form()
    token = visit.request.match_info["token"]
    ticket = console_ticket(visit.school.key, token, visit.now)
    if ticket is None:
        raise Refusal(wording.link_over())
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        person = await work.people.by_id(ticket[0])
        fresh = await WebStore(tx).use(used_mark(token), visit.now + LINK_LASTS, visit.now)
        if person is None or person.left_at is not None or not fresh:
            raise Refusal(wording.link_over())
        if not (Desk(person).in_office or Desk(person).handles_cases):
            raise Refusal(wording.no_console())
        work.people.audit(person.id, "console entered", visit.now)
        already = await visit.person(work)
    if already is None or already.id != person.id:
        visit.log_in(Session(person.id, "", visit.now + CONSOLE_LASTS))
    return visit.see_other(ticket[1])


async def left(visit: Visit) -> web.StreamResponse:
    await visit.form()
    visit.log_out()
    return visit.see_other(f"{CONSOLE}login")
