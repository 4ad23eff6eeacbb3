"""/sign/{token}: one person, one letter, a typed name; where web login is impossible. No identity tap."""

from __future__ import annotations

from aiohttp import web

from bot.duties.actions import sign
from bot.duties.rules import Ask, Occurrence, OccurrenceState, Task
from bot.errors import Refusal
from bot.people.rules import Person
from bot.people.spelling import tidy
from bot.receipts.rules import Level
from bot.web import wording
from bot.web.article_text import article, audience_words, fields_of, texts_for
from bot.web.rules import sign_ticket, used_mark
from bot.web.visit import Visit
from bot.work import Work


async def show(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        person, task, occurrence = await _behind(visit, work)
        child = await work.people.by_id(task.about) if task.about else None
        receipt = await work.receipts.of_task(task.id)
    words = audience_words(person, [child] if child else [])
    text = next(iter(texts_for(visit.school.library, occurrence, words)), None)
    fields = fields_of(visit.school, occurrence.planned_at, occurrence.reason)
    return visit.page(
        "sign.html",
        title=text.title if text else occurrence.title,
        child=child.name if child else "",
        html=article(text.body, fields) if text else "",
        thanks=wording.thanks([("", receipt.code)]) if receipt else "",
        open=task.settled_at is None,
        safe=wording.SAFE,
    )


async def signed(visit: Visit) -> web.StreamResponse:
    form = await visit.form()
    token = visit.request.match_info["token"]
    if not visit.pages.naming.admit(used_mark(token), visit.now):
        return visit.say(wording.too_many_tries(), 429)
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        person, task, occurrence = await _behind(visit, work)
        if tidy(str(form.get("name", ""))) != tidy(person.name):
            raise Refusal(wording.wrong_name())
        if task.settled_at is None:
            await sign(
                work,
                visit.school,
                task,
                occurrence,
                person,
                Level.NAME,
                wording.SIGNED,
                "page-link",
                visit.now,
            )
    return visit.see_other(f"/sign/{token}")


async def _behind(visit: Visit, work: Work) -> tuple[Person, Task, Occurrence]:
    """Raises Refusal for a link that is over, was changed, or whose person or task is gone."""
    ticket = sign_ticket(visit.school.key, visit.request.match_info["token"], visit.now)
    person = await work.people.by_id(ticket[0]) if ticket else None
    both = await work.duties.task(ticket[1]) if ticket else None
    if (
        person is None
        or person.left_at is not None
        or both is None
        or both[0].person != person.id
        or both[0].exempt
        or both[1].ask is not Ask.SIGN
        or both[1].state is not OccurrenceState.OPEN
    ):
        raise Refusal(wording.sign_link_over())
    return person, *both
