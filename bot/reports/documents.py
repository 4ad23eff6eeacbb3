"""A document as a value: composed once, written as Word, Excel or PDF with the same words and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Cell = str | int
Style = Literal["body", "heading", "note"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    style: Style = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are shares of the line; ``tall`` leaves room to sign by hand in every row."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    caption: str = ""
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, told again in words for those who cannot see it, and for Excel."""

    svg: str
    alt: str


Block = Paragraph | Table | Figure


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    author: str
    footer: str = ""


def shown(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell


def is_figure(text: str) -> bool:
    """Does this cell stand in the middle of its column? Numbers, percentages and short marks do."""
    return not text.strip("0123456789,.%—<")


def to_json(document: Document) -> dict[str, Any]:
    """The document for the PDF template."""
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "author": document.author,
        "footer": document.footer,
        "blocks": [_block(block) for block in document.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph():
            return {"kind": block.style, "text": block.text}
        case Table():
            return {
                "kind": "table",
                "caption": block.caption,
                "head": block.head,
                "widths": block.widths,
                "tall": block.tall,
                "rows": [[shown(cell) for cell in row] for row in block.rows],
                "middle": middle_columns(block),
            }
        case Figure():
            return {"kind": "figure", "svg": block.svg, "alt": block.alt}


def middle_columns(table: Table) -> list[bool]:
    """Which columns hold only figures."""
    return [all(is_figure(shown(row[i])) for row in table.rows) for i in range(len(table.head))]
