"""The log: JSON lines (or text for people) on stderr, without personal data and without secrets.

Blanked by name wherever they stand: texts, names, addresses, tokens. Keys of callbacks hold the sender's id,
so they become a short hash that still tells two lines of one message. Of an exception stay its types and
places; its message only where it is one of ours, because a database puts the row into it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

import structlog

from bot.errors import BadCallback, PlatformError

BLANK: Final = "***"
PRIVATE: Final = frozenset(
    {
        *("text", "content", "body", "stem", "answer", "drawing", "query", "url", "echostr"),
        *("name", "names", "phone", "mobile", "sender", "userid", "openid", "address", "addresses"),
        *("token", "secret", "password", "cookie"),
    }
)
HASHED: Final = frozenset({"key"})
_LONGEST: Final = 300
_TELLING: Final = (PlatformError, BadCallback)
_Event = MutableMapping[str, Any]


def configure(format_: str, level: str = "info") -> None:
    """``format_`` is json or text; the standard library's loggers go the same way. May be called again."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if format_ == "text":
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            exceptions,
            private,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: _Lines(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Standard)]:
        root.removeHandler(handler)
    root.addHandler(_Standard())
    root.setLevel(max(threshold, logging.WARNING))


def private(_logger: Any, _method: str, event: _Event) -> _Event:
    """Blank what must not be kept, at any depth; the event itself is our own constant text."""
    for name in list(event):
        if name != "event":
            event[name] = _kept(name, event[name])
    return event


def exceptions(_logger: Any, _method: str, event: _Event) -> _Event:
    """``exc_info`` becomes ``exception``: types and places, and the message where it is ours."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_told(error))
    return event


def _told(error: BaseException) -> list[str]:
    lines = []
    if (before := error.__cause__ or (None if error.__suppress_context__ else error.__context__)) is not None:
        lines += _told(before)
    frames = traceback.extract_tb(error.__traceback__)
    lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    telling = f": {error}" if isinstance(error, _TELLING) else ""
    return [*lines, type(error).__qualname__ + telling]


def _kept(name: str, value: Any) -> Any:
    words = set(name.lower().split("_"))
    if words & PRIVATE:
        return BLANK
    if isinstance(value, Mapping):
        return {str(inner): _kept(str(inner), one) for inner, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_kept("", one) for one in value]
    if words & HASHED:
        return sha256(str(value).encode("utf-8", "backslashreplace")).hexdigest()[:12]
    if isinstance(value, str) and name != "exception":
        return value[:_LONGEST]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)[:_LONGEST]


class _Lines(structlog.PrintLogger):
    """A full disk or a reader that went away costs the line, never the work that wanted to tell of it."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):  # the latter: closed
            super().msg(message)

    log = debug = info = warn = warning = error = critical = fatal = failure = err = exception = msg


class _Standard(logging.Handler):
    """Records of libraries: the template's first line, never its arguments, for these hold anything."""

    def emit(self, record: logging.LogRecord) -> None:
        event = str(record.msg).split("\n", 1)[0][:_LONGEST]
        logger = structlog.get_logger()
        logger.log(record.levelno, event, logger=record.name, exc_info=record.exc_info or None)
