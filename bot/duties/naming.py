"""Which campaign is meant: a word for each of several, and the one that a line begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.duties.rules import Occurrence
from bot.duties.wording import SHANGHAI, day
from bot.people.spelling import tidy

ALL = "全部"


@dataclass(frozen=True, slots=True)
class Named:
    """The ids that a line begins with, and what follows. ``exact``: by the whole word, not a part of it."""

    ids: tuple[str, ...]
    rest: str
    exact: bool = False


def word_of(title: str) -> str:
    """A title as one word, so that more can be typed behind it."""
    return "".join(tidy(title).split())


def words_of(campaigns: Iterable[Occurrence]) -> dict[str, str]:
    """By id; campaigns of one title are told apart by their day, its year, or the minute."""
    kept = {one.id: one for one in campaigns}
    words = {id_: word_of(one.title) for id_, one in kept.items()}
    for tell in (day, _dated, _timed):
        often = Counter(words.values())
        words = {
            id_: word_of(kept[id_].title + tell(kept[id_].planned_at)) if often[word] > 1 else word
            for id_, word in words.items()
        }
    return words


def _dated(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI).year}年{day(at)}"


def _timed(at: datetime) -> str:
    return f"{_dated(at)}{at.astimezone(SHANGHAI):%H:%M}"


def named(text: str, words: Mapping[str, str]) -> Named:
    """What a line begins with: a whole word, however it is spaced, or else a part of some.

    No ids, and the whole line, when it begins with none.
    """
    parts = text.split()
    lowered = {id_: word.casefold() for id_, word in words.items()}
    for length in range(len(parts), 0, -1):
        said = word_of(" ".join(parts[:length])).casefold()
        if ids := tuple(id_ for id_, word in lowered.items() if said in (word, id_.casefold())):
            return Named(ids, " ".join(parts[length:]), exact=True)
    said = word_of(parts[0]).casefold() if parts else ""
    ids = tuple(id_ for id_, word in lowered.items() if said and said in word)
    return Named(ids, " ".join(parts[1:])) if ids else Named((), text)
