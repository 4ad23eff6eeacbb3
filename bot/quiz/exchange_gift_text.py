"""The letters of GIFT: escapes, text formats, comments with id and tags (Moodle docs, GIFT format)."""

from __future__ import annotations

import html
import re
from typing import Final

# An escaped character stands as a control character while the structure is read.
_HELD: Final = {
    "\\\\": "\x01", "\\~": "\x02", "\\=": "\x03", "\\#": "\x04", "\\{": "\x05", "\\}": "\x06",
    "\\:": "\x07", "\\n": "\x0e",
}  # fmt: skip
_MEANT: Final = str.maketrans({held: "\n" if pair == "\\n" else pair[1] for pair, held in _HELD.items()})
_PAIR: Final = re.compile(r"\\[\\~=#{}:n]")
CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ESCAPED: Final = str.maketrans({c: f"\\{c}" for c in "\\~=#{}:"} | {"\n": "\\n"})

_FORMAT: Final = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_TAG: Final = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|span|div|sub|sup|ul|ol|li|a|h[1-6]|code|pre|font|table|tr|td|th|tbody)\b[^<>]*>",
    re.I,
)
_BREAK: Final = re.compile(r"<(?:br\s*/?|/p|/div|/li|/tr)>", re.I)
_MEDIA: Final = re.compile(r"<(?:img|video|audio|object|iframe)\b|@@PLUGINFILE@@", re.I)
_META: Final = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")


def hold(text: str) -> str:
    """Escaped characters out of the way; ``release`` brings them back."""
    return _PAIR.sub(lambda pair: _HELD[pair[0]], text)


def release(text: str) -> str:
    return text.translate(_MEANT)


def escape(text: str, *, marked: bool = False) -> str:
    """Our text as GIFT. ``marked`` says that it is plain, which must be said before "[" and "%"."""
    prefix = "[plain]" if marked or text.startswith(("[", "%")) else ""
    return prefix + text.translate(_ESCAPED)


def text_format(text: str) -> tuple[str, str]:
    """The format named before a text, or nothing, and the text without it."""
    if found := _FORMAT.match(text):
        return found[1], text[found.end() :]
    return "", text


def has_media(text: str) -> bool:
    return _MEDIA.search(text) is not None


def plain(text: str, format_: str) -> tuple[str, bool]:
    """The words of a text in one of Moodle's formats, and whether some formatting was left behind."""
    spaced = re.sub(r"[ \t]*\n[ \t]*", " ", text)
    words = release(spaced)
    if format_ in ("plain", "markdown") or not (format_ == "html" or _TAG.search(words)):
        return words.strip(), False
    broken = _BREAK.sub("\n", words)
    bare = html.unescape(_TAG.sub("", broken)).replace("\xa0", " ")
    lines = (" ".join(line.split()) for line in bare.split("\n"))
    return "\n".join(filter(None, lines)), _TAG.search(words) is not None


def meta_of(comment: str) -> list[tuple[str, str]]:
    """``[id:…]`` and ``[tag:…]`` of a comment line, as Moodle writes them."""
    return [(kind, re.sub(r"\\(.)", r"\1", value)) for kind, value in _META.findall(comment)]


def meta(kind: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("]", "\\]")
    return f"[{kind}:{escaped}]"
