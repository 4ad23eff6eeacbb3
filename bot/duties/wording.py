"""What people read about their tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from bot.duties.rules import CONFIRM_WORDS, Ask, Do, Occurrence, ProofKind, Task

NOBODY: Final[Mapping[int, str]] = MappingProxyType({})
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")

PROOFS: Final[dict[ProofKind, str]] = {
    ProofKind.OPENED: "已打开",
    ProofKind.TAPPED: "已点按",
    ProofKind.STARTED: "已开始",
    ProofKind.MASTERED: "满分",
    ProofKind.SAID: "自述已转发",
    ProofKind.LINK_OPENED: "转发的链接已打开",
    ProofKind.CONFIRMED: "已确认",
    ProofKind.SIGNED: "已签收",
    ProofKind.TICKED: "已办",
    ProofKind.FILED: "已交材料",
    ProofKind.PLATFORM: "平台核实",
    ProofKind.CHECKED: "人工核实",
    ProofKind.DECLINED: "暂不",
}

NO_GUARDIAN: Final = "名册里没有家长"

HOW: Final[dict[Ask, str]] = {
    Ask.NOTHING: "看一看就好",
    Ask.TAP: "点一个选项",
    Ask.CONFIRM: "回复「已阅」",
    Ask.SIGN: "打开后签收",
    Ask.FULL_MARKS: "发「答题」",
    Ask.FORWARD: "转发后回「已转发」",
    Ask.TICK: "办好后回「已办」",
    Ask.FILE: "办好后回「已办」",
}


def how(occurrence: Occurrence) -> str:
    """What to do about a task; a voluntary one is closed by its own word, see handlers/confirm."""
    if occurrence.do is Do.CONFIRM:
        return f"自愿，回「{CONFIRM_WORDS.get(occurrence.what, '已全部做好')}」或「暂不」"
    return HOW[occurrence.ask]


def day(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日"


def moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


NOTHING_OPEN: Final = "您没有待办。谢谢！"


def open_tasks(
    tasks: Sequence[tuple[Task, Occurrence]],
    names: Mapping[int, str] = NOBODY,
    limit: int = 5,
    excused: Collection[int] = (),
) -> str:
    """A person's own list, oldest first; empty if there is nothing. What asks for nothing, or for one tap on
    its card, is no burden. A letter about several children stands there once, with their ``names``.

    ``excused``: the tasks that somebody was excused from and is no longer.
    """
    asked: dict[str, list[tuple[Task, Occurrence]]] = {}
    for both in tasks:
        if both[1].ask not in (Ask.NOTHING, Ask.TAP):
            asked.setdefault(both[1].id, []).append(both)
    if not asked:
        return ""
    lines = [f"您有{len(asked)}件待办："]
    for own in list(asked.values())[:limit]:
        task, occurrence = own[0]
        due = f"，{day(task.due_at)}前" if task.due_at else ""
        about = "、".join(names[one.about] for one, _ in own if one.about in names)
        again = "，豁免已结束" if any(one.id in excused for one, _ in own) else ""
        lines.append(f"· {occurrence.title}{f'：{about}' if about else ''}（{how(occurrence)}{due}{again}）")
    if len(asked) > limit:
        lines.append(f"还有{len(asked) - limit}件，先做上面的。")
    return "\n".join(lines)


def late(due: datetime) -> str:
    return f"这件事{day(due)}截止，现在做记为补做，同样算完成。"
