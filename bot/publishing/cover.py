"""The picture on top of an account's articles, as SVG in the format of official accounts (2.35 : 1)."""

from __future__ import annotations

from html import escape
from typing import Final

WIDTH, HEIGHT = 940, 400
_FONT: Final = "Noto Sans CJK SC"
_PER_LINE: Final = 13


def cover(school: str, what: str, hotline: str) -> str:
    """The school's name on two lines at most, what this is, and one telephone number worth knowing."""
    lines = [school[:_PER_LINE], school[_PER_LINE : 2 * _PER_LINE]]
    size = 52 if len(school) < _PER_LINE else 44
    body = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#14563a"/>',
        f'<circle cx="{WIDTH - 60}" cy="40" r="190" fill="#1f7a4d"/>',
        f'<circle cx="{WIDTH - 150}" cy="{HEIGHT - 10}" r="110" fill="#1b6a44"/>',
        *_shield(WIDTH - 215, 96),
        *(_text(64, 150 + 62 * at, line, size, "#ffffff") for at, line in enumerate(lines) if line),
        _text(64, 262 if lines[1] else 216, what, 34, "#8cc9a1"),
        f'<rect x="64" y="{HEIGHT - 92}" width="6" height="36" rx="3" fill="#f2c879"/>',
        _text(86, HEIGHT - 63, hotline, 28, "#f2e7cc"),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(body)}</svg>'
    )


def _shield(x: int, y: int) -> list[str]:
    return [
        f'<path d="M{x} {y} l70 -26 l70 26 v70 c0 52 -32 88 -70 106 c-38 -18 -70 -54 -70 -106 z" '
        'fill="#f4faf6"/>',
        f'<path d="M{x + 36} {y + 72} l26 28 l46 -56" fill="none" stroke="#14563a" stroke-width="15" '
        'stroke-linecap="round" stroke-linejoin="round"/>',
    ]


def _text(x: int, y: int, text: str, size: int, colour: str) -> str:
    look = f'font-family="{_FONT}" font-size="{size}" fill="{colour}"'
    return f'<text x="{x}" y="{y}" {look}>{escape(text)}</text>'
