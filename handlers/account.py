"""我的, 我的回执, 少发, 恢复, 人工."""

from __future__ import annotations

from bot.delivery.wording_forecast import at_most
from bot.duties import wording as duties
from bot.messages import Choice, Say
from bot.people import wording
from bot.people.rules import PersonKind, RoleName, leaf
from bot.receipts import wording as receipts
from bot.receipts.actions import by_hand, letters
from bot.routing import Router, Turn, Who

router = Router("account")


@router.says("我的", "me", help="我的  我的待办")
async def mine(turn: Turn) -> Say:
    person = turn.someone
    tasks, pages = await own_list(turn)
    head = f"{person.name}，{leaf(person.unit)}。"
    return Say(head + (tasks or duties.NOTHING_OPEN), (*pages, Choice("我的回执", "我的回执")))


async def own_list(turn: Turn) -> tuple[str, tuple[Choice, ...]]:
    """What this person has to do, empty if nothing, and the pages where it is done."""
    tasks = await turn.work.duties.open_tasks(turn.someone.id)
    children = await turn.work.people.by_ids({task.about for task, _ in tasks if task.about})
    names = {id_: child.name for id_, child in children.items()}
    where = (turn.work, turn.school, turn.inbound.account)
    pages = await by_hand(*where, turn.someone, tasks, turn.now)
    return duties.open_tasks(tasks, names), (*pages, *await letters(*where, tasks))


@router.says("我的回执", "receipts", help="我的回执  满分和签收的凭证")
async def my_receipts(turn: Turn) -> Say:
    return Say(receipts.mine(await turn.work.receipts.of_person(turn.someone.id, receipts.LISTED)))


@router.says("少发", "别发了", help="少发 / 恢复  只留信件和紧急预警，或改回来")
async def less(turn: Turn) -> Say:
    turn.work.people.less(turn.someone.id, True)
    return Say("好。每学期一封信和紧急预警会保留，其余不再发。想改回来发「恢复」。")


@router.says("恢复")
async def more(turn: Turn) -> Say:
    turn.work.people.less(turn.someone.id, False)
    cap = turn.school.plan.caps.get(turn.someone.kind)
    return Say(f"好，已恢复。{at_most(cap) if cap else ''}")


@router.says("人工", "human", "找老师", who=Who.STRANGER, help="人工  找老师")
async def somebody(turn: Turn) -> Say:
    return Say(wording.ask_at_school(turn.school.duty_phone))


@router.says("人工", "human", "找老师", help="人工  找老师")
async def human(turn: Turn) -> Say:
    return Say(await whom_to_ask(turn))


async def whom_to_ask(turn: Turn) -> str:
    if turn.someone.kind is PersonKind.STAFF:
        return wording.ask_the_office(turn.school.duty_phone)
    teachers = await turn.work.people.teachers_of(turn.someone.unit, (RoleName.COUNSELLOR, RoleName.HOMEROOM))
    if not teachers:
        return "请直接找班主任或辅导员。急事拨110，疑似被骗拨96110。"
    names = "、".join(f"{t.name[:1]}老师" for t in teachers[:2])
    return f"请找{names}，当面或打电话都行。急事拨110，疑似被骗拨96110。"
