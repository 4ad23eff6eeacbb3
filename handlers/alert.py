"""/alert: a warning to everybody at once. One person drafts it, two others agree, then nothing holds it."""

from __future__ import annotations

from bot.delivery import actions, wording
from bot.errors import Refusal
from bot.messages import Say
from bot.routing import Router, Turn, Who

router = Router("alert")


@router.says("alert", "预警", who=Who.ADMIN, help="/alert  防骗预警：选模板，两位审批后马上发给所有人")
async def alert(turn: Turn) -> Say:
    """「/alert」 lists the templates, 「/alert ID 地区」 drafts one."""
    template, _, area = turn.rest.partition(" ")
    if not template:
        return Say(wording.alerts(turn.school.library.of_kind("alerts")))
    if not area.strip():
        raise Refusal("请写地区，例如：/alert alert-police 我市")
    drafted = await actions.draft_alert(
        turn.work, turn.school, template, area.strip()[:20], turn.someone, turn.now
    )
    if drafted is None:
        raise Refusal(f"没有「{template}」这个模板，或这一分钟里已经起草过。发 /alert 看模板。")
    occurrence, text = drafted
    turn.work.people.audit(turn.someone.id, "alert drafted", turn.now, {"occurrence": occurrence.id})
    able = await actions.others_who_agree(turn.work, occurrence.unit, turn.someone)
    return Say(wording.drafted(occurrence.id, text) + wording.too_few_to_agree(able, 2))
