"""A text as an article of an official account: title, digest and HTML within the limits of draft/add (6.2).

Articles carry no style sheet and no links to other sites, so the look stands on each tag and an address is
written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from typing import Final

import nh3

from bot.errors import Refusal
from bot.materials.page import TAGS
from bot.materials.page import html as rendered
from bot.materials.rules import Scene
from bot.publishing import wording
from bot.publishing.rules import AUTHOR, CONTENT, DIGEST, TITLE
from bot.reports.documents import Document, Paragraph, Table, shown

PICTURE: Final = "<!--picture-->"  # where the code of our page goes, once it is uploaded
_LINK: Final = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG: Final = re.compile(r"<[^>]+>")
_INLINE: Final = re.compile(r"</?(?:a|strong|em)\b[^>]*>")
_SPACES: Final = re.compile(r"\s+")
_ROOM: Final = 400  # characters left for the address of the picture
_CELL: Final = "border:1px solid #d9dce1;padding:6px 8px;text-align:left"
_LOOKS: Final = {
    "p": "margin:0 0 16px;line-height:1.85;font-size:16px;color:#1d2733",
    "li": "margin:0 0 8px;line-height:1.75;font-size:16px;color:#1d2733",
    "h2": "margin:26px 0 12px;font-size:19px;color:#14563a",
    "h3": "margin:22px 0 10px;font-size:17px;color:#14563a",
    "h4": "margin:20px 0 8px;font-size:16px;color:#14563a",
    "blockquote": "margin:0 0 16px;padding:10px 14px;border-left:4px solid #8cc9a1;background:#f4faf6",
    "table": "width:100%;border-collapse:collapse;margin:0 0 16px;font-size:13px",
    "th": f"{_CELL};background:#f4faf6",
    "td": _CELL,
}


@dataclass(frozen=True, slots=True)
class Composed:
    """What a draft says. ``content`` may hold PICTURE."""

    title: str
    digest: str
    content: str


def of_text(title: str, body: str, scene: Scene | None, source: str, code: str, asks: bool) -> Composed:
    """``body`` is Markdown with its gaps filled; ``code`` the 验真码; ``asks``: our page wants an answer."""
    parts = [rendered(body)]
    if scene is not None:
        options = "".join(f"<li>{letter}. {escape(option)}</li>" for letter, option in scene.options)
        parts.append(f"<h3>{wording.THINK}</h3><p>{escape(scene.stem)}</p><ul>{options}</ul>")
    return _composed(title, parts[0], parts, wording.closing(source, code, asks or scene is not None))


def of_document(document: Document, leave_out: Iterable[str], code: str) -> Composed:
    """A bulletin for everybody: the chapters of these headings and all pictures by unit stay inside."""
    parts: list[str] = [f"<p>{escape(document.subtitle)}</p>"]
    inside = False
    for block in document.blocks:
        if isinstance(block, Paragraph) and block.style == "heading":
            inside = any(name in block.text for name in leave_out)
        if inside:
            continue
        if isinstance(block, Paragraph):
            tag = "h2" if block.style == "heading" else "p"
            parts.append(f"<{tag}>{escape(block.text)}</{tag}>")
        elif isinstance(block, Table):
            parts.append(_table(block))
    return _composed(document.title, "".join(parts), parts, wording.closing("", code, asks=False))


def _composed(title: str, opening: str, parts: list[str], closing: list[str]) -> Composed:
    """Raises Refusal where the platform's limit of characters is passed: a text is not cut in the middle."""
    tail = "".join(f"<p>{escape(line)}</p>" for line in closing)
    content = _dressed("".join(parts)) + "<hr/>" + _dressed(tail) + PICTURE
    if len(content) + _ROOM >= CONTENT:
        raise Refusal(wording.too_long(len(content), CONTENT))
    return Composed(_short(title, TITLE), _short(plain(opening), DIGEST), content)


def author(school: str) -> str:
    """The school, where its name fits."""
    return school if len(school) <= AUTHOR else wording.AUTHOR


def with_picture(content: str, url: str) -> str:
    """The code of our page at its place; without one nothing is left there."""
    shown_ = f'<p style="text-align:center"><img src="{escape(url)}" style="width:160px"/></p>' if url else ""
    return content.replace(PICTURE, shown_)


def plain(html: str) -> str:
    """The words of it on one line."""
    return _SPACES.sub(" ", unescape(_TAG.sub(" ", _INLINE.sub("", html)))).strip()


def _dressed(html: str) -> str:
    """Every tag with its look; links become words, because articles lead nowhere but to 阅读原文."""
    linkless = _LINK.sub(_written_out, html)
    return nh3.clean(
        linkless,
        tags=set(TAGS) - {"a"},
        attributes={},
        set_tag_attribute_values={tag: {"style": look} for tag, look in _LOOKS.items()},
    )


def _written_out(link: re.Match[str]) -> str:
    address, label = link[1].removeprefix("tel:"), link[2]
    return label if plain(label) == unescape(address) else f"{label}（{address}）"


def _table(table: Table) -> str:
    def row(cells: Iterable[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(row(map(shown, cells), "td") for cells in table.rows)
    return f"<table><thead>{row(table.head, 'th')}</thead><tbody>{body}</tbody></table>"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
