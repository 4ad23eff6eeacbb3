"""What lies in a chat: one bubble, its tappable links, and how to look for something in it."""

from __future__ import annotations

import html
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from bot.simulator.card import Card

_ANCHOR = re.compile(
    r"<a\b[^>]*?\bhref\s*=\s*(?P<q>[\"'])(?P<href>.*?)(?P=q)[^>]*>(?P<label>.*?)</a>", re.I | re.S
)
_TAG = re.compile(r"<[^>]+>")
_MENU = "weixin://bizmsgmenu?"


@dataclass(frozen=True, slots=True)
class Link:
    """A tappable stretch of text: it opens ``href``, or says ``word`` for a bizmsgmenu link."""

    label: str
    href: str = ""
    word: str = ""
    menu_id: str = ""

    @classmethod
    def of(cls, label: str, href: str) -> Link:
        href = html.unescape(href)
        if not href.startswith(_MENU):
            return cls(label, href)
        query = dict(pair.partition("=")[::2] for pair in href[len(_MENU) :].split("&"))
        word = unquote(query.get("msgmenucontent", ""))
        return cls(label, "", word, unquote(query.get("msgmenuid", "")))


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    body: str = ""
    url: str = ""
    picture: str = ""
    button: str = ""


@dataclass(slots=True)
class Bubble:
    """``kind``: text, markdown, article, news, card, image, file, voice, event (what I did), line (grey)."""

    id: int
    chat: str
    at: datetime
    mine: bool
    kind: str
    text: str = ""
    articles: list[Article] = field(default_factory=list)
    card: Card | None = None
    media_id: str = ""
    file_name: str = ""
    message: str = ""
    passive: bool = False
    truncated: bool = False
    recalled: bool = False
    menu: list[Link] = field(default_factory=list)

    def segments(self) -> list[str | Link]:
        """The text cut at its links."""
        found: list[str | Link] = []
        start = 0
        for match in _ANCHOR.finditer(self.text):
            found.append(self.text[start : match.start()])
            found.append(Link.of(_TAG.sub("", match["label"]), match["href"]))
            start = match.end()
        found.append(self.text[start:])
        return [part for part in found if part]

    @property
    def links(self) -> list[Link]:
        return [part for part in self.segments() if isinstance(part, Link)] + self.menu

    @property
    def seen(self) -> str:
        """All words a person can read in it."""
        parts = [part if isinstance(part, str) else part.label for part in self.segments()]
        parts += [link.label for link in self.menu]
        for article in self.articles:
            parts += [article.title, _TAG.sub("", article.body), article.button]
        if self.card:
            parts += self.card.words
        parts.append(self.file_name)
        return "" if self.recalled else "\n".join(part for part in parts if part)

    def link(self, choice: str) -> Link | None:
        """The link with this word or label, else the first whose label begins with it."""
        links = self.links
        exact = next((x for x in links if choice in (x.word, x.label)), None)
        return exact or next((x for x in links if choice and x.label.startswith(choice)), None)

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "at": self.at.isoformat(),
            "text": "" if self.recalled else self.text,
            "segments": [part if isinstance(part, str) else asdict(part) for part in self.segments()],
        }
