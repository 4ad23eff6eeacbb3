"""/screen/{ref}: 课间反诈60秒 on the classroom projector. No login, no names, works with one key."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.materials.rules import Material
from bot.receipts.rules import tidy_code
from bot.web import wording
from bot.web.article import find
from bot.web.article_text import WORDS, article, fields_of, texts_for
from bot.web.visit import Visit
from bot.work import Work

_KINDS: Final = frozenset({"sixty_seconds", "weekly"})


async def show(visit: Visit) -> web.StreamResponse:
    text = await _text(visit)
    if text is None or text.kind not in _KINDS:
        return visit.say(wording.no_such_page(), 404)
    return visit.page("screen.html", text=text, html=article(text.body, fields_of(visit.school, visit.now)))


async def _text(visit: Visit) -> Material | None:
    """The material of this id, or that of the message with this code for the audience that was asked for."""
    library = visit.school.library
    if (text := library.get(visit.request.match_info["slug"])) is not None:
        return text
    if not tidy_code(visit.request.match_info["slug"]):
        return None
    async with visit.pages.database.reading() as tx:
        found = await find(visit, Work(tx))
    if found is None:
        return None
    return next(iter(texts_for(library, found[1], [visit.asked("v"), *WORDS])), None)
