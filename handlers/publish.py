"""Articles of official accounts: the platform says how publishing ended, a second person says yes."""

from __future__ import annotations

from bot.messages import Say
from bot.platforms.wechat.publishing import Outcome
from bot.publishing import actions, wording
from bot.routing import Router, Turn, Who

router = Router("publish")
_INFO = "PublishEventInfo."
_BEYOND = 2**63  # no row has such a number


@router.event("publishjobfinish")
async def finished(turn: Turn) -> Say:
    """The event may come before our own call was answered, so it is only noted; the press takes it up."""
    told = turn.inbound.fields
    number, status = told.get(_INFO + "publish_id", ""), told.get(_INFO + "publish_status", "")
    if turn.inbound.sender is None and number and len(status) == 1 and status.isdigit():
        url = told.get(_INFO + "article_detail.item.0.article_url", "")
        outcome = Outcome(int(status), told.get(_INFO + "article_id", ""), url)
        turn.work.articles.heard(turn.inbound.account, number, outcome, turn.now)
    return Say()


@router.says("approve", "审批", who=Who.APPROVER)
async def agreed(turn: Turn) -> Say | None:
    """「/approve NUMBER」; everything that is not the number of an article goes on to the campaigns."""
    if not turn.rest.isascii() or not turn.rest.isdigit() or len(turn.rest) > 19:
        return None
    if int(turn.rest) >= _BEYOND:
        return None
    found = await actions.agree(turn.work, int(turn.rest), turn.someone, turn.now)
    turn.work.people.audit(turn.someone.id, "article agree", turn.now, {"article": turn.rest})
    return Say(wording.agreed(found))
