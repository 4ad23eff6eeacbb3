"""被骗: help in two taps, whoever asks, at any hour; no form, no shame."""

from __future__ import annotations

from bot.messages import Choice, Say, Text, Urgency
from bot.people.rules import RoleName, leaf
from bot.routing import Router, Turn, Who

router = Router("sos")


@router.says(
    "被骗", "sos", "我好像被骗了", "我被骗了", "被骗了", who=Who.EVERYONE, help="被骗  现在就帮您止损"
)
async def sos(turn: Turn) -> Say:
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
    told = await _call_duty(turn, "已转账")
    return Say(
        "现在做三件事：①打110，说清转账时间、金额、对方账号 ②截图保存聊天和转账记录 ③不信「交钱才能解冻」。\n"
        f"{told}骗子专门利用着急，这不是您的错。"
    )


@router.says("还没转钱", "正在通话", who=Who.EVERYONE)
async def not_yet(turn: Turn) -> Say:
    told = await _call_duty(turn, "未转账")
    return Say(f"挂断电话，关掉共享屏幕，不点链接。拿不准拨96110。\n{told}")


async def _call_duty(turn: Turn, state: str) -> str:
    """The people on duty hear at once that somebody needs them; the text itself is kept nowhere."""
    phone = f"学校值班电话 {turn.school.duty_phone}。" if turn.school.duty_phone else ""
    if turn.person is None:
        return phone
    on_duty = await turn.work.people.teachers_of(turn.person.unit, (RoleName.DUTY,))
    contacts = await turn.work.people.contacts_of([p.id for p in on_duty])
    reached = 0
    for person in on_duty:
        for contact in contacts.get(person.id, [])[:1]:
            turn.work.outbox.queue(
                key=f"sos/{turn.inbound.key}/{person.id}",
                account=contact.account,
                address=contact.address.key,
                person=person.id,
                urgency=Urgency.SOS,
                not_before=turn.now,
                content=Text(
                    f"【求助】{leaf(turn.person.unit)} {turn.person.name}：{state}。请马上联系本人。"
                ),
            )
            reached += 1
    turn.work.people.audit(turn.person.id, "sos", turn.now, {"state": state, "told": reached})
    return f"已通知值班老师，请留意电话。{phone}" if reached else phone
