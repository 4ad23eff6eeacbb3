"""Content as JSON and back, and the hash under which identical content is kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any, Final

from bot.messages import (
    CardUpdate,
    Choice,
    Content,
    Field,
    File,
    Form,
    Image,
    Markdown,
    Notice,
    Question,
    Text,
    Voice,
)

_KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__: kind for kind in (Text, Notice, Question, Form, Image, File, Voice, Markdown, CardUpdate)
}


_FIGURES: Final = ("figures", "emphasis")


def to_json(content: Content) -> dict[str, Any]:
    """A notice without figures is kept as it was before there were any: one hash for the same words."""
    fields = {name: kept for name, kept in asdict(content).items() if kept or name not in _FIGURES}
    return {"kind": type(content).__name__, **fields}


def from_json(kept: dict[str, Any]) -> Content:
    fields = dict(kept)
    kind = _KINDS[fields.pop("kind")]
    if "choices" in fields:
        fields["choices"] = _choices(fields["choices"])
    if "instead" in fields:
        fields["instead"] = Text(fields["instead"]["text"], _choices(fields["instead"]["choices"]))
        fields["fields"] = tuple(Field(one["label"], _choices(one["choices"])) for one in fields["fields"])
    if "figures" in fields:
        fields["figures"] = tuple((left, right) for left, right in fields["figures"])
    if "emphasis" in fields:
        fields["emphasis"] = tuple(fields["emphasis"])
    content: Content = kind(**fields)
    return content


def _choices(kept: list[dict[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(**choice) for choice in kept)


def content_hash(content: Content) -> str:
    """The same for identical content, so that a thousand people share one row and one call."""
    text = json.dumps(to_json(content), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def shelf(content: Image | File | Voice) -> str:
    """Under what an upload is known: the same bytes may travel as a file and as a voice, and a media_id is
    good for one of the two."""
    return f"voice/{content.blob}" if isinstance(content, Voice) else content.blob
