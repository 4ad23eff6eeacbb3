"""Markdown of the library -> the few harmless tags of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from bot.duties.plan_values import ZONE
from bot.duties.wording import day
from bot.school import School

_MARKDOWN: Final = MarkdownIt("js-default", {"breaks": True, "html": False, "linkify": False})
_TAGS: Final = {
    "p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "hr", "a",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_GAP: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}[ ]?")
_TERM: Final = re.compile(r"(\d{4})([春夏秋冬])")


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


def fields_of(school: School, at: datetime) -> dict[str, str]:
    """What fills the gaps of a text that goes out at this moment."""
    term = school.plan.calendar.term_of(at.astimezone(ZONE).date())
    return {"school": school.name, "term": term_words(term.name) if term else "本学期", "date": day(at)}


def term_words(name: str) -> str:
    """``2026秋`` as a letter says it."""
    found = _TERM.fullmatch(name)
    return f"{found[1]}年{found[2]}季学期" if found else name
