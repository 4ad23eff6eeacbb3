"""What the error codes of the platforms mean for the sender (WeCom 90313; official account section 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from bot.errors import PlatformError, Verdict
from bot.platforms.wechat import codes as wechat_codes
from bot.platforms.wecom import codes as wecom_codes

MESSAGE_LENGTH: Final = 500

# The token was taken back before its time: read it anew once, then give up (91039; official account 4.3).
TOKEN_REJECTED: Final = frozenset({40001, 40014, 42001})


class Platform(StrEnum):
    WECOM = "wecom"
    WECHAT = "wechat"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A verdict, how long to wait where the platform says so, and a sentence for the administrator."""

    verdict: Verdict
    wait: timedelta | None
    advice: str


_TABLES: Final = {Platform.WECOM: wecom_codes.TABLE, Platform.WECHAT: wechat_codes.TABLE}

# A code that no document lists may pass by itself, but a body the platform dislikes does not get better: the
# courier's limit on attempts ends the matter, and the code is shown.
_UNLISTED: Final = Meaning(
    Verdict.RETRY, None, "平台返回了文档中没有的错误码，请把错误码和提示原文交给技术支持。"
)


def verdict_for(platform: Platform, code: int) -> Meaning:
    """What to do about ``code``; an unlisted code is tried again as often as the courier allows."""
    found = _TABLES[platform].get(code)
    if found is None:
        return _UNLISTED
    verdict, seconds, advice = found
    return Meaning(verdict, timedelta(seconds=seconds) if seconds else None, advice)


def listed(platform: Platform) -> frozenset[int]:
    """All codes with a meaning of their own."""
    return frozenset(_TABLES[platform])


def error_for(platform: Platform, answer: dict[str, Any]) -> PlatformError | None:
    """The error in an answer, None for success, which may omit errcode (90664, official account 5.1)."""
    code = answer.get("errcode", 0)
    if code == 0:
        return None
    if not isinstance(code, int):
        return PlatformError(Verdict.UNKNOWN, 0, "errcode is not a number")
    meaning = verdict_for(platform, code)
    message = str(answer.get("errmsg", ""))[:MESSAGE_LENGTH]
    return PlatformError(meaning.verdict, code, message, meaning.wait)


def refused(code: int, message: str) -> PlatformError:
    """Our own refusal to send what the platform would not take."""
    return PlatformError(Verdict.BUG, code, message)
