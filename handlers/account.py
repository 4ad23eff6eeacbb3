"""我的, 我的回执, 少发, 恢复, 人工."""

from __future__ import annotations

from collections.abc import Sequence

from bot.duties import wording as duties
from bot.duties.rules import Occurrence, Task
from bot.messages import Choice, Say
from bot.people.rules import RoleName, leaf
from bot.receipts import wording as receipts
from bot.receipts.actions import by_hand
from bot.routing import Router, Turn

router = Router("account")


@router.says("我的", "me", help="我的  我的待办")
async def mine(turn: Turn) -> Say:
    person = turn.someone
    tasks = await turn.work.duties.open_tasks(person.id)
    head = f"{person.name}，{leaf(person.unit)}。"
    pages = await by_hand(turn.work, turn.school, turn.inbound.account, person, tasks, turn.now)
    excused = await _excused(turn, tasks)
    return Say(head + duties.open_tasks(tasks, excused=excused), (*pages, Choice("我的回执", "我的回执")))


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
    return Say("好，已恢复。学生每周最多两条，家长每月最多两条。")


@router.says("人工", "human", help="人工  找老师")
async def human(turn: Turn) -> Say:
    teachers = await turn.work.people.teachers_of(turn.someone.unit, (RoleName.COUNSELLOR, RoleName.HOMEROOM))
    if not teachers:
        return Say("请直接找班主任或辅导员。急事拨110，疑似被骗拨96110。")
    names = "、".join(f"{t.name[:1]}老师" for t in teachers[:2])
    return Say(f"请找{names}，当面或打电话都行。急事拨110，疑似被骗拨96110。")
