"""Typed fields of template messages and 订阅通知: what each key type takes (5.4 of the facts). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.simulator.door import Refused

_DATE = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2})"
_TIME = r"\d{1,2}:\d{2}(:\d{2})?"
_MOMENT = rf"({_DATE}( {_TIME})?|{_TIME})"
_SHAPES = {
    "thing": r".{1,20}",
    "short_thing": r".{1,20}",
    "number": r"\d{1,32}(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{_MOMENT}(~{_MOMENT})?",
    "date": rf"{_DATE}( {_TIME})?(~{_DATE}( {_TIME})?)?",
    "amount": r"[^\d\s]?\d{1,10}(\.\d+)?(元)?",
    "phone_number": r"[\d+\-]{1,17}",
    "car_number": r".{1,8}",
    "name": r"([一-鿿·]{1,10}|[A-Za-z .]{1,20})",
    "phrase": r"[一-鿿]{1,5}",
    "const": r".{1,20}",
    "enum": r".{1,20}",
    "enum_string": r".{1,20}",
}
_RULES = {kind: re.compile(shape) for kind, shape in _SHAPES.items()}


def check(keys: Iterable[str], data: Any) -> dict[str, str]:
    """The values by key; 47003 for a field that is absent, empty or not of its type."""
    if not isinstance(data, Mapping):
        raise Refused(47003, "argument invalid! data is empty")
    values = {}
    for key in keys:
        field = data.get(key)
        value = field.get("value") if isinstance(field, Mapping) else None
        if not isinstance(value, str) or not value:
            raise Refused(47003, f"argument invalid! data.{key}.value is empty")
        rule = _RULES.get(key.rstrip("0123456789"))
        if rule is not None and not rule.fullmatch(value):
            raise Refused(47003, f"argument invalid! data.{key}.value invalid")
        values[key] = value
    return values
