"""Text of question files -> checked questions, each with the place where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.errors import BadFile, Complaint
from bot.marked_yaml import Marked, check, load
from bot.quiz import wording_check as say
from bot.quiz.items import AUDIENCES, JUDGE_OPTIONS, Bank, Item, ItemType
from bot.wording import NOT_UTF8

LETTERS: Final = "ABCDEF"
ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*-[0-9]{3,4}")
LONGEST_POINT: Final = 24
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Placed:
    """A question, its file, and the line of each of its fields; ``lines[""]`` is where it begins."""

    item: Item
    file: str
    lines: Mapping[str, int] = field(repr=False)

    def complain(self, message: str, at: str = "") -> Complaint:
        return Complaint(self.file, self.lines.get(at, self.lines[""]), f"{self.item.id}: {message}")


@dataclass(frozen=True, slots=True)
class Reading:
    """The good questions in the order of the files, and every complaint about the others."""

    placed: tuple[Placed, ...]
    complaints: tuple[Complaint, ...]

    @property
    def bank(self) -> Bank:
        return Bank.of(placed.item for placed in self.placed)


def not_utf8(text: str, filename: str) -> Complaint | None:
    """A complaint about the first line that was no UTF-8 when the file was read."""
    at = text.find("\N{REPLACEMENT CHARACTER}")
    return Complaint(filename, text.count("\n", 0, at) + 1, NOT_UTF8) if at >= 0 else None


def fit_text(text: str) -> str:
    """The text itself when a person can read it on a phone as it stands; raises ValueError."""
    if not text.strip():
        raise ValueError(say.empty())
    if text != text.strip():
        raise ValueError(say.spaces_around())
    if strange := next((c for c in text if c != "\n" and _strange(c)), ""):
        raise ValueError(say.strange_character(strange))
    return text


def fit_line(text: str) -> str:
    """Like ``fit_text``, on one line."""
    if "\n" in text:
        raise ValueError(say.one_line())
    return fit_text(text)


def _strange(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def day(value: object) -> object:
    """A date must be written out; a bare number would pass for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DATE.fullmatch(value)):
        return value
    raise ValueError(say.not_a_day())


Text = Annotated[str, AfterValidator(fit_text)]
Line = Annotated[str, AfterValidator(fit_line)]
Day = Annotated[date, BeforeValidator(day)]


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[Line, Field(pattern=f"^{ID.pattern}$")]
    point: Annotated[Line, Field(max_length=LONGEST_POINT)]
    type: ItemType
    audience: Annotated[list[Literal["小学", "初中", "高中", "大学", "教职工", "家长"]], Field(min_length=1)]
    difficulty: Annotated[int, Field(ge=1, le=3, strict=True)]
    stem: Text
    options: dict[str, Line] | None = None
    answer: bool | str | list[str]
    why: Text
    source: Line
    review_by: Day

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if wrong := shape_complaints(self.type, list(self.options or {}), self.answer):
            raise ValueError("；".join(wrong))
        if self.options and len(set(self.options.values())) != len(self.options):
            raise ValueError(say.equal_options())
        if len(set(self.audience)) != len(self.audience):
            raise ValueError(say.audience_twice())
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: Line
    questions: Annotated[list[_Question], Field(min_length=1)]


def shape_complaints(
    type_: ItemType, letters: Sequence[str], answer: bool | str | Sequence[str]
) -> list[str]:
    """What does not fit between the type of a question, its options and its answer."""
    if type_ is ItemType.JUDGE:
        wrong = [say.judge_has_options()] if letters else []
        return wrong if isinstance(answer, bool) else [*wrong, say.judge_answer()]
    if not 2 <= len(letters) <= len(LETTERS) or list(letters) != list(LETTERS[: len(letters)]):
        return [say.option_letters()]
    if isinstance(answer, bool):
        return [say.letter_answer()]
    chosen = [answer] if isinstance(answer, str) else list(answer)
    if foreign := [letter for letter in chosen if letter not in letters]:
        return [say.answer_unknown(foreign)]
    if type_ is ItemType.SINGLE:
        return [] if isinstance(answer, str) else [say.letter_answer()]
    if isinstance(answer, str) or len(set(chosen)) != len(chosen) or len(chosen) < 2:
        return [say.letters_answer()]
    return []


def read_questions(files: Mapping[str, str]) -> Reading:
    """Every file as far as it can be read. Good questions of a file with complaints are left out with it."""
    placed: list[Placed] = []
    complaints: list[Complaint] = []
    places: dict[str, Complaint] = {}
    for name, text in files.items():
        if wrong := not_utf8(text, name):
            complaints.append(wrong)
            continue
        try:
            marked = load(text, name)
        except BadFile as bad:
            complaints += bad.complaints
            continue
        try:
            placed += _placed(check(marked, _File), marked)
        except BadFile as bad:
            complaints += bad.complaints
        complaints += _repeated(marked, places)
    return Reading(tuple(placed), tuple(complaints))


def read_bank(files: Mapping[str, str]) -> Bank:
    """The bank of these files, name -> text. Raises BadFile with all complaints of all files."""
    reading = read_questions(files)
    if reading.complaints:
        raise BadFile(list(reading.complaints))
    return reading.bank


def _repeated(marked: Marked, places: dict[str, Complaint]) -> list[Complaint]:
    """Ids met before, also those of files that have other faults."""
    questions = marked.value.get("questions") if isinstance(marked.value, dict) else None
    found: list[Complaint] = []
    for at, question in enumerate(questions if isinstance(questions, list) else ()):
        id_: Any = question.get("id") if isinstance(question, dict) else None
        if not isinstance(id_, str):
            continue
        here = marked.complain(("questions", at, "id"), "")
        first = places.setdefault(id_, here)
        if first is not here:
            found.append(Complaint(here.file, here.line, say.id_twice(id_, first.file, first.line)))
    return found


def _placed(file: _File, marked: Marked) -> list[Placed]:
    return [
        Placed(_item(file.topic, question), marked.filename, _lines(marked, at))
        for at, question in enumerate(file.questions)
    ]


def _lines(marked: Marked, at: int) -> dict[str, int]:
    root = ("questions", at)
    return {"": marked.line(root)} | {name: marked.line((*root, name)) for name in _Question.model_fields}


def _item(topic: str, question: _Question) -> Item:
    answer = question.answer
    judge = isinstance(answer, bool)
    if isinstance(answer, bool):
        answer = "A" if answer else "B"
    return Item(
        id=question.id,
        topic=topic,
        point=question.point,
        type=question.type,
        audience=tuple(a for a in AUDIENCES if a in question.audience),
        difficulty=question.difficulty,
        stem=question.stem,
        options=JUDGE_OPTIONS if judge else tuple((question.options or {}).items()),
        answer=frozenset([answer] if isinstance(answer, str) else answer),
        why=question.why,
        source=question.source,
        review_by=question.review_by,
    )
