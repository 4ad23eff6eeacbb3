"""Duties that a person does outside the chat: meetings, posters, reports. One word closes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from bot.duties.actions import prove
from bot.duties.composing import is_card_of
from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.messages import Choice, Say
from bot.routing import Router, Turn

router = Router("office")
_SHOWN: Final = 9
_NUMBER: Final = re.compile(r"[1-9]\d{0,2}", re.ASCII)
_SELF: Final = (Ask.TICK, Ask.FILE, Ask.TAP)


@router.says("已办", "办好了", "办完了", "done", help="已办 序号  办好一件要做的事")
async def done(turn: Turn) -> Say | None:
    open_ = await _open(turn)
    if not open_:
        return None
    word, _, after = turn.rest.partition(" ")
    number = int(word) if _NUMBER.fullmatch(word) else 0
    if number > len(open_) or (number == 0 and len(open_) > 1):
        return _list("办好了哪一件？", open_)
    return await _done(turn, open_, max(number, 1) - 1, after.strip() if number else turn.rest)


async def _done(turn: Turn, open_: Sequence[tuple[Task, Occurrence]], at: int, note: str = "") -> Say:
    task, occurrence = open_[at]
    await prove(
        turn.work,
        task,
        occurrence,
        _proof(occurrence),
        turn.someone.id,
        turn.via,
        turn.now,
        note[:200],
    )
    told = f"记下了：{occurrence.title}。照片可以不交。"
    rest = [one for one in open_ if one[0].id != task.id]
    # The numbers are new now, so what is left is shown with them.
    return _list(f"{told}还有：", rest) if rest else Say(told)


def _list(head: str, open_: Sequence[tuple[Task, Occurrence]]) -> Say:
    titles = [f"{i}. {o.title}" for i, (_, o) in enumerate(open_[:_SHOWN], 1)]
    choices = tuple(Choice(f"已办 {i}", f"{i}") for i in range(1, len(titles) + 1))
    return Say("\n".join([head, *titles]), choices)


@router.taps("t")
async def tapped(turn: Turn) -> Say | None:
    """A card is about one thing, whatever else is open."""
    open_ = await _open(turn)
    at = next((i for i, (_, o) in enumerate(open_) if is_card_of(o, turn.inbound.card_task)), None)
    if at is None:
        return Say("已经记过了，谢谢。", close="已办")
    say = await _done(turn, open_, at)
    return Say(say.text, say.choices, close="已办")


async def _open(turn: Turn) -> list[tuple[Task, Occurrence]]:
    return [
        (task, occurrence)
        for task, occurrence in await turn.work.duties.open_tasks(turn.someone.id)
        if occurrence.ladder.done
        and (occurrence.do in (Do.TICK, Do.REPORT) or occurrence.ask in (Ask.TICK, Ask.FILE))
    ]


def _proof(occurrence: Occurrence) -> ProofKind:
    """What 已办 proves: the thing itself where it is one's own to say, else that a person looked."""
    done = occurrence.ladder.done
    return done if occurrence.ask in _SELF and done is not None else ProofKind.CHECKED
