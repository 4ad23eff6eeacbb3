"""Which text of an occurrence a reader gets, and its Markdown as the few harmless tags of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.duties.plan_values import ZONE
from bot.duties.rules import Occurrence
from bot.duties.wording import day
from bot.materials.rules import Library, Material
from bot.people.rules import Person, PersonKind, Stage
from bot.quiz.items import AUDIENCES
from bot.school import School, audience_of

_MARKDOWN: Final = MarkdownIt("js-default", {"breaks": True, "html": False, "linkify": False})
_TAGS: Final = {
    "p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "hr", "a",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_GAP: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}[ ]?")
_TERM: Final = re.compile(r"(\d{4})([春夏秋冬])")

PARENTS: Final = ("家长", *(f"家长/{stage}" for stage in Stage))  # a letter may have a version for each 学段
WORDS: Final = (*AUDIENCES, *PARENTS[1:])


def audience_words(person: Person, children: Iterable[Person]) -> list[str]:
    """For whom the texts of this person are made, closest first."""
    if person.kind is not PersonKind.PARENT:
        return [audience_of(person.kind, person.stage)]
    return [*(f"家长/{child.stage or Stage.COLLEGE}" for child in children), "家长"]


def texts_for(library: Library, occurrence: Occurrence, words: Iterable[str]) -> list[Material]:
    """The texts chosen for these audiences, each once, in the order of the words."""
    ids = dict.fromkeys(occurrence.material_for(word) for word in words if word in WORDS)
    return [text for id_ in ids if (text := library.get(id_)) is not None]


def article(body: str, fields: Mapping[str, str]) -> Markup:
    """The text with its gaps filled, single line breaks kept, as HTML that cannot do anything."""
    text = _GAP.sub(lambda gap: fields.get(gap[1], ""), body)
    clean = nh3.clean(
        _MARKDOWN.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "http", "tel"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)


def fields_of(school: School, at: datetime, area: str = "") -> dict[str, str]:
    """What fills the gaps of a text that goes out at this moment; ``area`` is where an alert holds."""
    term = school.plan.calendar.term_of(at.astimezone(ZONE).date())
    name = term_words(term.name) if term else "本学期"
    return {"school": school.name, "term": name, "date": day(at), "area": area or "本地"}


def term_words(name: str) -> str:
    """``2026秋`` as a letter says it."""
    found = _TERM.fullmatch(name)
    return f"{found[1]}年{found[2]}季学期" if found else name
