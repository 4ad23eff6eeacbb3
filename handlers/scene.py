"""The one-tap scene of a weekly reminder: answered once, never scored, no follow-up."""

from __future__ import annotations

from bot.duties.actions import prove
from bot.duties.composing import is_card_of
from bot.duties.rules import Do, Occurrence, ProofKind, Task
from bot.materials.rules import Scene
from bot.messages import Say
from bot.quiz.answers import read_answer
from bot.routing import Router, Turn
from bot.school import audience_of

router = Router("scene")


@router.taps("s")
async def tapped(turn: Turn) -> Say | None:
    return await _answer(turn, turn.inbound.event_key or "".join(turn.inbound.selected), late_ok=True)


@router.text()
async def typed(turn: Turn) -> Say | None:
    return await _answer(turn, turn.inbound.text, late_ok=False)


async def _answer(turn: Turn, text: str, late_ok: bool) -> Say | None:
    found = await _open_scene(turn)
    if found is None:
        return Say("这个情景已经答过了，谢谢。", close="已作答") if late_ok else None
    task, occurrence, scene = found
    letters = "".join(letter for letter, _ in scene.options)
    chosen = read_answer(text, letters)
    if chosen is None or len(chosen) != 1:
        return None
    await prove(
        turn.work,
        task,
        occurrence,
        ProofKind.TAPPED,
        turn.someone.id,
        turn.via,
        turn.now,
    )
    right = chosen == {scene.answer}
    told = "对。" if right else "换个做法更稳妥。"
    return Say(f"{told}{scene.why}\n本周到此，不打扰了。", close="已作答")


async def _open_scene(turn: Turn) -> tuple[Task, Occurrence, Scene] | None:
    """The newest reminder with a scene that this person has not answered; for a card, its own."""
    card = turn.inbound.card_task
    for task, occurrence in reversed(await turn.work.duties.open_tasks(turn.someone.id)):
        if occurrence.do is not Do.SEND or (card and not is_card_of(occurrence, card)):
            continue
        audience = audience_of(turn.someone.kind, turn.someone.stage)
        text = turn.school.library.get(occurrence.material_for(audience))
        if text is not None and text.scene is not None:
            return task, occurrence, text.scene
    return None
