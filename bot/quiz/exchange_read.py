"""A file of another program, whatever its format, -> drafts."""

from __future__ import annotations

from typing import Final

from bot.errors import BadFile, Complaint
from bot.quiz import wording_exchange as say
from bot.quiz.exchange import Carried
from bot.quiz.exchange_aiken import looks_like_aiken, read_aiken
from bot.quiz.exchange_gift import read_gift
from bot.quiz.exchange_sheet import read_sheet

_SHEETS: Final = (".xlsx", ".xls", ".csv")
_BOTH_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def read_exchange(data: bytes, filename: str) -> Carried:
    """A spreadsheet by its ending, else Aiken when it has ANSWER lines, else GIFT. Raises BadFile."""
    if filename.lower().endswith(_SHEETS):
        carried = read_sheet(data, filename)
    else:
        text = _decoded(data, filename)
        carried = read_aiken(text, filename) if looks_like_aiken(text) else read_gift(text, filename)
    if not carried.drafts and not carried.refused:
        raise BadFile([Complaint(filename, 1, say.nothing())])
    return carried


def _decoded(data: bytes, filename: str) -> str:
    for encoding in ("utf-16",) if data.startswith(_BOTH_MARKS) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile([Complaint(filename, 1, say.unread("文字编码认不出，请存成 UTF-8"))])
