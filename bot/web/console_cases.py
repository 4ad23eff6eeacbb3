"""/console/cases: open calls, visits due, the ledger and its figures; entering warnings and cases."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.web_request import FileField

from bot.cases import actions_calls, actions_ledger
from bot.cases import wording as words
from bot.cases.figures import Record
from bot.cases.police import read_warnings
from bot.cases.rules import SHANGHAI, Call, Channel, Facts, FraudKind, Level, money
from bot.errors import BadFile, Refusal
from bot.people.rules import Person
from bot.people.spelling import tidy_code
from bot.people.wording import complaints as listed
from bot.web import wording
from bot.web.console import Desk, case_desk
from bot.web.rules import CONSOLE
from bot.web.visit import Visit
from bot.work import Work

_BACK: Final = timedelta(days=30)
_FILE: Final = 1024 * 1024  # bytes of a request with a list
_OLDEST: Final = timedelta(days=3 * 365)
Form = Mapping[str, str | bytes | bytearray | FileField]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call as a line of the list: nobody is named there."""

    call: Call
    title: str
    minutes: int


async def show(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        return await _page(visit, work, me)


async def _page(visit: Visit, work: Work, me: Desk, said: str = "", status: int = 200) -> web.Response:
    calls = await work.cases.calls(me.duty_units, visit.now - _BACK)
    cases = await work.cases.cases(me.duty_units, me.person.id)
    due = [
        (case, one)
        for case, one in await work.cases.visits_due(visit.now)
        if me.may_know(case.unit, case.victim) or case.responsible == me.person.id
    ]
    since = _half_year(visit.now)
    records = [(unit, await work.cases.record(unit, since, visit.now)) for unit in me.duty_units]
    work.people.audit(me.person.id, "cases looked at", visit.now, {"units": list(me.duty_units)})
    return visit.page(
        "console_cases.html",
        status,
        me=me,
        said=said,
        open=[_line(call, visit.now) for call in calls if call.is_open],
        over=[_line(call, visit.now) for call in calls if not call.is_open],
        due=due,
        cases=cases,
        where=wording.scope(me.duty_units, visit.school.name),
        records=_shown(records, visit.school.name),
        since=since,
        levels=list(Level),
        money=words.money_or_dash,
    )


def _shown(records: list[tuple[str, Record]], school: str) -> list[tuple[str, Record, str]]:
    return [(wording.scope([unit], school), one, words.minutes(one.whole)) for unit, one in records]


def _line(call: Call, now: datetime) -> Waiting:
    waited = call.minutes if call.minutes is not None else int((now - call.received_at).total_seconds() // 60)
    return Waiting(call, words.title(call), waited)


async def police(visit: Visit) -> web.StreamResponse:
    """POST: warnings of the local anti-fraud centre, one by 编号 or a file; good lines are not lost."""
    form = await visit.form(_FILE)
    given = form.get("file")
    if isinstance(given, FileField) and given.filename:
        data, name = await asyncio.to_thread(given.file.read), given.filename
    else:
        code, level = tidy_code(text(form, "code")), text(form, "level")
        data, name = f"编号,级别\n{code},{level}\n".encode(), ""
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        try:
            warned, wrong = read_warnings(data, name or "表单")
        except BadFile as bad:
            return await _page(visit, work, me, listed(bad.complaints), 400)
        new = known = 0
        unknown = []
        for line in warned:
            person = await in_reach(work, me, line.code)
            if person is None:
                unknown.append(line.line)
            elif await actions_calls.warn(work, visit.school, person, line.level, me.person, visit.now):
                new += 1
            else:
                known += 1
        work.people.audit(me.person.id, "police list", visit.now, {"new": new, "refused": len(unknown)})
        said = words.warned(new, known) if new or known else ""
        if wrong:
            said += listed(wrong)
        if unknown:
            said += words.unknown_lines(unknown) if name else words.no_such_person()
        answer = await _page(visit, work, me, said, 200 if new or known else 400)
    visit.pages.wake()
    return answer


async def form_new(visit: Visit) -> web.StreamResponse:
    """/console/case/new?call=: the form for a case, of a call or of somebody by 编号."""
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        call, victim = await _of_call(visit, work, me, visit.asked("call"))
    return _form(visit, me, call, victim)


def _form(
    visit: Visit, me: Desk, call: Call | None, victim: Person | None, said: str = "", status: int = 200
) -> web.Response:
    return visit.page(
        "console_case_new.html", status, me=me, call=call, victim=victim, said=said, **choices(visit.now)
    )


async def opened(visit: Visit) -> web.StreamResponse:
    """POST: a new case; its page is where the browser goes."""
    form = await visit.form()
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        me = await case_desk(visit, work)
        call, victim = await _of_call(visit, work, me, text(form, "call"))
        if call is None:
            victim = await in_reach(work, me, tidy_code(text(form, "code")))
        try:
            facts = facts_of(form, visit.now)
            if victim is None:
                raise Refusal(words.no_such_person())
        except Refusal as refusal:
            return _form(visit, me, call, victim if call else None, refusal.sentence, 400)
        case = await actions_ledger.open_case(work, visit.school, victim, facts, me.person, visit.now, call)
    visit.pages.wake()
    return visit.see_other(f"{CONSOLE}case?{urlencode({'no': case.number})}")


async def _of_call(visit: Visit, work: Work, me: Desk, id_: str) -> tuple[Call, Person] | tuple[None, None]:
    """The call and who it is about. Raises Refusal alike for what is not there and what is not theirs."""
    if not id_:
        return None, None
    call = await work.cases.call(row_id(id_))
    person = await work.people.by_id(call.person) if call and call.person is not None else None
    if call is None or person is None or not me.may_know(call.unit, call.person):
        raise Refusal(wording.no_such_page())
    work.people.audit(me.person.id, "call looked at", visit.now, {"call": call.id})
    return call, person


async def in_reach(work: Work, me: Desk, code: str) -> Person | None:
    """Somebody of the units one is on duty for; whoever is outside looks like nobody."""
    person = await work.people.by_code(code) if code else None
    if person is None or person.left_at is not None or not me.may_know(person.unit, person.id):
        return None
    return person


def facts_of(form: Form, now: datetime) -> Facts:
    """The facts of a posted form. Raises Refusal with what is wrong."""
    try:
        lost, prevented = money(text(form, "lost")), money(text(form, "prevented"))
    except ValueError:
        raise Refusal(words.not_money()) from None
    today = now.astimezone(SHANGHAI).date()
    try:
        day = date.fromisoformat(text(form, "day"))
    except ValueError:
        raise Refusal(words.not_a_day()) from None
    if not today - _OLDEST <= day <= today:
        raise Refusal(words.not_a_day())
    try:
        kind, channel = FraudKind(text(form, "kind")), Channel(text(form, "channel"))
    except ValueError:
        raise Refusal(wording.stale_form()) from None
    return Facts(kind, day, channel, lost, prevented, text(form, "police") == "yes")


def row_id(text: str) -> int:
    """The id in an address or a form; 0, which no row has, for anything else."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return number if number < 2**63 else 0


def choices(now: datetime) -> dict[str, Any]:
    """What the form of the facts offers."""
    today = now.astimezone(SHANGHAI).date()
    return {"kinds": list(FraudKind), "channels": list(Channel), "today": today.isoformat()}


def text(form: Form, name: str) -> str:
    value = form.get(name, "")
    return value.strip()[:2000] if isinstance(value, str) else ""


def _half_year(now: datetime) -> datetime:
    local = now.astimezone(SHANGHAI)
    first = local.replace(month=1 if local.month <= 6 else 7, day=1)
    return first.replace(hour=0, minute=0, second=0, microsecond=0)
