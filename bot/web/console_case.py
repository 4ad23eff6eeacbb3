"""/console/case?no=: one case of the ledger, for those who need to know. Every look is on record."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from bot.cases import actions_duties as duties
from bot.cases import actions_ledger as ledger
from bot.cases import wording as words
from bot.cases.rules import SHANGHAI, Case, Whole
from bot.errors import Refusal
from bot.reports.actions import past_report
from bot.reports.files import written
from bot.web import wording
from bot.web.console import Desk, case_desk
from bot.web.console_cases import Form, choices, facts_of, row_id, text
from bot.web.console_exports import file_answer
from bot.web.rules import CONSOLE
from bot.web.visit import Visit
from bot.work import Work

_NUMBER: Final = re.compile(r"([0-9]{4})-([0-9]{3,6})", re.ASCII)
_LOOK_BACK: Final = timedelta(days=365)


async def show(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        case = await _case(work, me, visit.asked("no"))
        return await _page(visit, work, me, case)


async def _page(
    visit: Visit, work: Work, me: Desk, case: Case, said: str = "", card: str = "", status: int = 200
) -> web.Response:
    work.people.audit(me.person.id, "case looked at", visit.now, {"case": case.number})
    await work.tx.flush()
    whole = await work.cases.whole(case, visit.school.key)
    ids = {case.responsible, case.opened_by, case.victim, *(v.by for v in whole.versions)}
    ids |= {note.by for note in whole.notes} | {one.done_by for one in whole.visits}
    people = await work.people.by_ids([id_ for id_ in ids if id_ is not None])
    call = await work.cases.call(case.call) if case.call is not None else None
    return visit.page(
        "console_case.html",
        status,
        me=me,
        said=said,
        case=case,
        whole=whole,
        facts=whole.facts,
        victim=people.get(case.victim) if case.victim is not None else None,
        names={id_: person.name for id_, person in people.items()},
        call=call,
        call_title=words.title(call) if call else "",
        holders=[one for one in await ledger.holders(work, case) if one.id != case.responsible],
        money=words.money_or_dash,
        amount=words.amount,
        draft=card or words.draft(whole.facts),
        **choices(visit.now),
    )


async def change(visit: Visit) -> web.StreamResponse:
    """POST: correct, visit, refer, note, hand over, close, or approve a card."""
    form = await visit.form()
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        case = await _case(work, me, text(form, "no"))
        if text(form, "act") == "card":
            whole = await work.cases.whole(case, visit.school.key)
            found = await ledger.approve_card(
                work, visit.school, whole, text(form, "words"), me.person, visit.now
            )
            if found:
                return await _page(visit, work, me, case, words.tells(found), text(form, "words"), 400)
        else:
            await _act(visit, work, me, case, form)
    visit.pages.wake()
    return visit.see_other(f"{CONSOLE}case?{urlencode({'no': case.number})}")


async def _act(visit: Visit, work: Work, me: Desk, case: Case, form: Form) -> None:
    school, now, said = visit.school, visit.now, text(form, "words")[:500]
    number = text(form, "value")
    match text(form, "act"):
        case "correct":
            facts = facts_of(form, now)
            await ledger.correct(work, school, case, row_id(number[:4]), facts, said, me.person, now)
        case "visit":
            await ledger.visited(work, school, case, row_id(number[:4]), said, me.person, now)
        case "refer":
            await ledger.refer(work, school, case, said, me.person, now)
        case "note":
            await ledger.note(work, school, case, said, me.person, now)
        case "hand":
            to = next((one for one in await ledger.holders(work, case) if str(one.id) == number), None)
            if to is None:
                raise Refusal(words.no_such_person())
            await ledger.hand_over(work, case, to, me.person, now)
        case "close":
            await ledger.close(work, case, me.person, now)
        case _:
            raise Refusal(wording.stale_form())


async def pack(visit: Visit) -> web.StreamResponse:
    """POST: the look-back pack of the victim's unit up to the day of the case, as a Word or PDF file."""
    form = await visit.form()
    ending = text(form, "ending")
    if ending not in ("docx", "pdf", "xlsx"):
        raise Refusal(wording.stale_form())
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        case = await _case(work, me, text(form, "no"))
        whole = await work.cases.whole(case, visit.school.key)
        victim = await work.people.by_id(case.victim) if case.victim is not None else None
        call = await work.cases.call(case.call) if case.call is not None else None
        until = min(visit.now, _end_of_day(whole))
        document = await past_report(
            work.stats, visit.school.name, case.unit, until - _LOOK_BACK, until, visit.now, victim,
            label=words.the_person(), clock=words.look_back(case.number, call, whole.facts),
        )  # fmt: skip
        work.people.audit(me.person.id, "case look-back", visit.now, {"case": case.number})
        await duties.prove(work, [duties.LOOK_BACK], me.person, visit.now, case=case.id)
    data = await asyncio.to_thread(written, document, f"export.{ending}")
    return file_answer(data, document.title, ending)


def _end_of_day(whole: Whole) -> datetime:
    return datetime.combine(whole.facts.day + timedelta(days=1), time.min, SHANGHAI)


async def _case(work: Work, me: Desk, number: str) -> Case:
    """Raises Refusal alike for a number that is not there and a case that is not theirs."""
    found = _NUMBER.fullmatch(number)
    case = await work.cases.case_numbered(int(found[1]), int(found[2])) if found else None
    if case is None or not (
        me.may_know(case.unit, case.victim)
        or (case.responsible == me.person.id and case.victim != me.person.id)
    ):
        raise Refusal(wording.no_such_page())
    return case
