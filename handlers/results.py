"""What became of our own messages, as the platform tells later. Nobody says this, and nobody is answered."""

from __future__ import annotations

from bot.messages import Say
from bot.platforms.wechat.results import finished
from bot.routing import Router, Turn

router = Router("results")


@router.event("templatesendjobfinish", "subscribe_msg_sent_event")
async def told(turn: Turn) -> Say:
    """Kept as a row; the courier connects it with its shipment, which may not even be settled yet."""
    for one in finished(turn.inbound):
        turn.work.results.report(turn.inbound.account, one.message_id, one.error, turn.now)
    return Say()
