"""/console/campaign?id=: one campaign by unit, its messages, and its four buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import segno
from aiohttp import web
from markupsafe import Markup

from bot.delivery import actions, wording_following, wording_mass
from bot.delivery import wording as delivery_wording
from bot.delivery.actions_trial import try_out
from bot.delivery.store_mass_jobs import Job, JobRows
from bot.delivery.wording import STANDINGS, not_reached
from bot.duties.audience import kinds_named
from bot.duties.rules import Do, Occurrence, OccurrenceState
from bot.errors import Refusal
from bot.people.rules import PersonKind
from bot.reports import chart
from bot.reports.rules import Tally, by_unit, merged
from bot.reports.wording import exempt_reasons
from bot.reports.wording_behind import MOST
from bot.web import wording
from bot.web.console import Desk, desk
from bot.web.console_article import shelf
from bot.web.console_before import forecast_of
from bot.web.rules import CONSOLE
from bot.web.visit import Visit
from bot.work import Work

_S = OccurrenceState
_FROM: Final = {
    "pause": ([_S.OPEN], _S.PAUSED),
    "resume": ([_S.PAUSED], _S.OPEN),
    "stop": ([_S.OPEN, _S.PAUSED, _S.WAITING, _S.ASKED], _S.STOPPED),
}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of the table; ``names``: small enough to show its people, else it is opened further."""

    tally: Tally
    names: bool


async def show(visit: Visit) -> web.StreamResponse:
    id_, top = visit.asked("id"), visit.asked("unit")
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        occurrence = await the_occurrence(work, id_)
        if top and not me.sees(top):
            raise Refusal(wording.not_allowed())
        tallies = await work.stats.tallies(
            me.scope, occurrence=id_, duty=None, depth=1, top=top, now=visit.now
        )
        if not tallies and not me.may_change(occurrence.unit):
            return visit.say(wording.no_such_page(), 404)
        deliveries = await work.stats.deliveries((top,) if top else me.scope, id_)
        standings = await work.outbox.states(id_, (top,) if top else me.scope)
        refusals = await work.outbox.refusals(id_) if me.may_change(occurrence.unit) and not top else {}
        confirmed = await work.results.confirmed(id_) if me.whole_school and not top else 0
        mass = await JobRows(tx).of(id_) if me.may_change(occurrence.unit) else []
        here = [top] if top else list(me.scope)
        classes = await work.outbox.class_sends([id_], here)
        families = (
            await work.outbox.silent_families(here) if PersonKind.PARENT in _for(visit, occurrence) else {}
        )
        stopped = await work.outbox.stopped(id_) if occurrence.state is _S.STOPPED and not top else None
        slug = await work.receipts.slug_of(id_)
        articles = await shelf(visit, work, me, occurrence)
        is_coming = occurrence.state in (_S.ASKED, _S.WAITING) and not top
        forecast = await forecast_of(visit, work, occurrence) if is_coming else []
        approvable = me.may_approve(occurrence.unit) and await work.duties.asked_by(id_) != me.person.id
    units = {unit: merged(own, unit) for unit, own in by_unit(tallies).items()}
    where = wording.scope([top] if top else me.scope, visit.school.name)
    link = f"{visit.school.accounts.public_url}/a/{slug}" if slug else ""
    return visit.page(
        "console_campaign.html",
        me=me,
        occurrence=occurrence,
        state=wording.STATES[occurrence.state],
        top=top,
        rows=[UnitRow(tally, tally.audience <= MOST) for tally in units.values()],
        total=merged(list(units.values()), "") if units else None,
        where=where,
        scope=me.scope,
        why=exempt_reasons(merged(list(units.values()), "").reasons) if units else "",
        picture=_picture(tallies, where) if len(units) > 1 else "",
        deliveries=[(wording.DELIVERIES[state], count) for state, count in sorted(deliveries.items())]
        + [(wording.REPORTED, confirmed)] * bool(confirmed),
        people=[(words, standings[one]) for one, words in STANDINGS.items() if standings.get(one)],
        reasons=not_reached(refusals),
        mass=[_mass_line(job) for job in mass],
        classes=[wording_following.class_sent(occurrence.title, c.unit, c.state, c.outcome) for c in classes],
        unfollowed=sum(map(len, families.values())),
        voluntary=occurrence.do is Do.CONFIRM,
        link=link,
        code=_code(link) if link else "",
        shelf=articles,
        acts=_acts(me, occurrence, approvable),
        forecast=forecast,
        stopped=delivery_wording.stopped(stopped) if stopped and me.may_change(occurrence.unit) else "",
    )


def _mass_line(job: Job) -> str:
    said = wording_mass.job(job.people, job.tag, job.status, job.ended_at is not None)
    c = job.counts
    return f"{said}。{wording_mass.counts(c.total, c.filtered, c.reached, c.failed)}" if c else f"{said}。"


def _for(visit: Visit, occurrence: Occurrence) -> frozenset[PersonKind]:
    """The kinds of people a campaign speaks to; none for a duty that the plan no longer has."""
    duty = visit.school.plan.duties.get(occurrence.duty)
    return kinds_named(duty.to) if duty else frozenset()


def _acts(me: Desk, occurrence: Occurrence, approvable: bool) -> list[str]:
    acts = ["approve"] if approvable and occurrence.state is _S.WAITING else []
    if me.may_change(occurrence.unit):
        acts += [act for act, (states, _) in _FROM.items() if occurrence.state in states]
        is_coming = occurrence.state in (_S.ASKED, _S.WAITING)
        acts += ["try"] if is_coming and occurrence.what != actions.ALERT else []
    return acts


async def change(visit: Visit) -> web.StreamResponse:
    """POST: approve, pause, resume, stop, try; on record, and only for who answers for the whole campaign."""
    form = await visit.form()
    id_, act = str(form.get("id", "")), str(form.get("act", ""))
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await desk(visit, work)
        occurrence = await the_occurrence(work, id_)
        if act == "approve":
            if not me.may_approve(occurrence.unit):
                raise Refusal(wording.not_allowed())
            if await actions.approve(work, visit.school, id_, me.person, visit.now) is None:
                raise Refusal(wording.cannot_approve())
        elif act == "try" and act in _acts(me, occurrence, approvable=False):
            duty = visit.school.plan.duties.get(occurrence.duty)
            if duty is None:
                raise Refusal(wording.stale_form())
            await try_out(work, visit.school, duty, occurrence, me.person, visit.now)
        else:
            await _turn(visit, work, me, occurrence, act)
        if act != "try":
            work.people.audit(me.person.id, f"campaign {act}", visit.now, {"occurrence": id_})
    visit.pages.wake()
    return visit.see_other(f"{CONSOLE}campaign?{urlencode({'id': id_})}")


async def _turn(visit: Visit, work: Work, me: Desk, occurrence: Occurrence, act: str) -> None:
    if act not in _FROM or not me.may_change(occurrence.unit):
        raise Refusal(wording.not_allowed())
    done: object
    match _FROM[act][1]:
        case OccurrenceState.STOPPED:
            done = await actions.stop(work, occurrence.id, visit.now)
        case OccurrenceState.PAUSED:
            done = await actions.pause(work, occurrence.id)
        case _:
            done = await actions.resume(work, visit.school, occurrence.id, visit.now)
    if not done:
        raise Refusal(wording.stale_form())


async def the_occurrence(work: Work, id_: str) -> Occurrence:
    """Raises Refusal where there is none."""
    occurrence = await work.duties.occurrence(id_)
    if occurrence is None:
        raise Refusal(wording.no_such_page())
    return occurrence


def _picture(tallies: list[Tally], where: str) -> Markup:
    return Markup(chart.campaign(tallies, where))


def _code(link: str) -> Markup:
    svg = segno.make(link, error="m").svg_inline(scale=4, border=2, omitsize=True)
    return Markup(re.sub(r"<svg ", '<svg role="img" aria-label="二维码" ', svg, count=1))
