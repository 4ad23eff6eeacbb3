"""A text of the library as HTML: its gaps filled, single line breaks kept, and only tags that do nothing.

Or as a chat shows it: without the marks, where those would be read aloud.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import nh3
from markdown_it import MarkdownIt

_MARKDOWN: Final = MarkdownIt("js-default", {"breaks": True, "html": False, "linkify": False})
TAGS: Final = frozenset({
    "p", "br", "strong", "em", "ul", "ol", "li", "h2", "h3", "h4", "blockquote", "hr", "a",
    "table", "thead", "tbody", "tr", "th", "td",
})  # fmt: skip
_MARKS: Final = (
    (re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)"), r"\1 \2"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"^ {0,3}(?:#{1,6}|>) +", re.MULTILINE), ""),
)
_GAP: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}[ ]?")


def filled(body: str, fields: Mapping[str, str]) -> str:
    """The text with its gaps filled; a gap that nobody knows disappears."""
    return _GAP.sub(lambda gap: fields.get(gap[1], ""), body)


def is_marked(text: str) -> bool:
    """Does it hold marks that only Markdown understands?"""
    return plain(text) != text


def plain(text: str) -> str:
    """The words without their marks; a link keeps its address."""
    for mark, words in _MARKS:
        text = mark.sub(words, text)
    return text


def html(text: str) -> str:
    """Markdown as HTML that cannot do anything."""
    return nh3.clean(
        _MARKDOWN.render(text),
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes={"https", "http", "tel"},
        link_rel="noopener noreferrer",
    )
