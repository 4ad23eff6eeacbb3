"""The header row of a roster: which column is what, which are ignored, and which must not be kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import BadFile, Complaint
from bot.people import wording_roster as say
from bot.people.sheet import Line, Sheet
from bot.people.spelling import tidy, tidy_code

_NAMES: Final = ("编号", "姓名", "身份", "单位", "学段", "企业微信账号", "职责", "负责单位", "监护")
COLUMNS: Final = {name: name for name in _NAMES} | {"学号": "编号", "工号": "编号"}
REQUIRED: Final = ("编号", "姓名", "身份", "单位")
HEADER_WITHIN: Final = 10  # lines; a title may stand above the header

PHONE, CARD = "手机号", "身份证号"
_PHONE_WORDS: Final = re.compile("手机|电话|联系方式|移动号|mobile|phone|^tel", re.IGNORECASE)
_CARD_WORDS: Final = re.compile("身份证|证件|证号|id ?card|idno", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_CARD: Final = re.compile(r"\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DECORATION: Final = re.compile(r"\(.*?\)|\[.*?\]|[*:]|必填|选填")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each column of the contract stands; 编号 may stand in two places, as 学号 and 工号."""

    header: int
    places: dict[str, tuple[int, ...]]
    notes: tuple[str, ...]

    def has(self, column: str) -> bool:
        return column in self.places

    def cell(self, line: Line, column: str) -> str:
        for place in self.places.get(column, ()):
            if place < len(line.cells) and line.cells[place]:
                return line.cells[place]
        return ""


def is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text.replace("-", "")) is not None


def is_identity_card(text: str) -> bool:
    """Eighteen characters with a birthday and the check digit of GB 11643."""
    if not _CARD.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def layout_of(sheets: Sequence[Sheet], filename: str) -> tuple[Sheet, Layout]:
    """The first sheet with a roster's header, and what stands where. Raises BadFile with every complaint."""
    for sheet in sheets:
        for at, line in enumerate(sheet.lines[:HEADER_WITHIN]):
            names = [_name(cell) for cell in line.cells]
            known = {COLUMNS[name] for name in names if name in COLUMNS}
            if {"编号", "姓名"} <= known or len(known) >= len(REQUIRED):
                body = Sheet(sheet.lines[at + 1 :], sheet.complaints)
                return body, _layout(line, names, body, filename)
    first = sheets[0].lines[0] if sheets[0].lines else Line(1, ())
    found = {COLUMNS.get(_name(cell)) for cell in first.cells}
    absent = [name for name in REQUIRED if name not in found]
    raise BadFile([Complaint(filename, first.number, say.missing_columns(absent))])


def _name(cell: str) -> str:
    return tidy_code(_DECORATION.sub("", tidy(cell)))


def _layout(line: Line, names: list[str], body: Sheet, filename: str) -> Layout:
    wrong: list[str] = []
    notes: list[str] = []
    ignored: list[str] = []
    places: dict[str, tuple[int, ...]] = {}
    for place, name in enumerate(names):
        column = COLUMNS.get(name)
        private = _private_header(name) or _private_content(body, place)
        if column and name in names[:place]:
            wrong.append(say.repeated_column(name))
        elif private and column == "编号":
            wrong.append(say.private_key_column(name, private))
        elif private:
            notes.append(say.refused_column(name or f"第{place + 1}列", private))
        elif column:
            places[column] = (*places.get(column, ()), place)
        elif name:
            ignored.append(name)
    there = places if not wrong else {COLUMNS.get(name) for name in names}
    if absent := [name for name in REQUIRED if name not in there]:
        wrong.append(say.missing_columns(absent))
    if wrong:
        raise BadFile([Complaint(filename, line.number, message) for message in wrong])
    if ignored:
        notes.append(say.ignored_columns(ignored))
    return Layout(line.number, places, tuple(notes))


def _private_header(name: str) -> str:
    if _PHONE_WORDS.search(name):
        return PHONE
    return CARD if _CARD_WORDS.search(name) else ""


def _private_content(body: Sheet, place: int) -> str:
    """What most of a column's values are, if that is private.

    A column of student numbers may look like telephone numbers (2019 gives 19…), but the numbers of a class
    share their first seven digits and telephones hardly ever do.
    """
    values = {tidy_code(line.cells[place]) for line in body.lines if place < len(line.cells)} - {""}
    if not values:
        return ""
    if 2 * sum(map(is_identity_card, values)) >= len(values):
        return CARD
    phones = [value for value in values if is_phone(value)]
    heads = {value[-11:-4] for value in phones}
    return PHONE if 2 * len(phones) >= len(values) and 2 * len(heads) >= len(phones) else ""
