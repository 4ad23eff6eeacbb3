"""A letter read and signed in chat; parents of 学校通知, who have no chat with us, do it on its page."""

from __future__ import annotations

from bot.duties.actions import prove, sign
from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.messages import Choice, Say
from bot.people.spelling import same_name
from bot.receipts.actions import by_hand
from bot.receipts.rules import Level
from bot.receipts.wording import issued, please_by_hand
from bot.routing import Router, Turn

router = Router("letters")


@router.says("已阅", "我已阅", "已读", "知道了", help="已阅 / 签收  读完信回一声")
async def read(turn: Turn) -> Say | None:
    letters = await _open(turn)
    if not letters:
        return None
    for task, occurrence in letters:
        await prove(turn.work, task, occurrence, ProofKind.CONFIRMED, turn.someone.id, "chat", turn.now)
    if any(o.ask is Ask.SIGN for _, o in letters):
        if pages := await _pages(turn, letters):
            return Say(f"谢谢您读完。{please_by_hand()}", pages)
        how = "回「签收」，或键入您的姓名" if turn.school.letter_level == Level.TAP else "键入您的姓名"
        return Say(f"谢谢您读完。这封信还需要签收：{how}。")
    return Say("谢谢，已记下。学校不会在任何群里收费或索要验证码。")


@router.says("签收", "确认签名", "签字", "签名", "我要签收", "sign")
async def signed(turn: Turn) -> Say | None:
    if turn.school.letter_level == Level.NAME and await _open(turn):
        return Say("请键入您的姓名签名。")
    return await _sign(turn, Level.TAP)


@router.text()
async def named(turn: Turn) -> Say | None:
    """One's own name, typed, is a signature of level 2."""
    if not same_name(turn.inbound.text, turn.someone.name):
        return None
    return await _sign(turn, Level.NAME)


async def _sign(turn: Turn, level: Level) -> Say | None:
    letters = await _open(turn)
    if not letters:
        return None
    if pages := await _pages(turn, letters):
        return Say(please_by_hand(), pages)
    sealed = [
        await sign(turn.work, turn.school, task, occurrence, turn.someone, level, "已签收", "chat", turn.now)
        for task, occurrence in letters
    ]
    if len(sealed) == 1:
        return Say(issued(sealed[0]))
    codes = "、".join(s.code for s in sealed)
    return Say(f"已签收{len(sealed)}份回执，编号 {codes}。发「我的回执」可随时查看。")


async def _pages(turn: Turn, letters: list[tuple[Task, Occurrence]]) -> tuple[Choice, ...]:
    """Where to write one's name, when the school asks for handwriting."""
    return await by_hand(turn.work, turn.school, turn.inbound.account, turn.someone, letters, turn.now)


async def _open(turn: Turn) -> list[tuple[Task, Occurrence]]:
    """Letters, and notices that ask to be confirmed."""
    return [
        t
        for t in await turn.work.duties.open_tasks(turn.someone.id)
        if t[1].ask in (Ask.CONFIRM, Ask.SIGN) and t[1].do in (Do.LETTER, Do.SEND)
    ]
