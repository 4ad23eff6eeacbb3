"""A list of the local anti-fraud centre as a file: 编号 and 级别, nothing more is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.cases.rules import Level
from bot.errors import BadFile, Complaint
from bot.people.sheet import read_sheets
from bot.people.spelling import tidy, tidy_code

CODE: Final = ("编号", "学号", "工号")
LEVEL: Final = ("级别", "等级", "预警级别")
MOST: Final = 500  # lines of a file
_LEVELS: Final = {word: level for level in Level for word in (level.value, level.value[0])}


@dataclass(frozen=True, slots=True)
class Warned:
    line: int
    code: str
    level: Level


def read_warnings(data: bytes, filename: str) -> tuple[list[Warned], list[Complaint]]:
    """The good lines, and what is wrong with the others. Raises BadFile when there is nothing to read."""
    sheet = read_sheets(data, filename)[0]
    if not sheet.lines:
        raise BadFile([Complaint(filename, 1, "文件里没有内容。")])
    head = [tidy(cell) for cell in sheet.lines[0].cells]
    code = next((head.index(name) for name in CODE if name in head), None)
    level = next((head.index(name) for name in LEVEL if name in head), None)
    if code is None:
        raise BadFile([Complaint(filename, sheet.lines[0].number, "第一行要有「编号」一列。")])
    if len(sheet.lines) - 1 > MOST:
        raise BadFile([Complaint(filename, MOST + 2, f"一次最多{MOST}行。")])
    found, wrong, seen = list[Warned](), list(sheet.complaints), set[str]()
    for line in sheet.lines[1:]:
        who = tidy_code(line.cells[code]) if code < len(line.cells) else ""
        said = tidy(line.cells[level]) if level is not None and level < len(line.cells) else ""
        if not who:
            wrong.append(Complaint(filename, line.number, "没有编号。"))
        elif who in seen:
            wrong.append(Complaint(filename, line.number, "编号重复。"))
        elif said and said not in _LEVELS:
            wrong.append(Complaint(filename, line.number, "级别写高危、中危或低危。"))
        else:
            seen.add(who)
            found.append(Warned(line.number, who, _LEVELS.get(said, Level.HIGH)))
    return found, wrong
