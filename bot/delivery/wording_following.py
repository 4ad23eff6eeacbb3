"""What teachers read about 学校通知: who does not follow, what went to a class as a class, the QR code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.delivery.rules import DeliveryState
from bot.delivery.wording import why
from bot.people.rules import leaf

CODE_NAME: Final = "关注学校通知.png"
CODE_WORD: Final = "二维码"
PAGE: Final = "未关注的名单和打印版"
_NOT_VERIFIED: Final = "43009"
_ON_THE_WAY: Final = (DeliveryState.DUE, DeliveryState.LEASED)
_SHOWN: Final = 15


def silent(unit: str, families: int) -> str:
    return f"{leaf(unit)}：{families}户未关注学校通知，收不到。"


def silent_names(unit: str, names: Sequence[str]) -> str:
    """Only for the teacher of the class, in private."""
    more = "等" if len(names) > _SHOWN else ""
    return f"{leaf(unit)}：{len(names)}户未关注学校通知，收不到：{'、'.join(names[:_SHOWN])}{more}"


def not_reminded(families: int) -> str:
    return f"{families}户未关注学校通知，提醒不到，请出示二维码：发「{CODE_WORD}」。"


def class_sent(title: str, unit: str, state: DeliveryState, outcome: str) -> str:
    """A class counts as a class: nobody knows which of its parents have got it."""
    if state is DeliveryState.SENT:
        return f"「{title}」发到了{leaf(unit)}，按班级计，不算到人。"
    if state in _ON_THE_WAY:
        return f"「{title}」正要按班级发给{leaf(unit)}。"
    if state is DeliveryState.UNKNOWN:
        return f"「{title}」按班级发给{leaf(unit)}，结果不明，不再自动重发。"
    return f"「{title}」没能按班级发给{leaf(unit)}：{why(outcome)}。"


def show_code() -> str:
    return "请家长用微信扫下面的二维码，关注「学校通知」。关注后会补收没过期的信。"


def no_code(trouble: str) -> str:
    """Why there is nothing to scan, and who can change that."""
    if trouble == _NOT_VERIFIED:
        return (
            "学校的企业微信还没有认证，平台不给关注二维码。"
            "请管理员到企业微信管理后台→我的企业→企业信息完成认证，第二天就有了。急事先电话告知。"
        )
    if trouble:
        return f"平台暂时不给关注二维码（{trouble}）。请管理员运行 doctor 看怎么修。急事先电话告知。"
    return "关注二维码还没取到，请过一会儿再来。"


def no_notice() -> str:
    return "您的班没有开通学校通知。"


def unfollowed(families: int) -> str:
    """For the look before sending."""
    return f"{families}户未关注学校通知，将转班主任。"
