"""被骗: help in two taps, whoever asks, at any hour; no form, no shame."""

from __future__ import annotations

import re
from typing import Final

from bot.cases import actions_calls as calls
from bot.cases import wording
from bot.cases.rules import State
from bot.messages import Choice, Say
from bot.routing import Router, Turn, Who

router = Router("sos")
_CRY: Final = re.compile(
    r"(?:我|我们|我家|妈|爸|孩子|儿子|女儿|同学|室友|朋友|老师|你好|您好|救命|[,，。!！~])*"
    r"(?:好像|可能|应该|是不是|刚才|刚刚|刚|今天|已经|怕是|真的)*"
    r"(?:被人?骗|被人?诈骗|遭骗|受骗|上当|骗了?(?:我|我家|孩子|我妈|我爸))(?:了|走|钱|受骗|被骗)*"
    r"(?:[0-9一二两三四五六七八九十百千万几]{1,9}多?[万千百]?(?:块钱|块|元|钱|w)?)?"
    r"(?:怎么办|咋办|救命|救我|救救我|帮帮我|求助|呜|啊|呀|吗|[,，。.…!！?？~])*"
)


@router.says(
    "被骗", "sos", "报警", "我要报警", "我已经点了", who=Who.EVERYONE, help="被骗  现在就帮您止损"
)
async def sos(turn: Turn) -> Say:
    return _first_words()


@router.text(who=Who.EVERYONE)
async def cried(turn: Turn) -> Say | None:
    """「我被骗了！」「好像被骗了怎么办」: whoever is in fear does not look for the right word."""
    return _first_words() if _CRY.fullmatch("".join(turn.inbound.text.split())) else None


def _first_words() -> Say:
    return Say(
        "先别再转账，别删记录。您现在：",
        (
            Choice("已经转了", "已经转了"),
            Choice("还没转钱", "还没转钱"),
            Choice("正在通话", "正在通话或共享屏幕"),
        ),
    )


@router.says("已经转了", who=Who.EVERYONE)
async def paid(turn: Turn) -> Say:
    told, choices = await _call_duty(turn, State.PAID)
    return Say(
        "现在做三件事：①打110，说清转账时间、金额、对方账号 ②截图保存聊天和转账记录 ③不信「交钱才能解冻」。\n"
        f"{told}骗子专门利用着急，这不是您的错。",
        choices,
    )


@router.says("还没转钱", who=Who.EVERYONE)
async def unpaid(turn: Turn) -> Say:
    return await _not_yet(turn, State.UNPAID)


@router.says("正在通话", who=Who.EVERYONE)
async def talking(turn: Turn) -> Say:
    return await _not_yet(turn, State.TALKING)


@router.says(wording.CALLED_POLICE)
async def called_police(turn: Turn) -> Say:
    await calls.has_called_police(turn.work, turn.someone, turn.now)
    return Say(wording.well_done())


@router.says(wording.NOBODY_CAME)
async def nobody_came(turn: Turn) -> Say:
    reached = await calls.nobody_came(turn.work, turn.school, turn.someone, turn.now)
    if reached is None:
        return Say(wording.no_call(), (Choice("被骗", "被骗"),))
    return Say(wording.looking_again() if reached else wording.nobody_left(turn.school.duty_phone))


async def _not_yet(turn: Turn, state: State) -> Say:
    told, choices = await _call_duty(turn, state)
    return Say(f"挂断电话，关掉共享屏幕，不点链接。拿不准拨96110。\n{told}", choices)


async def _call_duty(turn: Turn, state: State) -> tuple[str, tuple[Choice, ...]]:
    """The people on duty hear at once who needs them; what was said is kept nowhere.

    Whoever we do not know gets the words and the telephone numbers, and leaves no trace.
    """
    phone = wording.phone(turn.school.duty_phone)
    if turn.person is None:
        return phone, ()
    called = await calls.call_for_help(turn.work, turn.school, turn.person, state, turn.now)
    if not called.told:
        return wording.nobody_told() + phone, ()
    words = (wording.CALLED_POLICE, wording.NOBODY_CAME) if state is State.PAID else (wording.NOBODY_CAME,)
    return wording.alerted(called.again) + phone, tuple(Choice(word, word) for word in words)
