"""Template messages and 订阅通知: a notice poured into a template's typed fields (official account 5.4, 5.5).

In the settings ``templates: {notice: {id: TEMPLATE_ID, fields: {thing1: title, time2: time}}}``; each field
of the template names where its value comes from: ``title``, ``body``, ``button``, ``time`` (when it is
sent), ``school``, ``from``, or a fixed text after ``=``. A bare ``notice: TEMPLATE_ID`` means the two
fields of this example. All fields of the template have to be named, else the platform refuses the message
(47003).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Final

from bot.messages import NO_FIELDS, Notice
from bot.platforms.errors import refused
from bot.platforms.twin import cut_chars, spelled

DEFAULT_FIELDS: Final[Mapping[str, str]] = MappingProxyType({"thing1": "title", "time2": "time"})
SOURCES: Final = frozenset({"title", "body", "button", "time"})

_CHINA: Final = timezone(timedelta(hours=8))
_KEY: Final = re.compile(r"([a-z_]+?)[0-9]+", re.ASCII)
_PHRASE: Final = re.compile(r"[\u4e00-\u9fff]{1,5}")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff\u00b7]+")
_NAME: Final = re.compile(r"[\u4e00-\u9fff\u00b7]{1,10}|[A-Za-z .]{1,20}")

# Characters a value may have by the type in its key.
_LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "thing": 20,
        "short_thing": 20,
        "number": 32,
        "letter": 32,
        "symbol": 5,
        "character_string": 32,
        "phone_number": 17,
        "car_number": 8,
        "phrase": 5,
    }
)
_CUT: Final = frozenset({"thing", "short_thing"})
_SHAPES: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "number": lambda text: text.isascii() and text.isdigit(),
        "letter": lambda text: text.isascii() and text.isalpha(),
        "character_string": str.isascii,
        "phrase": lambda text: _PHRASE.fullmatch(text) is not None,
        "name": lambda text: _NAME.fullmatch(text) is not None,
    }
)


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account, where each of its fields comes from, and the values that never change."""

    id: str
    fields: Mapping[str, str]
    fixed: Mapping[str, str]

    @classmethod
    def of(
        cls, id_: str, fields: Mapping[str, str] = DEFAULT_FIELDS, fixed: Mapping[str, str] = NO_FIELDS
    ) -> Template:
        """From the settings; ``fixed`` holds ``school`` and ``from``. Raises ValueError with a sentence."""
        known = SOURCES | set(fixed)
        if not id_ or not fields:
            raise ValueError("模板要写 id 和 fields")
        for name, source in fields.items():
            if name.endswith(".DATA"):
                raise ValueError(f"模板字段 {name} 不要带 .DATA")
            if source not in known and not source.startswith("="):
                words = "、".join(sorted(known))
                raise ValueError(f"模板字段 {name} 的来源 {source} 不认识，可用 {words} 或 =固定文字")
        return cls(id_, MappingProxyType(dict(fields)), MappingProxyType(dict(fixed)))

    def data(self, notice: Notice, now: datetime) -> dict[str, dict[str, str]]:
        """The ``data`` of the message. Raises PlatformError(BUG) for a value its field cannot take."""
        values = {
            **self.fixed,
            "title": notice.title,
            "body": spelled(notice),
            "button": notice.button,
            "time": now.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M"),
        }
        return {
            name: {"value": _value(name, source[1:] if source.startswith("=") else values[source])}
            for name, source in self.fields.items()
        }


def _value(name: str, text: str) -> str:
    match = _KEY.fullmatch(name)
    kind = match[1].rstrip("_") if match else name
    text = " ".join(text.split())  # line breaks are not allowed
    if kind == "name":  # an ellipsis is no part of a name
        text = text[: 10 if _CHINESE.fullmatch(text) else 20].rstrip()
    limit = _LIMITS.get(kind)
    if limit and kind in _CUT:
        text = cut_chars(text, limit)
    shape = _SHAPES.get(kind)
    if not text or (limit and len(text) > limit) or (shape and not shape(text)):
        raise refused(47003, f"data.{name}.value does not fit its type")
    return text
