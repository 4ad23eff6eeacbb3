"""A question sheet (.xlsx, .xls, .csv) -> drafts; every bad row is told with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from bot.errors import BadFile, Complaint
from bot.people.sheet import Line, Sheet, read_sheets
from bot.quiz import wording_exchange as say
from bot.quiz.answers import read_answer
from bot.quiz.bank import LETTERS
from bot.quiz.exchange import Carried, Draft, judge, shape
from bot.quiz.exchange_columns import WITHIN, Layout, audience_of, day_of, difficulty_of, layout_of, type_of
from bot.quiz.items import ItemType

T = TypeVar("T")
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOBODY: Final[tuple[str, ...]] = ()
_AS_TRUE: Final = frozenset("A")
_AS_FALSE: Final = frozenset("B")


class _Row:
    """One row while it is read; ``wrong`` collects everything that is wrong with it."""

    def __init__(self, line: Line, layout: Layout) -> None:
        self.line = line
        self.layout = layout
        self.wrong: list[str] = []

    def text(self, name: str) -> str:
        return self.layout.cell(self.line, name)

    def read(self, name: str, reader: Callable[[str], T], default: T) -> T:
        """The cell as a value; an empty one is ``default``, an unreadable one a complaint."""
        if not self.text(name):
            return default
        try:
            return reader(self.text(name))
        except ValueError as error:
            self.wrong.append(str(error))
            return default


def read_sheet(data: bytes, filename: str) -> Carried:
    """Every question of every sheet that has a header. Raises BadFile when no sheet has one."""
    whole = Carried(())
    sheets = read_sheets(data, filename)
    found = False
    for sheet in sheets:
        for at, line in enumerate(sheet.lines[:WITHIN]):
            if layout := layout_of(line):
                found = True
                part = _sheet(Sheet(sheet.lines[at + 1 :], sheet.complaints), line, layout, filename)
                whole = Carried(
                    whole.drafts + part.drafts, whole.refused + part.refused, whole.notes + part.notes
                )
                break
    if not found:
        line = sheets[0].lines[0] if sheets[0].lines else Line(1, ())
        raise BadFile([Complaint(filename, line.number, say.missing_columns(["题干", "答案"]))])
    return whole


def _sheet(body: Sheet, header: Line, layout: Layout, filename: str) -> Carried:
    if layout.wrong:
        return Carried((), tuple(Complaint(filename, header.number, message) for message in layout.wrong))
    drafts: list[Draft] = []
    refused = list(body.complaints)
    for line in body.lines:
        row = _Row(line, layout)
        if not any(row.text(name) for name in layout.places if name not in ("编号", "题型")):
            continue
        draft = _draft(row)
        if draft and not row.wrong:
            drafts.append(draft)
        refused += [Complaint(filename, line.number, message) for message in row.wrong]
    notes = tuple(Complaint(filename, header.number, message) for message in layout.notes)
    return Carried(tuple(drafts), tuple(refused), notes)


def _draft(row: _Row) -> Draft | None:
    if not row.text("题干"):
        row.wrong.append(say.no_stem())
    options = _options(row)
    core = _core(row, options)
    audience = row.read("适用对象", audience_of, NOBODY)
    difficulty = row.read("难度", difficulty_of, 0)
    review_by = row.read("复核日期", day_of, None)
    if core is None:
        return None
    return replace(
        core,
        why=row.text("解析"),
        id=row.text("编号") if "-" in row.text("编号") else "",
        topic=row.text("主题"),
        point=row.text("知识点"),
        audience=audience,
        difficulty=difficulty,
        source=row.text("来源"),
        review_by=review_by,
    )


def _options(row: _Row) -> list[str]:
    texts = [row.text(f"选项{letter}") for letter in _ALPHABET]
    while texts and not texts[-1]:
        texts.pop()
    if "" in texts:
        row.wrong.append(say.gap_in_options(_ALPHABET[texts.index("")]))
    return texts


def _core(row: _Row, options: list[str]) -> Draft | None:
    """Type, stem, options and answer; ``None`` with a complaint on the row."""
    said, answer = row.text("题型"), row.text("答案")
    type_ = type_of(said)
    if said and type_ is None:
        row.wrong.append(say.kind(said))
        return None
    judged = read_answer(answer, "AB", judge=True)
    if type_ is ItemType.JUDGE or (type_ is None and (not options or _truths(options))):
        return _judge(row, options, judged)
    chosen = read_answer(answer, LETTERS[: len(options)])
    right = frozenset(LETTERS.index(letter) for letter in chosen or ())
    reason = say.bad_answer(answer) if chosen is None and 0 < len(options) <= len(LETTERS) else ""
    if type_ is ItemType.SINGLE and len(right) > 1:
        reason = say.bad_answer(answer)
    if type_ is ItemType.MULTIPLE and len(right) == 1:
        reason = say.bad_answer(answer)
    if reason := reason or shape(options, right):
        row.wrong.append(reason)
        return None
    type_ = type_ or (ItemType.SINGLE if len(right) == 1 else ItemType.MULTIPLE)
    return Draft(row.line.number, type_, row.text("题干"), tuple(options), right)


def _truths(options: list[str]) -> bool:
    meant = [read_answer(option, "", judge=True) for option in options]
    return len(options) == 2 and set(meant) == {_AS_TRUE, _AS_FALSE}


def _judge(row: _Row, options: list[str], answer: frozenset[str] | None) -> Draft | None:
    """对 and 错 may stand as options, even the wrong way round; then a letter means what stands there."""
    if options and not _truths(options):
        row.wrong.append(say.unread("判断题的选项只能是对和错"))
        return None
    if answer is None or len(answer) != 1:
        row.wrong.append(say.bad_answer(row.text("答案")))
        return None
    by_letter = read_answer(row.text("答案"), "AB") is not None
    turned = by_letter and bool(options) and read_answer(options[0], "", judge=True) == _AS_FALSE
    return judge(row.line.number, row.text("题干"), (answer == _AS_TRUE) is not turned)
