"""我的, 我的回执, 少发, 恢复, 人工."""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery.wording_forecast import at_most
from bot.duties import wording as duties
from bot.duties.rules import Occurrence, Task
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
    said = duties.open_tasks(tasks, names, excused=await _excused(turn, tasks))
    return said, (*pages, *await letters(*where, tasks))


async def _excused(turn: Turn, tasks: Sequence[tuple[Task, Occurrence]]) -> list[int]:
    """Which of them the person, or the child it is about, did not have to do until lately."""
    people = {id_ for task, _ in tasks for id_ in (task.person, task.about)}
    known = {id_: await turn.work.people.exemptions(id_) for id_ in people - {0}}
    return [
        task.id
        for task, occurrence in tasks
        for one in (*known[task.person], *known.get(task.about, ()))
        if one.ended(occurrence.duty, occurrence.planned_at, turn.now)
    ]


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
