"""A document as Excel: numbers stay numbers, and no text of ours or of a roster is ever a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from math import ceil
from typing import Any, Final

import xlsxwriter

from bot.reports.documents import Cell, Document, Figure, Paragraph, Table, is_figure, shown

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FONT: Final = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_LINE: Final = 96  # characters across an A4 page


def write(document: Document) -> bytes:
    """One sheet as it is printed, and one sheet for each table beyond the first for those who calculate."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties(
        {"title": document.title, "author": document.author, "created": datetime(2000, 1, 1, tzinfo=UTC)}
    )
    formats = _Formats(book)
    sheet = book.add_worksheet(_name(document.title))
    tables = [block for block in document.blocks if isinstance(block, Table)]
    columns = max((len(table.head) for table in tables), default=6)
    widths = tables[0].widths if tables else (1.0,) * columns
    for column, share in enumerate(widths):
        sheet.set_column(column, column, max(6, _LINE * share / sum(widths)))
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C第 &P 页，共 &N 页")
    row = _line(sheet, 0, columns, document.title, formats.title, 28)
    row = _line(sheet, row, columns, document.subtitle, formats.note, 16)
    for block in document.blocks:
        match block:
            case Paragraph():
                style = {"heading": formats.heading, "note": formats.note}.get(block.style, formats.body)
                row = _line(sheet, row, columns, block.text, style, 15 * (1 + _width(block.text) // _LINE))
            case Table():
                if len(tables) == 1:
                    sheet.repeat_rows(row + (1 if block.caption else 0))
                row = _table(sheet, row, block, formats) + 1
            case Figure():
                row = _line(
                    sheet, row, columns, block.alt, formats.note, 15 * (1 + _width(block.alt) // _LINE)
                )
    for number, table in enumerate(tables[1:], 2):
        extra = book.add_worksheet(f"表{number}")
        extra.set_column(0, len(table.head) - 1, 16)
        _table(extra, 0, table, formats)
    book.close()
    return out.getvalue()


class _Formats:
    def __init__(self, book: Any) -> None:
        grid = {**_FONT, "border": 1, "border_color": "#AAAAAA", "text_wrap": True}
        self.title = book.add_format({**_FONT, "font_name": "黑体", "font_size": 16, "align": "center"})
        self.heading = book.add_format({**_FONT, "font_name": "黑体", "font_size": 12})
        self.body = book.add_format({**_FONT, "text_wrap": True})
        self.note = book.add_format({**_FONT, "font_size": 9, "font_color": "#606670", "text_wrap": True})
        self.head = book.add_format({**grid, "bold": True, "bg_color": "#EAF3EE", "align": "center"})
        self.text = book.add_format(grid)
        self.middle = book.add_format({**grid, "align": "center"})
        self.number = book.add_format({**grid, "align": "center", "num_format": "#,##0"})


def _line(sheet: Any, row: int, columns: int, text: str, style: Any, height: float) -> int:
    sheet.merge_range(row, 0, row, max(columns - 1, 1), "", style)
    sheet.write_string(row, 0, text, style)
    sheet.set_row(row, height)
    return row + 1


def _table(sheet: Any, row: int, table: Table, formats: _Formats) -> int:
    if table.caption:
        row = _line(sheet, row, len(table.head), table.caption, formats.middle, 16)
    for column, text in enumerate(table.head):
        sheet.write_string(row, column, text, formats.head)
    for cells in table.rows:
        row += 1
        if table.tall:
            sheet.set_row(row, max(26, 14 * _lines(table, cells)))
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, column, cell, formats.number)
            else:
                sheet.write_string(
                    row, column, cell, formats.middle if is_figure(shown(cell)) else formats.text
                )
    return row + 1


def _lines(table: Table, cells: Sequence[Cell]) -> int:
    """How many lines the fullest cell of a row wraps to; a row of fixed height would hide what is below."""
    room = [max(6, _LINE * share / sum(table.widths)) - 1 for share in table.widths]
    return max(ceil(_width(shown(cell)) / wide) for cell, wide in zip(cells, room, strict=True))


def _width(text: str) -> int:
    return sum(2 if ord(ch) > 255 else 1 for ch in text)


def _name(title: str) -> str:
    """Excel takes at most 31 characters and none of these."""
    return "".join(ch for ch in title if ch not in "[]:*?/\\'")[:31] or "表1"
