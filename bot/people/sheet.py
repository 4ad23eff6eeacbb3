"""Bytes of a spreadsheet -> rows of text with the line numbers that the spreadsheet program shows.

An .xlsx is read by calamine, which gives the cached values of formulas; anything else is taken for CSV in
UTF-8, UTF-16 with a mark, or GB18030.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from bot.errors import BadFile, Complaint
from bot.people import wording_roster as say

MAX_BYTES: Final = 64 * 2**20
MAX_UNPACKED: Final = 512 * 2**20
MAX_CELLS: Final = 8_000_000
MAX_SPAN: Final = 3  # lines one CSV row may take before an unclosed quotation mark is suspected

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # OLE: an old .xls, or an .xlsx with a password
_CELL: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_CHUNK: Final = 2**20
_OVERLAP: Final = 64


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    lines: tuple[Line, ...]
    complaints: tuple[Complaint, ...] = ()


def read_sheets(data: bytes, filename: str) -> list[Sheet]:
    """Every visible sheet with something in it, in order. Raises BadFile when nothing can be read."""
    if not data.strip():
        raise _bad(filename, say.empty_file())
    if len(data) > MAX_BYTES:
        raise _bad(filename, say.too_large())
    if data.startswith(_OLE):
        raise _bad(filename, say.old_or_locked())
    if data.startswith(_ZIP):
        return _workbook(data, filename)
    return [_csv(_decoded(data, filename), filename)]


def _bad(filename: str, message: str) -> BadFile:
    return BadFile([Complaint(filename, 1, message)])


def _workbook(data: bytes, filename: str) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise _bad(filename, say.broken_file())
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED or _sprawling(archive):
                raise _bad(filename, say.too_large())
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            Sheet(tuple(_lines(workbook.get_sheet_by_name(meta.name))))
            for meta in workbook.sheets_metadata
            if meta.visible is SheetVisibleEnum.Visible and meta.typ is SheetTypeEnum.WorkSheet
        ]
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ):
        raise _bad(filename, say.broken_file()) from None
    found = [sheet for sheet in sheets if sheet.lines]
    if not found:
        raise _bad(filename, say.empty_file())
    return found


def _sprawling(archive: zipfile.ZipFile) -> bool:
    """Does a sheet reach so far that it would not fit in memory?

    The reader lays a sheet out as a full rectangle: two cells in opposite corners would end the process.
    """
    for name in archive.namelist():
        if not name.endswith(".xml") or name.endswith("sharedStrings.xml"):
            continue
        rows = columns = 0
        with archive.open(name) as part:
            rest = b""
            while chunk := part.read(_CHUNK):
                text = rest + chunk.replace(b"\x00", b"")
                found = _CELL.findall(text)
                rest = text[-_OVERLAP:]
                if found:
                    columns = max(
                        columns, *{_column(letters) for letters in {letters for letters, _ in found}}, 0
                    )
                    rows = max(rows, *{int(number) for _, number in found}, 0)
        if rows * columns > MAX_CELLS:
            return True
    return False


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _lines(sheet: CalamineSheet) -> Iterator[Line]:
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = tuple(map(_text, row))
        if any(cells):
            yield Line(number, cells)


def _text(value: int | float | str | bool | time | date | datetime | timedelta) -> str:
    """A number without the ``.0`` that spreadsheets add; one of 16 digits and more was rounded by them."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value)) if abs(value) < 10**15 else say.ROUNDED
    return str(value)


def _decoded(data: bytes, filename: str) -> str:
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _bad(filename, say.unreadable_text())


def _csv(text: str, filename: str) -> Sheet:
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = next((mark for mark in ",\t;" if mark in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[Line] = []
    complaints: list[Complaint] = []
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return Sheet(tuple(lines), tuple(complaints))
        except csv.Error:
            complaints.append(Complaint(filename, before + 1, say.cell_too_long()))
            before = reader.line_num
            continue
        number, before = before + 1, reader.line_num
        if before - number >= MAX_SPAN:
            complaints.append(Complaint(filename, number, say.unclosed_quote(before)))
        elif any(map(str.strip, cells)):
            lines.append(Line(number, tuple(map(_unquoted, cells))))


def _unquoted(cell: str) -> str:
    """Undo what keeps zeros in a spreadsheet, or formulas from running: ="0012" and '0012."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1]
    return cell[1:] if cell.startswith("'") else cell
