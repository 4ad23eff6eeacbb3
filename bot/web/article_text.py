"""Which text of an occurrence a reader gets, and its Markdown as the few harmless tags of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from markupsafe import Markup

from bot.duties.filling import fields_of, term_words
from bot.duties.rules import Occurrence
from bot.materials.page import filled, html
from bot.materials.rules import Library, Material
from bot.people.rules import Person, PersonKind, Stage
from bot.quiz.items import AUDIENCES
from bot.school import audience_of

__all__ = ["PARENTS", "WORDS", "article", "audience_words", "fields_of", "term_words", "texts_for"]

PARENTS: Final = ("家长", *(f"家长/{stage}" for stage in Stage))  # a letter may have a version for each 学段
WORDS: Final = (*AUDIENCES, *PARENTS[1:])


def audience_words(person: Person, children: Iterable[Person]) -> list[str]:
    """For whom the texts of this person are made, closest first."""
    if person.kind is not PersonKind.PARENT:
        return [audience_of(person.kind, person.stage)]
    return [*(f"家长/{child.stage or Stage.COLLEGE}" for child in children), "家长"]


def texts_for(library: Library, occurrence: Occurrence, words: Iterable[str]) -> list[Material]:
    """The texts chosen for these audiences, each once, in the order of the words."""
    ids = dict.fromkeys(occurrence.material_for(word) for word in words if word in WORDS)
    return [text for id_ in ids if (text := library.get(id_)) is not None]


def article(body: str, fields: Mapping[str, str]) -> Markup:
    """The text with its gaps filled, single line breaks kept, as HTML that cannot do anything."""
    return Markup(html(filled(body, fields)))
