"""A document as the file that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from bot.errors import Refusal
from bot.reports import docx, pdf, wording_documents, xlsx
from bot.reports.documents import Document

WRITERS: Final[Mapping[str, Callable[[Document], bytes]]] = MappingProxyType(
    {".docx": docx.write, ".xlsx": xlsx.write, ".pdf": pdf.write}
)


def check_ending(name: str) -> None:
    """Raises Refusal for a file that no writer makes, before any work is done."""
    if PurePath(name).suffix.lower() not in WRITERS:
        raise Refusal(wording_documents.unknown_ending(name))


def written(document: Document, name: str) -> bytes:
    """The bytes of the file; its ending says which. Raises Refusal for another ending."""
    check_ending(name)
    return WRITERS[PurePath(name).suffix.lower()](document)
