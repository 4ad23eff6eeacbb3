"""/console/call?id=: one call for help or warning, and what the people on duty can do about it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.cases import actions_calls as actions
from bot.cases import wording as words
from bot.cases.rules import CHOSEN, Call, Outcome
from bot.errors import Refusal
from bot.web import wording
from bot.web.console import Desk, case_desk
from bot.web.console_cases import row_id, text
from bot.web.rules import CONSOLE
from bot.web.visit import Visit
from bot.work import Work

_ACTS: Final = ("contacted", "unreached", "pass", "outcome")


async def show(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        call = await _call(work, me, visit.asked("id"))
        work.people.audit(me.person.id, "call looked at", visit.now, {"call": call.id})
        person = await work.people.by_id(call.person) if call.person is not None else None
        told = await work.people.by_ids(await work.cases.told(call.id))
        by = await work.people.by_id(call.contacted_by) if call.contacted_by is not None else None
        case = await work.cases.case_of_call(call.id)
        others = await actions.candidates(work, call, me.person) if call.is_open else []
    return visit.page(
        "console_call.html",
        me=me,
        call=call,
        title=words.title(call),
        state=words.STATES[call.state],
        person=person,
        told=[one.name for one in told.values()],
        by=by,
        case=case,
        others=others,
        outcomes=CHOSEN,
    )


async def change(visit: Visit) -> web.StreamResponse:
    """POST: the same acts as in the chat; the first contact counts here too."""
    form = await visit.form()
    act = text(form, "act")
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        call = await _call(work, me, text(form, "id"))
        if act not in _ACTS:
            raise Refusal(wording.stale_form())
        if not call.is_open:
            raise Refusal(words.over(call))
        await _act(visit, work, me, call, act, text(form, "value"))
    visit.pages.wake()
    return visit.see_other(f"{CONSOLE}call?{urlencode({'id': call.id})}")


async def _act(visit: Visit, work: Work, me: Desk, call: Call, act: str, value: str) -> None:
    if act == "contacted":
        if not await actions.contact(work, call, me.person, visit.now):
            fresh = await work.cases.call(call.id) or call
            by = await work.people.by_id(fresh.contacted_by) if fresh.contacted_by else None
            raise Refusal(words.contacted_by(words.teacher(by) if by else "", fresh))
    elif act == "unreached":
        work.cases.tell(call.id, [me.person.id], call.rung, visit.now)
        await actions.unreached(work, visit.school, call, me.person, visit.now)
    elif act == "pass":
        to = next((p for p in await actions.candidates(work, call, me.person) if str(p.id) == value), None)
        if to is None or not await actions.pass_on(work, visit.school, call, to, me.person, visit.now):
            raise Refusal(words.nobody_to_pass_to())
    elif value in CHOSEN:
        if not await actions.finish(work, call, Outcome(value), me.person, visit.now):
            raise Refusal(words.over(await work.cases.call(call.id) or call))
    else:
        raise Refusal(wording.stale_form())


async def _call(work: Work, me: Desk, id_: str) -> Call:
    """Raises Refusal alike for what is not there and what is not theirs."""
    call = await work.cases.call(row_id(id_))
    if call is None or not me.may_know(call.unit, call.person):
        raise Refusal(wording.no_such_page())
    return call
