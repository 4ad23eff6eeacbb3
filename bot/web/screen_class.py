"""/screen/{slug}/{k}: a test on the projector of the class that was given this link, and on paper.

Looking at it is recorded nowhere: it is exposure for nobody, and no answer of anybody's.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.duties.naming import word_of
from bot.duties.rules import Do, OccurrenceState
from bot.people.rules import Stage, leaf
from bot.quiz import wording_classroom as say
from bot.quiz.actions_classroom import paper_behind, stage_behind
from bot.receipts.rules import tidy_code
from bot.web import wording
from bot.web.article import find
from bot.web.rules import is_class_key
from bot.web.visit import Visit
from bot.work import Work

_SEATS: Final = 60  # at most so many places to sign in


async def show(visit: Visit) -> web.StreamResponse:
    """GET. Without the link of a class there is no question here, and no answer."""
    k, school = tidy_code(visit.request.match_info["k"]), visit.school
    async with visit.pages.database.reading() as tx:
        work = Work(tx)
        found = await find(visit, work)
        unit = await work.duties.unit_of_link(k, found[0]) if found and is_class_key(k) else None
        stage = stage_behind(school, found[1], unit, k) if found and unit is not None else None
        if found is None or unit is None or stage is None or found[1].do is not Do.QUIZ:
            return visit.say(wording.no_such_page(), 404)
        occurrence = found[1]
        seats = await work.duties.pupils_tested(occurrence.id, unit, stage)
    if occurrence.state is OccurrenceState.STOPPED:
        return visit.say(wording.stopped(), title=occurrence.title)
    paper = paper_behind(school, occurrence, stage, k)
    if not paper.items:
        return visit.say(say.no_questions(), title=occurrence.title)
    return visit.page(
        "screen_class.html",
        title=occurrence.title,
        called=leaf(unit),
        paper=paper,
        young=stage is Stage.PRIMARY,
        seats=min(seats, _SEATS),
        opening=say.opening(len(paper.items)),
        rule=say.rule(),
        over=say.over(),
        afterwards=say.afterwards(),
        record=say.record(unit, leaf(unit), word_of(occurrence.title)),
        left_out=say.left_out(),
    )
