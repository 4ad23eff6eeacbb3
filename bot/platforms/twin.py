"""The text twin: what a content says where only text can be shown, within 2048 bytes (90236, 90241)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from bot.materials.page import plain
from bot.messages import (
    CardUpdate,
    Choice,
    Content,
    File,
    Form,
    Image,
    Markdown,
    Notice,
    Question,
    Text,
    Voice,
)
from bot.wording import LIMIT

_ELLIPSIS: Final = "…"
_ENCODED: Final = str.maketrans(
    {"%": "%25", "&": "%26", "#": "%23", '"': "%22", "<": "%3C", ">": "%3E", "\n": "%0A"}
)
_SHOWN: Final = str.maketrans({"<": "＜", ">": "＞", "\n": " "})

Lines = Callable[[tuple[Choice, ...]], list[str]]


def cut_bytes(text: str, limit: int) -> str:
    """At most ``limit`` bytes of UTF-8, never half a character, with an ellipsis where something is
    missing.
    """
    data = text.encode()
    if len(data) <= limit:
        return text
    return data[: max(limit - len(_ELLIPSIS.encode()), 0)].decode(errors="ignore") + _ELLIPSIS


def cut_chars(text: str, limit: int) -> str:
    """At most ``limit`` characters, with an ellipsis where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS


def as_text(content: Content) -> Text:
    """The same content as a text with choices.

    Pictures, files and voices name themselves; a card update says nothing.
    """
    match content:
        case Text():
            return content
        case Notice():
            return Text(
                _lines(content.title, spelled(content)),
                (Choice(content.button, content.button, content.url),),
            )
        case Question():
            return Text(_lines(content.title, content.stem, content.hint), content.choices)
        case Form():
            return content.instead
        case Markdown():
            return Text(plain(content.text))
        case Image() | File() | Voice():
            return Text(f"[{content.name}]")
        case CardUpdate():
            return Text("")


def spelled(notice: Notice) -> str:
    """The body with the figures in words, before it: what is cut at the end is never a figure."""
    big = [f"{notice.emphasis[1]}：{notice.emphasis[0]}"] if notice.emphasis else []
    return _lines(*big, *(f"{left}：{right}" for left, right in notice.figures), notice.body)


def named(choices: tuple[Choice, ...]) -> list[str]:
    """Choices where words cannot be tapped (WeCom): named in the text, pages as links."""
    plain = [choice.word for choice in choices if not choice.url and choice.word == choice.label]
    lines = [
        link(choice.url, choice.label) if choice.url else f"【{choice.word}】{choice.label}"
        for choice in choices
        if choice.url or choice.word != choice.label
    ]
    return [*lines, "回复：" + " / ".join(plain)] if plain else lines


def tapped(choices: tuple[Choice, ...]) -> list[str]:
    """Choices as links that say the word (official account, document section 3.3)."""
    return [link(choice.url or _menu(choice.word), _lettered(choice)) for choice in choices]


def _lettered(choice: Choice) -> str:
    """An option with its letter, for those who type it instead of tapping."""
    is_letter = len(choice.word) == 1 and choice.word.isascii() and choice.word != choice.label
    return f"{choice.word}. {choice.label}" if is_letter else choice.label


def link(url: str, label: str) -> str:
    return f'<a href="{url.replace(chr(34), "%22")}">{label.translate(_SHOWN)}</a>'


def text_twin(content: Content, lines: Lines = named) -> str:
    """The text for WeCom, or with ``lines=tapped`` for an official account.

    The choices are never cut away.
    """
    text = as_text(content)
    tail = "\n".join(lines(text.choices))
    if not tail:
        return cut_bytes(text.text, LIMIT)
    room = LIMIT - len(tail.encode()) - 1
    if room < len(_ELLIPSIS.encode()):
        return cut_bytes(_lines(text.text, *named_only(text.choices)), LIMIT)
    return _lines(cut_bytes(text.text, room), tail)


def room(choices: tuple[Choice, ...]) -> int:
    """How many bytes of text fit beside these choices, whichever account says them."""
    tails = ("\n".join(lines(choices)) for lines in (named, tapped))
    return LIMIT - max(len(tail.encode()) + 1 for tail in tails) if choices else LIMIT


def fitting(choices: Iterable[Choice], text: int = LIMIT // 2) -> tuple[Choice, ...]:
    """The first of these, as many as leave so many bytes for the text."""
    kept: tuple[Choice, ...] = ()
    for choice in choices:
        if room((*kept, choice)) < text:
            break
        kept = (*kept, choice)
    return kept


def named_only(choices: tuple[Choice, ...]) -> list[str]:
    """Choices without links, for a text that has no room for them: a cut link shows its source."""
    return [f"【{choice.word}】{choice.label}" for choice in choices]


def _menu(word: str) -> str:
    encoded = word.translate(_ENCODED)
    return f"weixin://bizmsgmenu?msgmenucontent={encoded}&msgmenuid={encoded}"


def _lines(*parts: str) -> str:
    return "\n".join(_filled(parts))


def _filled(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part]
