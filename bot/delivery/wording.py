"""What people read about deliveries: reminders, the teacher's line, alerts, and why somebody missed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.delivery.rules import NO_WINDOW, OUT_OF_SCOPE, SECOND_ALERT, Stopped
from bot.duties.rules import Occurrence
from bot.duties.wording import HOW, day, moment
from bot.materials.rules import Material
from bot.people.rules import leaf

_REASONS: Mapping[str, str] = {
    "": "没有可用的账号",
    NO_WINDOW: "未与公众号互动",
    OUT_OF_SCOPE: "不在应用可见范围",
    SECOND_ALERT: "当天已收过一条预警",
    "no channel": "没有可用的账号",
    "43004": "没有关注公众号",
    "45015": "超过48小时未与公众号互动",
    "45047": "本次互动的条数已用完",
    "60111": "账号不存在或不在可见范围",
    "81013": "不在应用可见范围",
    "70000": "平台的未成年人保护",
}


def why(outcome: str) -> str:
    """The reason on a delivery, for the teacher who has to go and talk."""
    return _REASONS.get(outcome, f"平台未送达（{outcome}）")


def reminder(occurrence: Occurrence) -> str:
    due = f"，{day(occurrence.due_at)}前" if occurrence.due_at else ""
    return f"提醒一下：{occurrence.title}还没完成（{HOW[occurrence.ask]}{due}）。"


def to_teacher(occurrence: Occurrence, open_: Mapping[str, int]) -> str:
    """After the last reminder it is time to talk; the names are behind 未完成."""
    units = "、".join(f"{leaf(unit)}{count}人" for unit, count in sorted(open_.items()))
    return f"{occurrence.title}已到期，未完成：{units}。不再自动提醒，请当面问。名单发「未完成」。"


def alert(text: Material, area: str, now: datetime, school: str) -> str:
    """The template with its placeholders filled."""
    filled = text.body
    for name, value in {"date": day(now), "area": area, "school": school}.items():
        for mark in (f"{{{{ {name} }}}}", f"{{{{{name}}}}}"):
            filled = filled.replace(mark, value)
    return filled.strip()


def alerts(texts: Sequence[Material]) -> str:
    lines = ["预警模板："] + [f"{text.title.removeprefix('预警：')}（{text.id}）" for text in texts]
    return "\n".join([*lines, "起草：/alert 编号 地区，例如 /alert alert-police 我市"])


def drafted(occurrence: str, text: str) -> str:
    return f"已起草，等两位审批（不含您）：/approve {occurrence}\n———\n{text}"


def approve_alert(title: str, text: str, people: int) -> str:
    return f"等您审批预警「{title}」，将立刻发给{people}人：\n{text}"


def agreed(title: str, missing: int) -> str:
    return f"已记下您的同意。「{title}」还需{missing}位审批。"


def sent(title: str, people: int) -> str:
    return f"已通过「{title}」，发往{people}人。"


def sent_later(title: str, planned: datetime) -> str:
    return f"已通过「{title}」，{moment(planned)[5:]}发出。"


def stopped(counts: Stopped) -> str:
    """``counts.recalled`` are those that will be taken back from WeCom; not from the WeChat plug-in."""
    return f"已停止：已发{counts.sent}人，其中撤回{counts.recalled}人，未发{counts.unsent}人。"
