"""Texts of the library as values, and which one fits a week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Scene:
    """One question that rides in a reminder; answered with one tap, never scored."""

    stem: str
    options: tuple[tuple[str, str], ...]
    answer: str
    why: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that travels with a text; ``name`` is what people see."""

    name: str
    data: bytes = field(default=b"", repr=False)

    @property
    def ending(self) -> str:
        return self.name.rpartition(".")[2].lower()


VOICE: Final = frozenset({"amr"})
PICTURES: Final = frozenset({"jpg", "jpeg", "png"})
PAPERS: Final = frozenset({"pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "txt", "mp3", "mp4"})


@dataclass(frozen=True, slots=True)
class Material:
    """One Markdown file. ``kind`` is its folder; ``season`` the weeks of the school year it fits.

    ``files`` come with its message, ``cover`` is the picture on it.
    """

    id: str
    kind: str
    title: str
    audience: tuple[str, ...]
    topic: str
    source: str
    review_by: date
    body: str
    season: frozenset[int] = frozenset()
    scene: Scene | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Enclosure, ...] = ()
    cover: Enclosure | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """All texts by id, immutable, replaced as a whole."""

    texts: Mapping[str, Material]

    @classmethod
    def of(cls, texts: Iterable[Material]) -> Library:
        return cls(MappingProxyType({text.id: text for text in texts}))

    def of_kind(self, kind: str, audience: str = "") -> list[Material]:
        """The texts of a folder for an audience, in the order of their ids."""
        return sorted(
            (t for t in self.texts.values() if t.kind == kind and (not audience or audience in t.audience)),
            key=lambda t: t.id,
        )

    def get(self, id_: str) -> Material | None:
        return self.texts.get(id_)


def pick(texts: Iterable[Material], week: int, used: Mapping[str, int], day: int = 0) -> Material | None:
    """The text for a week of the school year: the season that fits most closely, least used first.

    ``day`` turns the choice within a week, so that five school days have five texts. Out of season, anything
    is better than silence.
    """
    fitting = list(texts)
    if not fitting:
        return None

    def rank(text: Material) -> tuple[int, int, int, str]:
        fits = 0 if week in text.season else 1
        return (fits, used.get(text.id, 0), len(text.season) or 99, text.id)

    ordered = sorted(fitting, key=rank)
    best = [t for t in ordered if rank(t)[:2] == rank(ordered[0])[:2]]
    return best[day % len(best)]
