"""本班, 未完成, 催办: a teacher's own classes, in private, never in a group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.delivery import wording_following
from bot.delivery.wording import reminder, why
from bot.duties.actions import prove
from bot.duties.rules import Occurrence, OccurrenceState, ProofKind, Task, may_remind
from bot.errors import Refusal
from bot.messages import Choice, Say, Text, Urgency
from bot.people.rules import TEACHER_ROLES, leaf, masked
from bot.reports.wording import own_class, within
from bot.routing import Router, Turn, Who
from handlers.follow import page, pictures_for

router = Router("classes")
_REMINDER_GAP: Final = timedelta(hours=20)
_SHOWN: Final = 15
_LATELY: Final = timedelta(days=31)


@router.says("本班", "class", who=Who.TEACHER, help="本班  我的班做得怎么样")
async def mine(turn: Turn) -> Say:
    units = turn.someone.units(*TEACHER_ROLES)
    tallies = await turn.work.stats.tallies(units, occurrence=None, duty=None, depth=0)
    turn.work.people.audit(turn.someone.id, "looked at own classes", turn.now)
    silent = await turn.work.outbox.silent_families(units)
    tail = [wording_following.silent(unit, len(children)) for unit, children in silent.items()]
    tail += await _as_classes(turn, units)
    choices = [Choice("未完成", "未完成名单"), Choice("催办", "各提醒一次")]
    if silent:
        choices.append(Choice(wording_following.CODE_WORD, "关注二维码"))
    return Say(within(own_class(tallies, turn.now).split("\n"), tail), tuple(choices))


@router.says("未完成", "谁没做", who=Who.TEACHER, help="未完成 班级  名单，只有您能看到")
async def unfinished(turn: Turn) -> Say:
    unit = await _chosen_unit(turn)
    found = await _open_tasks(turn, unit)
    silent = await turn.work.outbox.silent_families([unit] if unit else turn.someone.units(*TEACHER_ROLES))
    if not found and not silent:
        return Say(f"{leaf(unit)}没有未完成的。" if unit else "您的班没有未完成的。")
    children = [child for some in silent.values() for child in some]
    people = await turn.work.people.by_ids([*(_about(task) for task, _ in found), *children])
    turn.work.people.audit(turn.someone.id, "looked at unfinished", turn.now, {"unit": unit})
    unreached = await turn.work.outbox.unreached([(o.id, t.person) for t, o in found])
    lines = ["（仅您可见，请勿转发到群）"]
    for occurrence, tasks in _by_occurrence(found):
        names = [
            masked(p.name, p.code) + _note(unreached.get((occurrence.id, t.person)))
            for t in tasks
            if (p := people.get(_about(t)))
        ]
        more = f" 等{len(names)}人" if len(names) > _SHOWN else ""
        lines.append(f"{occurrence.title} {len(names)}人：{'、'.join(names[:_SHOWN])}{more}")
    tail = [
        wording_following.silent_names(
            class_, [masked(p.name, p.code) for id_ in some if (p := people.get(id_))]
        )
        for class_, some in silent.items()
    ]
    pictures, trouble = await pictures_for(turn, list(silent)) if silent else ((), "")
    if silent:
        tail.append(wording_following.show_code() if pictures else wording_following.no_code(trouble))
    tail.append("有特殊情况：登记 编号 活动 电话告知")
    choices = (Choice("催办", "各提醒一次"), *([page(turn)] if silent else []))
    return Say(within(lines, tail), choices, more=pictures)


@router.says("催办", "nudge", who=Who.TEACHER, help="催办 班级  私下提醒，每件事每人最多两次")
async def nudge(turn: Turn) -> Say:
    """Remind in private; after two reminders it is time to talk."""
    found = await _open_tasks(turn, await _chosen_unit(turn))
    last = await turn.work.duties.last_reminded([t.id for t, _ in found])
    chosen = [
        (t, o) for t, o in found if may_remind(t, max(o.remind, 1), last.get(t.id), turn.now, _REMINDER_GAP)
    ]
    contacts = await turn.work.people.contacts_of({t.person for t, _ in chosen})
    mute = await turn.work.follows.silent(c.address.key for some in contacts.values() for c in some)
    hearing = {id_: [c for c in some if c.address.key not in mute] for id_, some in contacts.items()}
    for task, occurrence in chosen:
        for contact in hearing.get(task.person, [])[:1]:
            turn.work.outbox.queue(
                key=f"nudge/{task.id}/{task.reminded + 1}",
                account=contact.account,
                address=contact.address.key,
                person=task.person,
                content=Text(reminder(occurrence)),
                urgency=Urgency.ROUTINE,
                not_before=turn.now,
                occurrence=occurrence.id,
                task_id=task.id,
            )
            turn.work.duties.remind(task.id, turn.now)
    deaf = [t for t, _ in chosen if contacts.get(t.person) and not hearing[t.person]]
    heard = {_about(t) for t, _ in chosen if hearing.get(t.person)}
    families = {_about(t) for t in deaf} - heard
    sent = len(heard)
    resting = len({_about(t) for t, _ in found} - heard - families)
    rest = f"另外{resting}人已提醒过或没有账号，建议当面问。" if resting else ""
    if not families:
        return Say(f"已私下提醒{sent}人（每件事每人最多2次）。{rest}")
    rest += wording_following.not_reminded(len(families))
    return Say(f"已私下提醒{sent}人（每件事每人最多2次）。{rest}", (page(turn),))


@router.says("已播", "played", who=Who.TEACHER)
async def played(turn: Turn) -> Say:
    """The sixty seconds were shown in class; a tap nobody has to make."""
    found = await turn.work.duties.latest_about(turn.someone.id, "sixty-seconds")
    if found is None:
        return Say("今天还没有60秒素材。")
    await prove(turn.work, *found, ProofKind.TAPPED, turn.someone.id, "chat", turn.now)
    return Say("记下了，辛苦。")


async def _as_classes(turn: Turn, units: Sequence[str]) -> list[str]:
    """What running campaigns sent to these classes as classes."""
    newest = await turn.work.duties.occurrences(limit=60)
    running = {
        o.id: o for o in newest if o.state is OccurrenceState.OPEN and turn.now - o.planned_at < _LATELY
    }
    found = await turn.work.outbox.class_sends(list(running), units)
    return [
        wording_following.class_sent(running[one.occurrence].title, one.unit, one.state, one.outcome)
        for one in found
    ]


async def _chosen_unit(turn: Turn) -> str:
    """The class that was named, inside the teacher's own units; empty when none was."""
    if not turn.rest:
        return ""
    units = turn.someone.units(*TEACHER_ROLES)
    matches = await turn.work.people.find_unit(turn.rest, units)
    if not matches:
        names = "、".join(leaf(u) for u in units)
        raise Refusal(f"您负责：{names}。其他班请联系管理员。")
    return matches[0]


async def _open_tasks(turn: Turn, unit: str) -> list[tuple[Task, Occurrence]]:
    units: Sequence[str] = [unit] if unit else turn.someone.units(*TEACHER_ROLES)
    return await turn.work.duties.unfinished_in(units)


def _note(reason: str | None) -> str:
    """Why no message has reached this person; nothing for those who were told."""
    return "" if reason is None else f"【{why(reason)}】"


def _about(task: Task) -> int:
    """Whom a line of the list is about: the child for a guardian's task."""
    return task.about or task.person


def _by_occurrence(found: Sequence[tuple[Task, Occurrence]]) -> list[tuple[Occurrence, list[Task]]]:
    grouped: dict[str, tuple[Occurrence, dict[int, Task]]] = {}
    for task, occurrence in found:
        grouped.setdefault(occurrence.id, (occurrence, {}))[1].setdefault(_about(task), task)
    return [(occurrence, list(tasks.values())) for occurrence, tasks in grouped.values()]
