"""豁免: what a teacher writes about somebody who cannot do what all must, and what they read."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.duties.plan_values import ZONE
from bot.errors import Refusal

_LONGEST: Final = timedelta(days=400)
_REASON: Final = 12  # characters; it is a word in reports
_WRITTEN: Final = re.compile(r"(?P<reason>\S.*?)\s*到\s*(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")


def read(text: str, now: datetime) -> tuple[str, datetime]:
    """The reason, and the end of the day until which it counts. Raises Refusal with how to write it."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or len(found["reason"]) > _REASON:
        raise Refusal(how(now))
    try:
        last = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise Refusal(how(now)) from None
    until = datetime.combine(last, time(), ZONE) + timedelta(days=1)
    if not now < until <= now + _LONGEST:
        raise Refusal("豁免到哪天要在一年以内，且不早于今天。")
    return found["reason"], until


def how(now: datetime) -> str:
    example = (now.astimezone(ZONE) + timedelta(days=60)).date()
    return (
        f"请发：豁免 编号 原因 到日期，例如：豁免 2301001 休学 到{example}。"
        f"原因不超过{_REASON}个字；取消发：豁免 编号 取消"
    )


def done(who: str, reason: str, until: datetime) -> str:
    last = until.astimezone(ZONE) - timedelta(days=1)
    return f"已记豁免：{who}，{reason}，到{last:%Y-%m-%d}。期间不计入应到，报表里写明原因。"
