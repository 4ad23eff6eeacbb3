"""Our own fields in the comment lines of a GIFT file: ``// [id:refund-003] [tag:难度:2] …``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from bot.quiz import wording_exchange as say
from bot.quiz.bank import ID
from bot.quiz.exchange import Draft
from bot.quiz.exchange_gift_text import meta
from bot.quiz.items import AUDIENCES, Item

_SEPARATOR: Final = ":"


def tags_of(item: Item) -> str:
    """Everything of a question that GIFT has no place for."""
    said = [
        ("主题", item.topic), ("知识点", item.point), ("适用对象", "、".join(item.audience)),
        ("难度", str(item.difficulty)), ("来源", item.source), ("复核日期", item.review_by.isoformat()),
    ]  # fmt: skip
    return " ".join([meta("id", item.id), *(meta("tag", name + _SEPARATOR + value) for name, value in said)])


def _audience(text: str) -> tuple[str, ...]:
    named = text.split("、")
    if any(name not in AUDIENCES for name in named):
        raise ValueError(text)
    return tuple(a for a in AUDIENCES if a in named)


def _difficulty(text: str) -> int:
    if text not in ("1", "2", "3"):
        raise ValueError(text)
    return int(text)


_READERS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "主题": ("topic", str),
    "知识点": ("point", str),
    "适用对象": ("audience", _audience),
    "难度": ("difficulty", _difficulty),
    "来源": ("source", str),
    "复核日期": ("review_by", date.fromisoformat),
}


def apply_tags(draft: Draft, tags: Sequence[tuple[str, str]]) -> tuple[Draft, list[str]]:
    """The draft with what its tags say, and the tags that are not ours."""
    values: dict[str, Any] = {}
    lost: list[str] = []
    for kind, text in tags:
        name, _, value = text.partition(_SEPARATOR)
        if kind == "id" and ID.fullmatch(text):
            values["id"] = text
        elif kind == "id" or name not in _READERS:
            lost.append(say.lost_tag(text))
        else:
            field, read = _READERS[name]
            try:
                values[field] = read(value)
            except ValueError:
                lost.append(say.lost_tag(text))
    return replace(draft, **values), lost
