"""The fields of a callback as flat text, and what both platforms make of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from bot.errors import Malformed
from bot.messages import NO_FIELDS, Kind
from bot.platforms.xml import legal

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "text": Kind.TEXT,
        "image": Kind.IMAGE,
        "voice": Kind.VOICE,
        "video": Kind.VIDEO,
        "shortvideo": Kind.VIDEO,
        "location": Kind.LOCATION,
        "link": Kind.LINK,
        "miniprogrampage": Kind.MINIPROGRAM,
    }
)

# Elements that may come once or many times: always numbered, so that one and two read alike.
_REPEATED: Final = frozenset({"item", "Item", "List", "SelectedItem", "OptionId"})
_DEPTH: Final = 8
_KEY: Final = 120
_ID: Final = 128


def flatten(tree: Mapping[str, Any]) -> dict[str, str]:
    """``{"A": {"B": "1"}, "item": ["x", "y"]}`` as ``{"A.B": "1", "item.0": "x", "item.1": "y"}``.

    JSON can say what XML and databases cannot (control characters, half of a cut emoji): that is left out.
    Raises Malformed for a tree deeper than any documented message.
    """
    flat: dict[str, str] = {}
    _flatten(tree, "", flat, _DEPTH)
    return flat


def _flatten(tree: Mapping[str, Any], prefix: str, flat: dict[str, str], depth: int) -> None:
    if not depth:
        raise Malformed("nested too deep")
    for name, value in tree.items():
        if name.startswith(("@", "#")):  # attributes and text between elements: no platform sends either
            continue
        path = prefix + name
        if isinstance(value, list) or name in _REPEATED:
            many = value if isinstance(value, list) else [value]
            _flatten({str(at): one for at, one in enumerate(many)}, path + ".", flat, depth - 1)
        elif isinstance(value, Mapping):
            _flatten(value, path + ".", flat, depth - 1)
        else:
            flat[path] = "" if value is None else legal(str(value))  # JSON can spell what no text can hold


def moment(flat: Mapping[str, str]) -> datetime:
    """CreateTime in UTC. Raises Malformed."""
    text = flat.get("CreateTime", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise Malformed("CreateTime")
    return datetime.fromtimestamp(int(text), UTC)


def identifier(text: str) -> str:
    """A platform id as it came. Raises Malformed where it could not be a key of ours."""
    if not text or len(text) > _ID or "|" in text:
        raise Malformed("identifier")
    return text


def digest(parts: Iterable[str]) -> str:
    """32 hex digits over parts that never hold a NUL."""
    return sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def short_key(*parts: str) -> str:
    """A deduplication key of at most 120 characters."""
    key = "|".join(parts)
    return key if len(key) <= _KEY else f"{parts[0][:80]}|{digest(parts)}"


def rest(flat: Mapping[str, str], known: frozenset[str]) -> Mapping[str, str]:
    """The fields that have no place of their own in Inbound."""
    left = {name: value for name, value in flat.items() if name not in known}
    return MappingProxyType(left) if left else NO_FIELDS
