"""Duties that a person does outside the chat: meetings, posters, reports. One word closes them."""

from __future__ import annotations

from typing import Final

from bot.duties.actions import prove
from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.messages import Choice, Say
from bot.routing import Router, Turn

router = Router("office")
_SELF: Final = (Ask.TICK, Ask.FILE, Ask.TAP)


@router.says("已办", "办好了", "done", help="已办 序号  办好一件要做的事")
async def done(turn: Turn) -> Say | None:
    open_ = await _open(turn)
    if not open_:
        return None
    number = turn.rest.split(" ")[0] if turn.rest else ""
    if len(open_) > 1 and not (number.isdigit() and 1 <= int(number) <= len(open_)):
        lines = ["办好了哪一件？"]
        lines += [f"{i}. {o.title}" for i, (_, o) in enumerate(open_[:9], 1)]
        return Say(
            "\n".join(lines), tuple(Choice(f"已办 {i}", f"{i}") for i in range(1, min(len(open_), 9) + 1))
        )
    task, occurrence = open_[int(number) - 1 if number.isdigit() else 0]
    note = turn.rest.removeprefix(number).strip() if number.isdigit() else turn.rest
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
    return Say(f"记下了：{occurrence.title}。照片可以不交。")


@router.taps("t")
async def tapped(turn: Turn) -> Say | None:
    word, _, rest = turn.inbound.event_key.partition(" ")
    turn.word, turn.rest = word, rest
    say = await done(turn)
    return Say(say.text, say.choices, close="已办") if say else Say("已经记过了，谢谢。", close="已办")


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
