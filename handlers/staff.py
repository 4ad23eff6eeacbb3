"""Words of teachers from somebody who is none: the menu shows the same buttons to everyone."""

from __future__ import annotations

from bot.messages import Choice, Say
from bot.routing import Router, Turn, Who

router = Router("staff")


@router.says("本班", "class", "未完成", "催办", "nudge", "转发", "forward", "已转发", who=Who.KNOWN)
async def not_for_you(turn: Turn) -> Say | None:
    """Teachers never get here; in the middle of a quiz a tap beside it costs nothing."""
    if turn.someone.is_teacher:
        return None
    return Say("这是给班主任和辅导员用的。发「帮助」看看您能做什么。", (Choice("帮助", "帮助"),))
