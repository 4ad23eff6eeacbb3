"""What stands on the sheet for a parents' evening."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.duties.wording import day
from bot.people.rules import leaf

TITLE: Final = "请关注「学校通知」"
ALT: Final = "关注学校通知的二维码"
STEPS: Final = (
    "1. 打开微信，扫一扫上面的二维码。",
    "2. 点「关注」。以后学校的信和预警会出现在微信里。",
    "3. 关注后会补收没过期的信，请打开看看。",
)
SAFE: Final = "学校不会通过任何群或机器人收费、要验证码、发下载链接。不放心就问班主任。"


def subtitle(school: str, unit: str) -> str:
    return f"{school} {leaf(unit)}" if unit else school


def footer(at: datetime) -> str:
    return f"打印于{day(at)}；扫不开时请班主任重新打印。"
