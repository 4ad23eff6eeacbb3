"""/push and /approve: look before sending, and a second person where the duty says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.delivery import actions, wording
from bot.duties.launch import register
from bot.duties.occurrences import Planned, occurrences
from bot.duties.plan_values import Duty
from bot.duties.rules import OccurrenceState
from bot.duties.wording import moment
from bot.errors import Refusal
from bot.messages import Choice, Say
from bot.people.rules import RoleName
from bot.publishing import wording as publishing_wording
from bot.routing import Router, Turn, Who

router = Router("push")
_AHEAD = timedelta(days=14)
_SECONDS = {"学生": 20, "教职工": 30, "家长": 60}  # what a message costs a reader, for the preview


@router.says("push", "推送", who=Who.ADMIN, help="/push  看接下来发什么；/push 编号 先看再发")
async def push(turn: Turn) -> Say:
    """「/push」 lists, 「/push ID」 previews, 「/push ID 发送」 sends."""
    name, _, then = turn.rest.partition(" ")
    if not name:
        return Say(_coming(turn))
    duty = turn.school.plan.duties.get(name)
    if duty is None:
        raise Refusal(f"没有「{name}」这项工作。发 /push 看编号。")
    if duty.what == actions.ALERT:
        raise Refusal("预警请发 /alert：选模板，两位审批后马上发出。")
    if then.strip() in ("发送", "send"):
        return await _send(turn, duty)
    return await _preview(turn, duty)


def _coming(turn: Turn) -> str:
    pack = turn.school.pack_of(turn.someone.unit)
    found = occurrences(turn.school.plan, pack, turn.now, turn.now + _AHEAD)
    lines = ["接下来两周："]
    lines += [
        f"{moment(p.planned_at)[5:]} {p.duty.title}（{p.duty.id}）" for p in found if not p.duty.digest
    ][:8]
    lines.append("要先发哪一项：/push 编号")
    return "\n".join(lines)


async def _preview(turn: Turn, duty: Duty) -> Say:
    """Who will get it, when it will be through, and what it costs of people's time."""
    counts = await turn.work.launches.count(duty.to, turn.school.plan.asks, turn.school.term_start(turn.now))
    total = sum(counts.values())
    if total == 0:
        return Say(f"「{duty.title}」现在没有对象。")
    kinds = "、".join(f"{kind}{count}" for kind, count in counts.items())
    hours = sum(_SECONDS.get(kind, 20) * count for kind, count in counts.items()) / 3600
    start = max(turn.now, turn.school.plan.quiet_until(turn.now))
    minutes = max(1, round(total / 1000))
    second = "需要另一位审批。" if duty.approve else ""
    reached, used, unfollowed = await actions.costs(turn.work, turn.school, duty, turn.now)
    return Say(
        f"「{duty.title}」将发给{total}人（{kinds}）；{moment(start)[5:]}发，约{minutes}分钟发完；"
        f"总阅读时间约{hours:.1f}小时。{wording.costs(reached, total, used, unfollowed)}{second}",
        (Choice(f"/push {duty.id} 发送", "发送"),),
    )


async def _send(turn: Turn, duty: Duty) -> Say:
    planned = Planned(duty, _minute(turn.now))
    pack = next(p.id for p in turn.school.plan.packs.values() if duty in p.duties)
    added = await register(
        turn.work, turn.school, pack, planned, OccurrenceState.ASKED, asked_by=turn.someone.id
    )
    turn.work.people.audit(turn.someone.id, "push", turn.now, {"occurrence": planned.id})
    if added is None:
        return Say("这一分钟里已经发过了，没有再发一次。")
    if duty.approve:
        return Say(f"已登记，等另一位审批：/approve {planned.id}")
    return Say("好，马上发出。发错了可在控制台停止：/login")


@router.says("approve", "审批", who=Who.KNOWN)
async def second_person(turn: Turn) -> Say | None:
    if not (turn.someone.has(RoleName.APPROVER) or turn.someone.is_admin):
        return None
    waiting = await turn.work.duties.in_state(OccurrenceState.WAITING)
    if not turn.rest:
        articles = await turn.work.articles.waiting()
        if not waiting and not articles:
            return Say("现在没有等审批的。")
        lines = ["等审批："] + [f"{o.title}（{o.id}）" for o in waiting[:5]]
        lines += publishing_wording.waiting(articles[:5])
        choices = [Choice(f"/approve {o.id}", f"通过 {o.title}") for o in waiting[:3]]
        choices += [Choice(f"/approve {a.id}", f"同意发布 {a.title}") for a in articles[:3]]
        return Say("\n".join(lines), tuple(choices))
    agreed = await actions.approve(turn.work, turn.school, turn.rest, turn.someone, turn.now)
    if agreed is None:
        raise Refusal("不能通过：没有这一项，或是您自己发起的，需要另一位。")
    turn.work.people.audit(turn.someone.id, "approved", turn.now, {"occurrence": turn.rest})
    if agreed.missing:
        return Say(wording.agreed(agreed.occurrence.title, agreed.missing))
    return Say(wording.sent(agreed.occurrence.title, agreed.queued))


def _minute(now: datetime) -> datetime:
    """Two admins in one minute mean one message."""
    return now.replace(second=0, microsecond=0)
