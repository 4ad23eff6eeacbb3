"""Aiken -> drafts: a question, options ``A. …`` or ``A) …`` and ``ANSWER: A`` (Moodle docs, Aiken)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from bot.errors import Complaint
from bot.quiz import wording_exchange as say
from bot.quiz.answers import read_answer
from bot.quiz.bank import LETTERS
from bot.quiz.exchange import Carried, Draft, shape
from bot.quiz.items import ItemType

_OPTION: Final = re.compile(r"\s*([A-Z])\s*[.)、．）]\s*(.*\S)\s*")
_ANSWER: Final = re.compile(r"\s*(?:ANSWER|答案)\s*[:：]\s*(.*?)\s*", re.I)


@dataclass(slots=True)
class _Open:
    """A question while its lines come in."""

    line: int = 0
    stem: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    reason: str = ""


def looks_like_aiken(text: str) -> bool:
    """An ANSWER line is in no other format."""
    return any(_ANSWER.fullmatch(line) for line in text.splitlines())


def read_aiken(text: str, filename: str) -> Carried:
    """Every question of the file; a question whose lines do not fit is refused with its first line."""
    drafts: list[Draft] = []
    refused: list[Complaint] = []
    now = _Open()

    def give_up(reason: str) -> None:
        refused.append(Complaint(filename, now.line, reason))

    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip():
            continue
        if found := _ANSWER.fullmatch(line):
            now.line = now.line or number
            draft, reason = _close(now, found[1])
            if draft:
                drafts.append(draft)
            else:
                give_up(reason)
            now = _Open()
            continue
        if (found := _OPTION.fullmatch(line)) and now.stem and (now.options or found[1] == "A"):
            if not now.reason and found[1] != chr(ord("A") + len(now.options)):
                now.reason = say.not_in_order(found[1])
            now.options.append(found[2])
            continue
        if now.options:
            give_up(say.no_answer_line())
            now = _Open()
        now.line = now.line or number
        now.stem.append(line.strip())
    if now.stem:
        give_up(say.no_answer_line() if now.options else say.stray_line(now.stem[0][:20]))
    return Carried(tuple(drafts), tuple(refused))


def _close(now: _Open, answer: str) -> tuple[Draft | None, str]:
    if now.reason or not now.stem:
        return None, now.reason or say.no_stem()
    chosen = read_answer(answer, LETTERS[: len(now.options)])
    if chosen is None and len(now.options) <= len(LETTERS):
        return None, say.bad_answer(answer)
    right = frozenset(LETTERS.index(letter) for letter in chosen or ())
    if reason := shape(now.options, right):
        return None, reason
    type_ = ItemType.SINGLE if len(right) == 1 else ItemType.MULTIPLE
    return Draft(now.line, type_, "\n".join(now.stem), tuple(now.options), right), ""
