"""Is this message like a known fraud? A hit on the fraud cards names a type; nothing is ever cleared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bot.materials.rules import Material


@dataclass(frozen=True, slots=True)
class Judgement:
    """The card that fits best. ``hits`` counts its different keywords that were found."""

    card: str
    title: str
    hits: int
    do: tuple[str, ...]


def judge(text: str, cards: Iterable[Material]) -> Judgement | None:
    """The best card with at least two keywords in the text, or one that is long enough to mean it."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    best: tuple[int, int, Material] | None = None
    for card in cards:
        found = {
            k for k in map(str, card.extra.get("keywords", ())) if "".join(k.casefold().split()) in plain
        }
        weight = sum(len(k) for k in found)
        if (len(found) >= 2 or weight >= 5) and (best is None or (len(found), weight) > best[:2]):
            best = (len(found), weight, card)
    if best is None:
        return None
    hits, _, card = best
    return Judgement(card.id, card.title, hits, tuple(map(str, card.extra.get("do", ()))))
