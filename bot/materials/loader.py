"""Text of Markdown files with front matter -> the library, every complaint with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot.errors import BadFile, Complaint
from bot.marked_yaml import check, load
from bot.materials import wording_check as say
from bot.materials.rules import PAPERS, PICTURES, VOICE, Enclosure, Library, Material, Scene
from bot.quiz.bank import Day, Line, Text, not_utf8

WEEKS: Final = range(1, 41)  # of the school year
IN_SEASON: Final = frozenset({"weekly", "sixty_seconds"})
FILES: Final = 3  # with one text
NAME: Final = 60  # characters of a file's name
TRUE_FALSE: Final = (("A", "对"), ("B", "错"))
_FENCE: Final = "---"
_RANGE: Final = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2})")
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError(say.bad_id())
    return text


def weeks(value: int | str) -> range:
    """``5`` or ``1-3``; raises ValueError."""
    found = _RANGE.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, str) and found is None:
        raise ValueError(say.bad_season(value))
    first, last = (int(found[1]), int(found[2])) if found else (int(value), int(value))
    if first not in WEEKS or last not in WEEKS or first > last:
        raise ValueError(say.bad_season(str(value)))
    return range(first, last + 1)


def _file(name: str) -> str:
    """A file beside the text, of a kind that a chat can show; raises ValueError."""
    if len(name) > NAME or name.startswith(".") or set(name) & set('/\\:*?"<>|'):
        raise ValueError(say.bad_file_name(name, NAME))
    if Enclosure(name).ending not in VOICE | PICTURES | PAPERS:
        raise ValueError(say.bad_ending(name, sorted(VOICE | PICTURES | PAPERS)))
    return name


def _picture(name: str) -> str:
    """Raises ValueError for what is no picture's name."""
    if Enclosure(name).ending not in PICTURES:
        raise ValueError(say.bad_ending(name, sorted(PICTURES)))
    return _file(name)


_File = Annotated[Line, AfterValidator(_file)]


class _Scene(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    stem: Text
    options: dict[str, Line] | None = None
    answer: bool | str
    why: Text

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        letters = list(self.options or {})
        if isinstance(self.answer, bool) != (not letters):
            raise ValueError(say.scene_answer())
        if letters and (letters != list("ABCDEF"[: len(letters)]) or self.answer not in letters):
            raise ValueError(say.scene_answer())
        return self

    @property
    def value(self) -> Scene:
        if isinstance(self.answer, bool):
            return Scene(self.stem, TRUE_FALSE, "A" if self.answer else "B", self.why)
        return Scene(self.stem, tuple((self.options or {}).items()), self.answer, self.why)


class _Belief(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    wrong: Line
    right: Line


class _Front(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[Line, AfterValidator(_id)]
    title: Line
    audience: Annotated[
        tuple[Literal["小学", "初中", "高中", "大学", "教职工", "家长"], ...], Field(min_length=1)
    ]
    topic: Line
    source: Line
    review_by: Day
    season: tuple[Annotated[int, Field(strict=True)] | str, ...] = ()
    scene: _Scene | None = None


class _Sendable(_Front):
    files: Annotated[tuple[_File, ...], Field(max_length=FILES)] = ()
    cover: Annotated[Line, AfterValidator(_picture)] | None = None


class _Seasonal(_Sendable):
    season: Annotated[tuple[Annotated[int, Field(strict=True)] | str, ...], Field(min_length=1)]


class _Card(_Front):
    """A fraud card: how to know it, what to do, and what people wrongly believe."""

    keywords: Annotated[list[Line], Field(min_length=1)]
    signs: Annotated[list[Line], Field(min_length=1)]
    do: Annotated[list[Line], Field(min_length=1)]
    believed: Annotated[list[_Belief], Field(min_length=1)]


_MODELS: Final[Mapping[str, type[_Front]]] = {
    "weekly": _Seasonal, "sixty_seconds": _Seasonal, "letters": _Sendable, "alerts": _Front,
    "guides": _Sendable,
    "cards": _Card,
}  # fmt: skip
_BASE: Final = frozenset(_Seasonal.model_fields)


@dataclass(frozen=True, slots=True)
class Placed:
    """A text, its file, the line of each key of its front matter, and the line on which its body begins."""

    text: Material
    file: str
    lines: Mapping[str, int] = field(repr=False)
    body_line: int = 1

    def complain(self, message: str, key: str = "") -> Complaint:
        return Complaint(self.file, self.lines.get(key, 1), message)

    def complain_body(self, message: str, offset: int = 0) -> Complaint:
        return Complaint(self.file, self.body_line + offset, message)


@dataclass(frozen=True, slots=True)
class Reading:
    """The good texts in the order of the files, and every complaint about the others."""

    placed: tuple[Placed, ...]
    complaints: tuple[Complaint, ...]

    @property
    def library(self) -> Library:
        return Library.of(placed.text for placed in self.placed)


def read_materials(files: Mapping[str, str]) -> Reading:
    """``files`` maps ``weekly/college-01.md`` to its text; the folder is the kind. What travels with a text
    has its name here, and its bytes from ``bot.materials.files``.
    """
    placed: list[Placed] = []
    complaints: list[Complaint] = []
    for name, text in files.items():
        try:
            placed.append(_read(name, text))
        except BadFile as bad:
            complaints += bad.complaints
    return Reading(tuple(placed), (*complaints, *_repeated(placed)))


def read_library(files: Mapping[str, str]) -> Library:
    """The library of these files. Raises BadFile with all complaints of all files."""
    reading = read_materials(files)
    if reading.complaints:
        raise BadFile(list(reading.complaints))
    return reading.library


def _repeated(placed: list[Placed]) -> Iterator[Complaint]:
    first: dict[str, Placed] = {}
    for one in placed:
        if first.setdefault(one.text.id, one) is not one:
            yield one.complain(say.id_twice(one.text.id, first[one.text.id].file), "id")


def _read(name: str, text: str) -> Placed:
    if garbled := not_utf8(text, name):
        raise BadFile([garbled])
    kind = name.split("/")[-2] if "/" in name else ""
    if kind not in _MODELS:
        raise BadFile([Complaint(name, 1, say.unknown_folder(kind, sorted(_MODELS)))])
    front, body, body_line = _parts(name, text.replace("\r\n", "\n"))
    # One empty line stands for the opening fence, so that lines count from the top of the file.
    marked = load("\n" + front, name)
    values = check(marked, _MODELS[kind])
    lines = {key: marked.line((key,)) for key in type(values).model_fields}
    season: set[int] = set()
    wrong: list[Complaint] = []
    for at, week in enumerate(values.season):
        try:
            season.update(weeks(week))
        except ValueError as error:
            wrong.append(marked.complain(("season", at), str(error)))
    if not body:
        wrong.append(Complaint(name, front.count("\n") + 2, say.empty_body()))
    if wrong:
        raise BadFile(wrong)
    extra: dict[str, Any] = {key: value for key, value in values.model_dump().items() if key not in _BASE}
    material = Material(
        id=values.id,
        kind=kind,
        title=values.title,
        audience=tuple(values.audience),
        topic=values.topic,
        source=values.source,
        review_by=values.review_by,
        body=body,
        season=frozenset(season),
        scene=values.scene.value if values.scene else None,
        extra=MappingProxyType(extra),
        files=tuple(map(Enclosure, values.files)) if isinstance(values, _Sendable) else (),
        cover=Enclosure(values.cover) if isinstance(values, _Sendable) and values.cover else None,
    )
    return Placed(material, name, MappingProxyType(lines), body_line)


def _parts(name: str, text: str) -> tuple[str, str, int]:
    """The front matter, the body without empty lines around it, and the line on which that begins."""
    lines = text.removeprefix("\ufeff").split("\n")
    fences = [at for at, line in enumerate(lines) if line.rstrip() == _FENCE][:2]
    if len(fences) < 2 or fences[0] != 0:
        raise BadFile([Complaint(name, 1, say.no_front_matter())])
    start = fences[1] + 1
    while start < len(lines) and not lines[start].strip():
        start += 1
    body = "\n".join(line.rstrip() for line in lines[start:]).strip("\n")
    return "\n".join(lines[1 : fences[1]]) + "\n", body, start + 1
