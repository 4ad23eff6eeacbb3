"""/sign/{token}: one person, one letter or test; where web login is impossible. No identity tap, so at least
a typed name.
"""

from __future__ import annotations

from aiohttp import web

from bot.duties.rules import Ask, Occurrence, OccurrenceState, Task
from bot.errors import Refusal
from bot.people.rules import Person
from bot.quiz.actions import to_sign
from bot.receipts.rules import Level
from bot.school import School
from bot.web import wording
from bot.web.article_acts import given, put_name
from bot.web.article_own import level_of
from bot.web.article_text import article, audience_words, fields_of, texts_for
from bot.web.rules import sign_ticket, used_mark
from bot.web.visit import Visit
from bot.work import Work


async def show(visit: Visit) -> web.StreamResponse:
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        person, task, occurrence = await _behind(visit, work)
        child = await work.people.by_id(task.about) if task.about else None
        is_test = occurrence.ask is Ask.FULL_MARKS
        may_sign = task.settled_at is None and (not is_test or await to_sign(work, task) is not None)
        receipt = await work.receipts.of_task(task.id)
    words = audience_words(person, [child] if child else [])
    text = next(iter(texts_for(visit.school.library, occurrence, words)), None)
    fields = fields_of(visit.school, occurrence.planned_at, occurrence.reason)
    return visit.page(
        "sign.html",
        title=text.title if text and not is_test else occurrence.title,
        statement=wording.pledge(person) if is_test else "",
        level=_level(visit.school, occurrence),
        todo=wording.no_full_marks() if task.settled_at is None else "",
        child=child.name if child else "",
        html=article(text.body, fields) if text else "",
        thanks=wording.thanks([("", receipt.code)]) if receipt else "",
        open=may_sign,
        safe=wording.SAFE,
    )


async def signed(visit: Visit) -> web.StreamResponse:
    form = await visit.form()
    token = visit.request.match_info["token"]
    async with visit.pages.database.begin() as tx:
        work = Work(tx)
        person, task, occurrence = await _behind(visit, work)
        level = _level(visit.school, occurrence)
        drawing = given(visit, person, level, form, used_mark(token))
        if task.settled_at is None:
            await put_name(visit, work, task, occurrence, person, level, "page-link", drawing)
    return visit.see_other(f"/sign/{token}")


def _level(school: School, occurrence: Occurrence) -> Level:
    return max(level_of(school, occurrence) or Level.NAME, Level.NAME)


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
        or both[0].unguarded
        or both[0].exempt
        or level_of(visit.school, both[1]) is None
        or both[1].state is not OccurrenceState.OPEN
    ):
        raise Refusal(wording.sign_link_over())
    return person, *both
