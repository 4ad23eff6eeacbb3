"""Moodle GIFT -> drafts. What our questions cannot hold is told with its line, never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from bot.errors import Complaint
from bot.quiz import wording_exchange as say
from bot.quiz.exchange import Carried, Draft
from bot.quiz.exchange_gift_answers import Refused, read_answers
from bot.quiz.exchange_gift_text import CONTROL, has_media, hold, meta_of, plain, text_format
from bot.quiz.exchange_tags import apply_tags

_CATEGORY: Final = re.compile(r"\s*\$CATEGORY:\s*(.*?)\s*")
_TITLE: Final = re.compile(r"\s*::(.*?)::", re.DOTALL)
_SLASHES: Final = re.compile(r"(?<!/)/(?!/)")
BLANK: Final = "_____"  # where the answers of a missing-word question stood


@dataclass(slots=True)
class _Block:
    """The lines of one question, without its comments."""

    line: int
    lines: list[str] = field(default_factory=list)
    meta: list[tuple[str, str]] = field(default_factory=list)
    topic: str = ""


def read_gift(text: str, filename: str) -> Carried:
    """Every question of a GIFT file. Raises nothing: what is wrong stands in ``refused``."""
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if found := CONTROL.search(clean):
        line = clean.count("\n", 0, found.start()) + 1
        return Carried((), (Complaint(filename, line, say.control_characters()),))
    drafts: list[Draft] = []
    refused: list[Complaint] = []
    notes: list[Complaint] = []
    for block in _blocks(clean):
        try:
            draft, lost = _read(block)
        except Refused as reason:
            refused.append(Complaint(filename, block.line, str(reason)))
        else:
            drafts.append(draft)
            notes += [Complaint(filename, block.line, message) for message in lost]
    return Carried(tuple(drafts), tuple(refused), tuple(notes))


def _blocks(text: str) -> Iterator[_Block]:
    block = _Block(0)
    topic = ""
    for number, line in enumerate([*text.split("\n"), ""], 1):
        bare = line.strip()
        if bare.startswith("//"):
            block.meta += meta_of(bare)
        elif category := _CATEGORY.fullmatch(line):
            topic = _topic(category[1])
        elif bare:
            block.line = block.line or number
            block.topic = topic
            block.lines.append(line)
        elif block.lines:
            yield block
            block = _Block(0)


def _topic(path: str) -> str:
    """The last part of a category path; a doubled slash is one of the name."""
    parts = [part.strip().replace("//", "/") for part in _SLASHES.split(path)]
    return next((part for part in reversed(parts) if part and part != "top" and not part.startswith("$")), "")


def _read(block: _Block) -> tuple[Draft, list[str]]:
    held = hold("\n".join(block.lines))
    title = ""
    if found := _TITLE.match(held):
        title, held = plain(found[1], "")[0], held[found.end() :]
    format_, held = text_format(held)
    head, answers, tail = _parts(held)
    if has_media(held):
        raise Refused(say.picture())
    stem, lost = plain(_with_blank(head.rstrip(), tail.strip()), format_)
    if not stem:
        raise Refused(say.no_stem())
    draft, notes = read_answers(answers, format_, block.line, stem)
    if lost and say.lost_format() not in notes:
        notes.append(say.lost_format())
    draft, more = apply_tags(replace(draft, topic=block.topic), block.meta)
    if title and title != draft.id and not stem.startswith(title.rstrip(".… ")):
        notes.append(say.lost_title(title))
    return draft, notes + more


def _with_blank(head: str, tail: str) -> str:
    if not tail:
        return head
    return f"{head} {BLANK}{' ' if tail[0].isalnum() else ''}{tail}"


def _parts(held: str) -> tuple[str, str, str]:
    opening, closing = held.count("{"), held.count("}")
    if not opening and not closing:
        raise Refused(say.kind("没有答案的说明文字"))
    if opening != closing or held.find("{") > held.find("}"):
        raise Refused(say.open_brace())
    if opening > 1:
        raise Refused(say.more_braces())
    head, rest = held.split("{")
    answers, tail = rest.split("}")
    return head, answers, tail
