"""A document as the file that was asked for."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from bot.errors import Refusal
from bot.reports import wording_documents
from bot.reports.documents import Document

ENDINGS: Final = frozenset({".docx", ".xlsx", ".pdf"})


def check_ending(name: str) -> None:
    """Raises Refusal for a file that no writer makes, before any work is done."""
    if PurePath(name).suffix.lower() not in ENDINGS:
        raise Refusal(wording_documents.unknown_ending(name))


def written(document: Document, name: str) -> bytes:
    """The bytes of the file; its ending says which. Raises Refusal for another ending."""
    # The writers' libraries take 20 MB, and most processes never write a document.
    check_ending(name)
    match PurePath(name).suffix.lower():
        case ".docx":
            from bot.reports.docx import write
        case ".xlsx":
            from bot.reports.xlsx import write
        case _:
            from bot.reports.pdf import write
    return write(document)
