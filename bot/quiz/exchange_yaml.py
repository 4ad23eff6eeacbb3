"""Questions -> the text of new question files, one for each topic."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from bot.quiz.items import Item, ItemType

# Plain where nobody could misread it; anything else stands in quotes.
_PLAIN: Final = re.compile(r"[\u4e00-\u9fff“《（][\u4e00-\u9fffA-Za-z0-9“”《》（），。？！；：、·…+/%.~-]*")


def write_files(items: Iterable[Item], taken: Collection[str]) -> dict[str, str]:
    """File name -> text. A name comes from the first id of its topic and is none of ``taken``."""
    topics: dict[str, list[Item]] = {}
    for item in items:
        topics.setdefault(item.topic, []).append(item)
    files: dict[str, str] = {}
    for topic, same in topics.items():
        name = next(name for name in _names(same[0]) if name not in files and name not in taken)
        files[name] = write_file(topic, same)
    return files


def _names(item: Item) -> Iterator[str]:
    slug = item.id.rpartition("-")[0]
    yield f"{slug}.yaml"
    number = 2
    while True:
        yield f"{slug}-{number}.yaml"
        number += 1


def write_file(topic: str, items: Iterable[Item]) -> str:
    """One question file in the order of keys that all of them have."""
    lines = [f"topic: {_text(topic)}", "questions:"]
    for item in items:
        lines += _question(item)
    return "\n".join(lines) + "\n"


def _question(item: Item) -> Iterator[str]:
    yield f"  - id: {item.id}"
    yield f"    point: {_text(item.point)}"
    yield f"    type: {item.type}"
    yield f"    audience: [{', '.join(item.audience)}]"
    yield f"    difficulty: {item.difficulty}"
    yield f"    stem: {_text(item.stem)}"
    if item.type is not ItemType.JUDGE:
        yield "    options:"
        yield from (f"      {letter}: {_text(text)}" for letter, text in item.options)
    yield f"    answer: {_answer(item)}"
    yield f"    why: {_text(item.why)}"
    yield f"    source: {_text(item.source)}"
    yield f"    review_by: {item.review_by.isoformat()}"


def _answer(item: Item) -> str:
    if item.type is ItemType.JUDGE:
        return "true" if "A" in item.answer else "false"
    letters = sorted(item.answer)
    return letters[0] if item.type is ItemType.SINGLE else f"[{', '.join(letters)}]"


def _text(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
