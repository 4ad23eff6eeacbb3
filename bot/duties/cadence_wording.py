"""The cadence in Chinese: when, to whom, and what a plan page says."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from bot.duties.audience import (
    Audience,
    Both,
    Either,
    Except,
    HasRole,
    InUnit,
    OfKind,
    OfStage,
    Without,
)
from bot.duties.rules import Ask, Do, ProofKind
from bot.duties.when import EventName, Monthly, Once, OnEvent, SchoolDays, TermWeek, Weekly, When, Yearly

_DAYS: Final = "一二三四五六日"
_EVENTS: Final = {
    EventName.ROSTER_IMPORT: "导入花名册后",
    EventName.NEW_CASE: "新建案件后",
    EventName.ALERT: "发布预警时",
}
_DO: Final = {
    Do.SEND: "发送",
    Do.QUIZ: "测试",
    Do.LETTER: "一封信",
    Do.CONFIRM: "自愿确认",
    Do.FORWARD: "转发",
    Do.REPORT: "报告",
    Do.TICK: "登记",
}
_ASK: Final = {
    Ask.NOTHING: "不要求",
    Ask.TAP: "点一下",
    Ask.CONFIRM: "确认",
    Ask.SIGN: "签收",
    Ask.FULL_MARKS: "满分并签名",
    Ask.FORWARD: "已转发",
    Ask.TICK: "打勾",
    Ask.FILE: "交文件",
}
_PROOF: Final = {
    ProofKind.OPENED: "打开",
    ProofKind.TAPPED: "点按",
    ProofKind.STARTED: "开始",
    ProofKind.MASTERED: "全部掌握",
    ProofKind.SAID: "告知已办",
    ProofKind.LINK_OPENED: "链接被打开",
    ProofKind.CONFIRMED: "确认",
    ProofKind.SIGNED: "签名",
    ProofKind.TICKED: "打勾",
    ProofKind.FILED: "交文件",
    ProofKind.PLATFORM: "平台核实",
    ProofKind.CHECKED: "人工核实",
    ProofKind.DECLINED: "暂不",
}


def when_words(when: When) -> str:
    match when:
        case Once(day, at):
            return f"{day.year}年{day.month}月{day.day}日{_at(at)}"
        case Weekly(weekday, at):
            return f"每周{_DAYS[weekday]}{_at(at)}"
        case SchoolDays(None):
            return "每个教学日课间"
        case SchoolDays(at):
            return f"每个教学日{_at(at)}"
        case TermWeek(week, weekday, at):
            return f"每学期第{week}周{'' if weekday is None else '周' + _DAYS[weekday]}{_at(at)}"
        case Monthly(day, at):
            return f"每月{day}日前{_at(at)}"
        case Yearly(month, day, at):
            return f"每年{month}月{day}日{_at(at)}"
        case OnEvent(event):
            return _EVENTS[event]


def audience_words(audience: Audience) -> str:
    match audience:
        case OfKind(kind):
            return kind
        case OfStage(stage):
            return stage
        case InUnit(path):
            return path or "全校"
        case HasRole(role):
            return role
        case Without(proof, duty):
            return f"{duty} 未{_PROOF[proof]}者"
        case Both(left, right):
            return f"{_inside(left)}中的{_inside(right)}"
        case Either(left, right):
            return f"{audience_words(left)}、{audience_words(right)}"
        case Except(left, right):
            return f"{audience_words(left)}（除{audience_words(right)}）"


def _inside(audience: Audience) -> str:
    words = audience_words(audience)
    return f"（{words}）" if isinstance(audience, Either | Except) else words


def do_words(do: Do) -> str:
    return _DO[do]


def ask_words(ask: Ask) -> str:
    return _ASK[ask]


def length_words(length: timedelta) -> str:
    """``7天``, ``3小时``, ``90分钟``."""
    minutes = int(length.total_seconds()) // 60
    if minutes % 1440 == 0:
        return f"{minutes // 1440}天"
    return f"{minutes // 60}小时" if minutes % 60 == 0 else f"{minutes}分钟"


def provisional_day(day: date) -> str:
    return f"{day.year}年的调休安排尚未公布或未写入 schedules.yaml，{day} 按法定节假日推算，可能会变。"


def too_late(planned: datetime, late_ok: timedelta) -> str:
    return f"原定{planned:%m月%d日 %H:%M}，已过补发时限{length_words(late_ok)}，不再补发。"


def overtaken(planned: datetime) -> str:
    return f"原定{planned:%m月%d日 %H:%M}，同一任务后面的一次已到，只发最近一次。"


def not_in_plan() -> str:
    return "schedules.yaml 里已经没有这项任务，没有发出。"


def _at(at: time | None) -> str:
    return "" if at is None else f" {at:%H:%M}"
