"""/console/before?duty=: what sending would mean, with the texts; then send it, or try it on oneself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot.delivery import actions
from bot.delivery import wording_forecast as say
from bot.delivery.actions_forecast import Outlook, outlook
from bot.delivery.actions_sending import ask_for, pack_of, unit_for
from bot.delivery.actions_trial import try_out
from bot.delivery.push_words import Order, own_next, parse_order
from bot.duties.actions_forward import Link, bundles
from bot.duties.launch import draft
from bot.duties.occurrences import Planned
from bot.duties.plan_values import ZONE, Duty
from bot.duties.rules import Occurrence
from bot.errors import Refusal
from bot.people.rules import ADMIN_ROLES
from bot.web import wording
from bot.web.article_text import article, fields_of, texts_for
from bot.web.console import Desk, desk
from bot.web.rules import CONSOLE
from bot.web.visit import Visit
from bot.work import Work


@dataclass(frozen=True, slots=True)
class Version:
    """One text, and for whom."""

    words: str
    title: str
    html: Markup
    files: tuple[str, ...]


async def show(visit: Visit) -> web.StreamResponse:
    asked = {name: visit.asked(name) for name in ("duty", "unit", "at")}
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await _administrator(visit, work)
        duty, order = await _order(visit, work, me, asked)
        pack, moment = pack_of(visit.school, duty), order.at or visit.now
        one = await draft(work, visit.school, pack, Planned(duty, moment), unit=order.unit)
        seen = await outlook(
            work, visit.school, pack, duty, visit.now, unit=order.unit, material=one.material
        )
        found, beside = await seen.at(moment), await seen.beside()
    own = own_next(visit.school.plan, pack, duty, visit.now) if order.at else ()
    return visit.page(
        "console_before.html",
        me=me,
        duty=duty,
        unit=order.unit,
        at=f"{order.at.astimezone(ZONE):%Y-%m-%dT%H:%M}" if order.at else "",
        lines=[*say.preview(duty.title, found, order.unit).splitlines(), *beside] if found.meant else [],
        nobody=say.nobody(duty.title),
        own=[say.own_plan(planned, planned == order.at) for planned in own],
        versions=_versions(visit, one, seen),
        tried=say.TRIED.get(visit.asked("tried"), ""),
    )


async def send(visit: Visit) -> web.StreamResponse:
    """POST: ``send`` registers the occurrence, past the approvers; ``try`` sends to oneself alone.

    Whoever has changed unit or time since the page was shown sees first what that means.
    """
    form = await visit.form()
    asked = {name: str(form.get(name, "")) for name in ("duty", "unit", "at")}
    changed = any(str(form.get(f"shown_{name}", asked[name])) != asked[name] for name in ("unit", "at"))
    if form.get("act") == "look" or changed:
        return visit.see_other(f"{CONSOLE}before?{urlencode(asked)}")
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await _administrator(visit, work)
        duty, order = await _order(visit, work, me, asked)
        if form.get("act") == "try":
            planned = Planned(duty, order.at or visit.now)
            one = await draft(work, visit.school, pack_of(visit.school, duty), planned, unit=order.unit)
            done = await try_out(work, visit.school, duty, one, me.person, visit.now)
            tried = "member" if done.as_member else "own" if done.messages else "nothing"
            path = f"{CONSOLE}before?{urlencode({**asked, 'tried': tried})}"
        elif form.get("act") == "send":
            added = await ask_for(
                work, visit.school, duty, me.person, visit.now, unit=order.unit, at=order.at
            )
            if added is None:
                raise Refusal(say.already(now=order.at is None))
            path = f"{CONSOLE}campaign?{urlencode({'id': added.id})}"
        else:
            raise Refusal(wording.stale_form())
    visit.pages.wake()
    return visit.see_other(path)


async def forecast_of(visit: Visit, work: Work, occurrence: Occurrence) -> list[str]:
    """The lines of the forecast of an occurrence that has not gone out yet."""
    duty = visit.school.plan.duties.get(occurrence.duty)
    if duty is None or duty.what == actions.ALERT:
        return []
    seen = await outlook(
        work, visit.school, occurrence.pack, duty, visit.now, unit=occurrence.unit,
        material=occurrence.material,
    )  # fmt: skip
    found = await seen.at(max(occurrence.planned_at, visit.now))
    if not found.meant:
        return []
    return [*say.preview(duty.title, found, occurrence.unit).splitlines(), *await seen.beside()]


async def _administrator(visit: Visit, work: Work) -> Desk:
    me = await desk(visit, work)
    if not me.person.units(*ADMIN_ROLES):
        raise Refusal(wording.not_allowed())
    return me


async def _order(visit: Visit, work: Work, me: Desk, asked: Mapping[str, str]) -> tuple[Duty, Order]:
    duty = visit.school.plan.duties.get(asked["duty"])
    if duty is None or duty.what == actions.ALERT:
        raise Refusal(wording.no_such_page())
    order = parse_order(f"{duty.id} {asked['at']}", visit.now)
    return duty, replace(order, unit=await unit_for(work, me.person, duty.id, asked["unit"].strip()))


def _versions(visit: Visit, one: Occurrence, seen: Outlook) -> list[Version]:
    """Each text that somebody of the audience gets, or is to forward, once."""
    fields = fields_of(visit.school, one.planned_at)
    found: dict[str, Version] = {}
    library = visit.school.library
    samples = [Link("", "", readers) for readers in seen.readers]
    meant = [(bundle.group, bundle.text) for bundle in bundles(library, one, samples)]
    if not samples:
        words_of = dict.fromkeys(share.word for share in seen.found.shares)
        meant = [(word, text) for word in words_of for text in texts_for(library, one, [word])]
    for word, text in meant:
        if text is not None:
            names = tuple(file.name for file in text.files)
            words = f"{found[text.id].words}、{word}" if text.id in found else word
            found[text.id] = Version(words, text.title, article(text.body, fields), names)
    return list(found.values())
