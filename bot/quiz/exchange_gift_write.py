"""Questions -> Moodle GIFT, with our own fields in comments, so that nothing is lost on the way back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.quiz.exchange_gift_text import escape
from bot.quiz.exchange_tags import tags_of
from bot.quiz.items import Item, ItemType


def write_gift(items: Iterable[Item]) -> str:
    """One file for all questions; each topic is a category."""
    return "\n\n".join(_blocks(items)) + "\n"


def _blocks(items: Iterable[Item]) -> Iterator[str]:
    topic = None
    for item in items:
        if item.topic != topic:
            topic = item.topic
            yield f"$CATEGORY: $course$/top/反诈题库/{topic.replace('/', '//')}"
        yield _question(item)


def _question(item: Item) -> str:
    why = f"####{escape(item.why, marked=True)}"
    head = f"// {tags_of(item)}\n::{escape(item.id)}::{escape(item.stem, marked=True)}"
    if item.type is ItemType.JUDGE:
        return f"{head}{{{'TRUE' if 'A' in item.answer else 'FALSE'}{why}}}"
    lines = [f"\t{_mark(item, letter)}{escape(text)}" for letter, text in item.options]
    return "\n".join([head + "{", *lines, f"\t{why}", "}"])


def _mark(item: Item, letter: str) -> str:
    right = letter in item.answer
    if item.type is ItemType.SINGLE:
        return "=" if right else "~"
    share = 100 / len(item.answer) if right else -100.0
    return f"~%{share:.5f}".rstrip("0").rstrip(".") + "%"
