"""What good materials must be, as pure functions from texts to complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePosixPath
from typing import Final

from bot.errors import Complaint
from bot.materials import wording_check as say
from bot.materials.loader import WEEKS, Placed, Reading
from bot.materials.rules import Material, Scene

PLACEHOLDERS: Final = frozenset({"school", "term", "date", "area"})
SCRIPT: Final = 240  # characters a teacher reads in a minute
WEEKLY_LINES: Final = 6
PHONE_WIDTH: Final = 20  # characters of a chat bubble's line
PHONE_LINES: Final = 12
CARD_STEM: Final = 160  # characters of a card's description that are shown (90236)
MESSAGE_BYTES: Final = 2048  # a text message in UTF-8 (90236)
LETTER: Final = (450, 1000)
SOON: Final = timedelta(days=60)
SCHOOL_GROUPS: Final = ("小学", "初中", "高中", "大学", "教职工")
WHOLE: Final = "materials"

_PLACEHOLDER: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_MARKS: Final = re.compile(r"^\s{0,3}(?:#{1,6}|[-*+]|\d+\.|>)\s+|[*_`~]{1,3}", re.MULTILINE)
_SHAMING: Final = re.compile(r"贪|傻|蠢|活该|自作自受|没脑子|智商")
_EXEMPT: Final = re.compile(r"[“「][^”」]*[”」]")  # words quoted so that nobody says them


@dataclass(frozen=True, slots=True)
class Findings:
    """Errors must be mended, warnings looked at."""

    errors: tuple[Complaint, ...] = ()
    warnings: tuple[Complaint, ...] = ()


def length(text: str) -> int:
    """Characters that are read aloud or seen: no spaces, no Markdown marks."""
    return len(re.sub(r"\s", "", _MARKS.sub("", text)))


def check_materials(reading: Reading, today: date, placeholders: frozenset[str] = PLACEHOLDERS) -> Findings:
    """Every finding about these files, the complaints of reading them among the errors."""
    errors: list[Complaint] = [*reading.complaints]
    warnings: list[Complaint] = []
    for placed in reading.placed:
        errors += _errors(placed, today)
        errors += _placeholders(placed, placeholders)
        warnings += _warnings(placed, today)
    errors += [Complaint(WHOLE, 1, message) for message in _coverage([p.text for p in reading.placed])]
    return Findings(tuple(errors), tuple(warnings))


def missing_weeks(texts: Sequence[Material], audience: str) -> list[int]:
    """The weeks of the school year for which an audience has no weekly reminder in season."""
    covered = {w for t in texts if t.kind == "weekly" and audience in t.audience for w in t.season}
    return [week for week in WEEKS if week not in covered]


def message_bytes(text: Material) -> int:
    """The most a text message with this reminder and its scene takes."""
    parts = [text.title, text.body]
    if text.scene:
        parts += [text.scene.stem, *(f"{letter}. {option}" for letter, option in text.scene.options)]
    return len("\n".join(parts).encode())


def _coverage(texts: Sequence[Material]) -> Iterator[str]:
    for audience in SCHOOL_GROUPS:
        if missing := missing_weeks(texts, audience):
            yield say.weeks_missing(audience, missing)


def _errors(placed: Placed, today: date) -> Iterator[Complaint]:
    text = placed.text
    if text.id != PurePosixPath(placed.file).stem:
        yield placed.complain(say.id_not_file_name(text.id, PurePosixPath(placed.file).stem), "id")
    if text.review_by < today:
        yield placed.complain(say.expired(text.review_by.isoformat()), "review_by")
    if len(text.source) < 2:
        yield placed.complain(say.empty_source(), "source")
    if text.kind == "sixty_seconds" and length(text.body) > SCRIPT:
        yield placed.complain_body(say.too_long(length(text.body), SCRIPT))
    if text.kind == "weekly":
        lines = [line for line in text.body.split("\n") if line.strip()]
        if len(lines) > WEEKLY_LINES:
            yield placed.complain_body(say.too_many_lines(len(lines), WEEKLY_LINES))
    if text.kind in ("weekly", "alerts") and (size := message_bytes(text)) > MESSAGE_BYTES:
        yield placed.complain_body(say.too_many_bytes(size, MESSAGE_BYTES))


def _warnings(placed: Placed, today: date) -> Iterator[Complaint]:
    text = placed.text
    if today <= text.review_by < today + SOON:
        yield placed.complain(say.soon_due(text.review_by.isoformat()), "review_by")
    if text.kind in ("weekly", "sixty_seconds") and text.scene is None:
        yield placed.complain(say.no_scene())
    if text.kind == "weekly" and (lines := phone_lines(text.body)) > PHONE_LINES:
        yield placed.complain_body(say.many_phone_lines(lines, PHONE_WIDTH))
    if text.scene and (size := scene_length(text.scene)) > CARD_STEM:
        yield placed.complain(say.long_scene(size, CARD_STEM), "scene")
    if text.kind == "letters" and not LETTER[0] <= length(text.body) <= LETTER[1]:
        yield placed.complain_body(say.letter_length(length(text.body), *LETTER))
    for offset, line in enumerate(text.body.split("\n")):
        if found := _SHAMING.search(_EXEMPT.sub("", line)):
            yield placed.complain_body(say.shaming(found[0]), offset)


def scene_length(scene: Scene) -> int:
    """Characters of the stem with its options under it, as a card's description holds them."""
    return len("\n".join([scene.stem, *(f"{letter}. {option}" for letter, option in scene.options)]))


def phone_lines(body: str) -> int:
    """How many lines of a chat bubble the body takes, empty ones left out."""
    return sum(-(-len(line) // PHONE_WIDTH) for line in body.split("\n") if line.strip())


def _placeholders(placed: Placed, known: frozenset[str]) -> Iterator[Complaint]:
    for offset, line in enumerate(placed.text.body.split("\n")):
        for name in _PLACEHOLDER.findall(line):
            if name not in known:
                yield placed.complain_body(say.unknown_placeholder(name, sorted(known)), offset)
        if re.search(r"[{}]", _PLACEHOLDER.sub("", line)):
            yield placed.complain_body(say.stray_brace(), offset)
