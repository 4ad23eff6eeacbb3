"""What the buttons under an article do: count an open, confirm, sign, answer the scene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.duties.actions import prove, sign
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState, ProofKind, Task
from bot.errors import Refusal
from bot.people.rules import Person
from bot.people.spelling import same_name
from bot.quiz.actions import sign_test, to_sign
from bot.receipts.rules import Level
from bot.web import wording
from bot.web.article import find
from bot.web.article_own import Own, Reader, button, level_of, reader, scene_open
from bot.web.rules import is_class_key, is_drawing
from bot.web.visit import Visit
from bot.work import Work

_YEAR = 365 * 86400


async def opened(visit: Visit) -> web.StreamResponse:
    """POST /a/{slug}/open: one open of a class link for each browser. Says nothing about who it was."""
    form = await visit.form()
    k = str(form.get("k", ""))
    if is_class_key(k) and f"opened-{k}" not in visit.request.cookies:
        async with visit.pages.database.begin() as tx:
            work = Work(tx)
            found = await find(visit, work)
            task_id = await work.duties.count_open(k, found[0], visit.now) if found else None
            if task_id is not None:
                visit.keep(f"opened-{k}", "1", _YEAR, f"/a/{visit.request.match_info['slug']}")
            both = await work.duties.task(task_id) if task_id else None
            if both is not None:
                await prove(work, *both, ProofKind.LINK_OPENED, 0, "page", visit.now)
    if form.get("quiet"):
        return web.Response(status=204)
    return _back(visit)


async def confirm(visit: Visit) -> web.StreamResponse:
    """POST /a/{slug}/confirm: 我已读, 已做好, 已办, or 暂不 where it is voluntary."""
    form = await visit.form()
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        occurrence, me = await _acting(visit, work)
        kind = button(occurrence)
        if form.get("what") == "decline" and occurrence.do is Do.CONFIRM:
            kind = ProofKind.DECLINED
        if kind is None or not me.open:
            raise Refusal(wording.nothing_open())
        for own in me.open:
            await prove(work, own.task, occurrence, kind, me.person.id, "page", visit.now)
    return _back(visit)


async def signed(visit: Visit) -> web.StreamResponse:
    """POST /a/{slug}/sign: one child's letter or all of them, at the level the school has chosen."""
    form = await visit.form()
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        occurrence, me = await _acting(visit, work)
        chosen = _chosen(me, str(form.get("task", "")))
        level = level_of(visit.school, occurrence)
        if level is None or not chosen:
            raise Refusal(wording.nothing_open())
        drawing = given(visit, me.person, level, form, f"person/{me.person.id}")
        for own in chosen:
            await put_name(visit, work, own.task, occurrence, me.person, level, "page", drawing)
    return _back(visit)


async def answered(visit: Visit) -> web.StreamResponse:
    """POST /a/{slug}/scene: on record that the one-tap scene was answered, never what or whether right."""
    form = await visit.form()
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        occurrence, me = await _acting(visit, work)
        for own in me.tasks:
            if scene_open(occurrence, own) and not own.task.exempt:
                await prove(work, own.task, occurrence, ProofKind.TAPPED, me.person.id, "page", visit.now)
    return _back(visit, answered=str(form.get("option", ""))[:1])


async def _acting(visit: Visit, work: Work) -> tuple[Occurrence, Reader]:
    """The occurrence and who acts. Raises Refusal for those who are not logged in on the platform."""
    found = await find(visit, work)
    if found is None or found[1].state is OccurrenceState.STOPPED:
        raise Refusal(wording.no_such_page() if found is None else wording.stopped())
    person = await visit.person(work) if visit.session and visit.session.address else None
    if person is None:
        raise Refusal(wording.login_first())
    return found[1], await reader(work, found[1], person)


async def put_name(
    visit: Visit,
    work: Work,
    task: Task,
    occurrence: Occurrence,
    person: Person,
    level: Level,
    via: str,
    drawing: str | None,
) -> None:
    """Sign a letter, or a test that has full marks. Raises Refusal for a test that has not."""
    if occurrence.ask is Ask.SIGN:
        what = wording.SIGNED
        await sign(work, visit.school, task, occurrence, person, level, what, via, visit.now, drawing)
        return
    sitting = await to_sign(work, task)
    if sitting is None:
        raise Refusal(wording.no_full_marks())
    await sign_test(work, visit.school, sitting, task, occurrence, person, level, via, visit.now, drawing)


def _chosen(me: Reader, task: str) -> tuple[Own, ...]:
    return me.open if task == "all" else tuple(own for own in me.open if str(own.task.id) == task)


def given(visit: Visit, person: Person, level: Level, form: Mapping[str, Any], who: str) -> str | None:
    """The handwriting to keep, if any. Raises Refusal when the signature is not what the level asks for.

    ``who`` names those whose tries at a name are counted together.
    """
    name, drawing = str(form.get("name", "")), str(form.get("drawing", ""))
    if level is Level.NAME:
        if not visit.pages.naming.admit(who, visit.now):
            raise Refusal(wording.too_many_tries())
        if not same_name(name, person.name):
            raise Refusal(wording.wrong_name())
    if level is Level.HAND and not is_drawing(drawing):
        raise Refusal(wording.bad_drawing())
    return drawing if level is Level.HAND else None


def _back(visit: Visit, **more: str) -> web.Response:
    kept = {name: value for name in ("k", "v") if (value := visit.asked(name))} | more
    query = f"?{urlencode(kept)}" if kept else ""
    return visit.see_other(f"/a/{visit.request.match_info['slug']}{query}#act")
