"""豁免: what a teacher writes about somebody who cannot do what all must, and what they read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.duties.plan_values import ZONE
from bot.errors import Refusal

CANCEL: Final = "取消"
_LONGEST: Final = timedelta(days=400)
_REASON: Final = 12  # characters; it is a word in reports
# 2026-12-31, 2026年12月31日, 12月31日, 12-31, 12.31; "31日" alone could be any month.
_WRITTEN: Final = re.compile(
    r"(?P<reason>\S.*?)\s*到\s*(?:(?P<year>\d{4})\s*[-年./])?"
    r"\s*(?P<month>\d{1,2})\s*[-月./]\s*(?P<day>\d{1,2})\s*[日号]?"
)


def read(text: str, now: datetime) -> tuple[str, datetime]:
    """The reason, and the end of the day until which it counts; without a year the next such day. Raises
    Refusal with how to write it.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or len(found["reason"]) > _REASON:
        raise Refusal(how(now))
    today = now.astimezone(ZONE).date()
    try:
        last = date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
        if not found["year"] and last < today:
            last = last.replace(year=today.year + 1)
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
        f"编号可以只写尾号四位，或写姓名；原因不超过{_REASON}个字；取消发：豁免 编号 取消。"
        f"只免一项，写上活动：豁免 2301001 一封信 监护人不同意 到{example}"
    )


def done(who: str, reason: str, until: datetime, only: str = "", guardians: bool = False) -> str:
    """``only``: the one thing that is excused; ``guardians``: what they owe for the child is excused too."""
    last = until.astimezone(ZONE) - timedelta(days=1)
    text = f"已记豁免：{who}，{f'只免「{only}」，' if only else ''}{reason}，到{last:%Y-%m-%d}。"
    also = "家长替孩子做的也免；只免一项请写上活动。" if guardians and not only else ""
    return f"{text}期间不计入应到，报表里写明原因。{also}"


def ended(who: str, what: Iterable[str]) -> str:
    """``what``: the titles of what was excused by itself; empty for everything."""
    only = "、".join(f"「{title}」" for title in what if title)
    return f"{who}{f'对{only}' if only else ''}的豁免已取消，没做完的照常计入。"


def none_to_end(who: str, only: str = "", everything: bool = False) -> str:
    """``everything``: they are excused from all there is, which has to be taken back as a whole."""
    if not only:
        return f"{who}没有豁免。"
    other = "现在的豁免是全部事项的，要取消请发：豁免 编号 取消" if everything else ""
    return f"{who}对「{only}」没有单独的豁免。{other}"


def unknown(word: str, now: datetime) -> str:
    """Two words and no campaign: rather asked again than everything excused by mistake."""
    return f"没有找到「{word}」这项活动，没有记。原因请连着写，中间不空格。{how(now)}"


def which(who: str) -> str:
    return f"{who}要免哪一项？"


def brothers() -> str:
    return "这位家长还有孩子在别的班。请写您班孩子的编号，家长替这个孩子做的就一起免。"


def shown(reason: str, only: str) -> str:
    """In the console: why, and from what alone, where it is not everything."""
    return f"{reason}（只免{only}）" if only else reason
