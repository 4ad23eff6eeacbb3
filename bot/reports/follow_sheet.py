"""One page to hang up: the QR code of 学校通知, as large as the paper allows. Nobody is named on it."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final

from bot.reports import wording_follow as wording
from bot.reports.documents import Document, Figure, Paragraph

_PNG: Final = b"\x89PNG"


def follow_sheet(school: str, unit: str, picture: bytes, now: datetime) -> Document:
    """``picture`` is the PNG or JPEG the platform gave us; ``unit`` is empty for the whole school."""
    return Document(
        wording.TITLE,
        wording.subtitle(school, unit),
        (
            Figure(_drawn(picture), wording.ALT),
            *(Paragraph(step) for step in wording.STEPS),
            Paragraph(wording.SAFE, "note"),
        ),
        school,
        wording.footer(now),
    )


def kind(picture: bytes) -> str:
    return "image/png" if picture.startswith(_PNG) else "image/jpeg"


def _drawn(picture: bytes) -> str:
    data = base64.b64encode(picture).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'viewBox="0 0 600 440" width="600" height="440">'
        '<image x="90" y="10" width="420" height="420" '
        f'xlink:href="data:{kind(picture)};base64,{data}"/></svg>'
    )
