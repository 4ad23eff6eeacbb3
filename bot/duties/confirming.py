"""Several things to confirm on one day, as one form."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from bot.duties.rules import CONFIRM_WORDS
from bot.duties.wording_confirm import FORM_STEM, FORM_TITLE, NOT_YET, field_label
from bot.messages import Choice, Content, Field, Form, Question, Text

CONFIRMS: Final = "c-"  # how the key of a question to confirm begins
_ORDER: Final = tuple(CONFIRM_WORDS.values())
_NOT_YET: Final = Choice(NOT_YET, NOT_YET)


def as_form(items: Sequence[Content], instead: Text) -> Form | None:
    """One card for all of them, submitted once; ``None`` where something else is among them.

    ``instead`` is what the same items say as a text.
    """
    asked = [item for item in items if isinstance(item, Question) and item.key.startswith(CONFIRMS)]
    words = {question.choices[0].word for question in asked}
    if len(items) < 2 or len(asked) < len(items) or len(words) < len(asked) or not words <= set(_ORDER):
        return None
    asked.sort(key=lambda question: _ORDER.index(question.choices[0].word))
    fields = tuple(Field(field_label(one.title), (_NOT_YET, one.choices[0])) for one in asked)
    key = sha256("|".join(one.key for one in asked).encode()).hexdigest()[:24]
    return Form(f"cc-{key}", FORM_TITLE, FORM_STEM, fields, instead)
