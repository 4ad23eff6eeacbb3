"""Plain dictionaries to dataclasses, with the place of a mistake in the message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

Made = TypeVar("Made")


def make(kind: type[Made], data: Mapping[str, Any], where: str) -> Made:
    """One value. Raises ValueError naming ``where`` for unknown, missing or absent keys."""
    if not isinstance(data, Mapping):
        raise ValueError(f"{where}: expected a mapping, got {type(data).__name__}")
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise ValueError(f"{where}: unknown key {', '.join(unknown)}")
    missing = [
        name
        for name, f in known.items()
        if name not in data and f.default is MISSING and f.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"{where}: missing key {', '.join(missing)}")
    return kind(**data)


def make_all(kind: type[Made], rows: Iterable[Mapping[str, Any]], where: str) -> list[Made]:
    return [make(kind, row, f"{where}[{index}]") for index, row in enumerate(rows)]
