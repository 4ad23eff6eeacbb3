"""What people read before anything is sent: who, when, how, at what cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from bot.delivery.forecast import CapUse, Draw, Forecast
from bot.duties.plan_values import Cap, Period
from bot.duties.wording import moment
from bot.messages import Realm

_PERIODS: Final[Mapping[Period, tuple[str, str]]] = {
    Period.DAY: ("今天", "明早"),
    Period.WEEK: ("本周", "下周一早上"),
    Period.MONTH: ("本月", "下月初"),
}
_EACH: Final = {Period.DAY: "天", Period.WEEK: "周", Period.MONTH: "月"}
BUTTONS: Final[Mapping[str, str]] = {
    "": "返回",
    "发送": "发送",
    "试发": "试发给自己",
    "改时间": "改时间",
    "只发": "只发…",
}
_REALMS: Final[Mapping[Realm, str]] = {
    Realm.MEMBER: "企业微信",
    Realm.PARENT: "学校通知",
    Realm.STUDENT: "学校通知",
    Realm.OPENID: "公众号",
    Realm.GROUP: "群",
}


def preview(title: str, found: Forecast, unit: str = "") -> str:
    """A few lines for a chat."""
    where = f"（{unit}）" if unit else ""
    kinds = f"（{_kinds(found)}）" if found.kinds else ""
    lines = [f"「{title}」{where}将发给{found.people:,}人{kinds}；{when(found)}。"]
    lines += _ways_and_costs(found)
    lines.append(f"总阅读时间约{reading(found)}。")
    if found.approve:
        lines.append(f"需要{_others(found.approve)}审批。")
    return "\n".join(lines)


def aside(found: Forecast, beside: Sequence[str]) -> str:
    """The same for a list, in one line: by kind and way, and what it costs of quotas."""
    parts = [_kinds(found)] * bool(found.kinds) + [*_ways_and_costs(found), *beside]
    return "；".join(part.removesuffix("。") for part in parts)


def _kinds(found: Forecast) -> str:
    return "、".join(f"{kind}{count:,}" for kind, count in found.kinds.items())


def _ways_and_costs(found: Forecast) -> list[str]:
    about = "约" if found.about else ""
    channels = "、".join(f"{_way(draw)}{draw.people:,}人" for draw in found.draws) or "无"
    nowhere = f"；无渠道{found.nowhere:,}人（由老师转达）" if found.nowhere else ""
    lines = [f"渠道{about}：{channels}{nowhere}。"]
    if found.unguarded:
        lines.append(f"家里没有登记家长的{found.unguarded:,}人，在班主任名单上。")
    if found.files:
        lines.append(f"附件：{'、'.join(found.files)}（公众号里在网页打开）。")
    if found.waiting:
        lines.append(f"其中{found.waiting:,}名学生在上课，等课间或下课。")
    left_out = [f"少发{found.less:,}人不发"] * bool(found.less)
    left_out += [f"豁免{found.exempt:,}人"] * bool(found.exempt)
    if left_out:
        lines.append("、".join(left_out) + "。")
    lines += [line for use in found.caps if (line := cap(use))]
    return lines + [line for draw in found.draws if (line := quota(draw))]


def when(found: Forecast) -> str:
    """``10-12 19:40发，约19:46发完``; the day again where it is another one."""
    start, end = moment(found.start), moment(found.through)
    return f"{start[5:]}发，约{end[11:] if end[:10] == start[:10] else end[5:]}发完"


def short(found: Forecast) -> str:
    """For a list: how many, when through, how much of people's time."""
    end = moment(found.through)
    day = end[5:] if end[:10] != moment(found.start)[:10] else end[11:]
    return f"{found.people:,} 人，约 {day} 发完，阅读约 {reading(found)}"


def reading(found: Forecast) -> str:
    """``17.9小时``, or minutes where it is less than one."""
    seconds = found.reading.total_seconds()
    return f"{seconds / 3600:,.1f}小时" if seconds >= 3600 else f"{max(ceil(seconds / 60), 1)}分钟"


def cap(use: CapUse) -> str:
    """``占用本月家长额度1/2``, and who has had enough."""
    now, later = _PERIODS[use.cap.per]
    full = f"；{use.full:,}人已满，并入{later}的汇总" if use.full else ""
    if use.number > use.cap.count:
        return f"{now}{use.kind}额度已满{full}。"
    return f"占用{now}{use.kind}额度{use.number}/{use.cap.count}{full}。"


def quota(draw: Draw) -> str:
    """Of the day's line after the reserve; empty where a way has no line of a day."""
    if draw.left is None:
        return ""
    short_ = f"，今天不够，余下{draw.later:,}人明天起发" if draw.later else ""
    return f"{_way(draw)}当日额度：用{draw.messages:,}，可用{draw.left:,}{short_}。"


def _way(draw: Draw) -> str:
    return f"{draw.way.account} {_REALMS[draw.way.realm]}"


def at(planned: datetime) -> str:
    """``10-12 19:40``"""
    return moment(planned)[5:]


def not_understood(word: str) -> str:
    return f"没看懂「{word}」。可以写：/push 编号，后面加 只发 单位、时间、试发 或 发送。"


def no_moment(words: str) -> str:
    return f"没看懂时间「{words}」。写成 18:30、明天 18:30 或 10-16 18:30。"


def over(planned: datetime) -> str:
    return f"{at(planned)} 已经过了，请换一个时间。"


def too_far(ahead: timedelta) -> str:
    return f"最远只能定到{ahead.days}天以内。"


def ask_when(id_: str) -> str:
    return f"什么时候发？也可以直接写：/push {id_} 明天 18:30"


def ask_whom(id_: str) -> str:
    return f"只发给哪个单位？也可以直接写：/push {id_} 只发 单位"


def no_smaller_unit() -> str:
    return "下面没有更小的单位了。"


def unit_label(name: str, people: int) -> str:
    return f"{name} {people:,}人"


def unit_unknown(text: str) -> str:
    return f"您的范围里没有「{text}」这个单位。"


def unit_unclear(paths: Sequence[str]) -> str:
    return "您说的是哪一个？" + "、".join(paths[:5])


def unit_missing(id_: str, units: Sequence[str]) -> str:
    return f"您负责几个单位，请写明一个：/push {id_} 只发 {units[0]}"


def own_plan(planned: datetime, same: bool) -> str:
    """What becomes of the plan's own next occurrence."""
    return "这就是计划里的那一次，到时不会再发一遍。" if same else f"计划里的{at(planned)}那次照常。"


def nobody(title: str) -> str:
    return f"「{title}」现在没有对象。"


def already(now: bool) -> str:
    return "这一分钟里已经发过了，没有再发一次。" if now else "这个时间已经有一次了，没有再登记。"


def asked_for_approval(id_: str, planned: datetime | None, approvers: int) -> str:
    later = f"，通过后{at(planned)}发出" if planned else ""
    return f"已登记，等{_others(approvers)}审批{later}：/approve {id_}"


def _others(approvers: int) -> str:
    return "另一位" if approvers == 1 else "另外两位"


def will_go(planned: datetime | None) -> str:
    if planned is None:
        return "好，马上发出。发错了马上发 /stop"
    return f"已登记，{at(planned)}发出。要取消发 /stop"


def went_before(planned: datetime, unit: str) -> str:
    return f"注意：{at(planned)}{f'（{unit}）' if unit else ''}已经发过一次，发送就是再发一次。"


def sample(office: bool) -> str:
    """Whose group a link stands for that is only tried."""
    return "示例单位" if office else "示例班级"


def trial_label(words: Sequence[str]) -> str:
    """``【试发·初中】``"""
    return f"【试发·{'、'.join(words[:3])}】" if words else "【试发】"


_AS_MEMBER: Final = "您没有家长账号，家长收到的内容改由您自己的渠道发来。"
_COUNTS_NOTHING: Final = "不建任务，不计入统计。"
_NOTHING: Final = "这项工作现在没有要发的内容。"
# What a page says after a try; only these words come from its address.
TRIED: Final[Mapping[str, str]] = {
    "own": f"已试发到您自己的账号，{_COUNTS_NOTHING}",
    "member": f"已试发到您自己的账号，{_COUNTS_NOTHING}{_AS_MEMBER}",
    "nothing": _NOTHING,
}


def tried(messages: int, realms: Sequence[Realm], as_member: bool) -> str:
    if not messages:
        return _NOTHING
    names = "、".join(dict.fromkeys(_REALMS[realm] for realm in realms))
    done = f"已试发{messages}条到您自己的{names}，{_COUNTS_NOTHING}"
    return done + _AS_MEMBER if as_member else done


def nothing_to_try_with() -> str:
    return "没有能发给您自己的账号，不能试发。"


def tapped_a_trial() -> str:
    return "这是试发，点了不算。"


def at_most(cap: Cap) -> str:
    """To whoever wants messages again: how many of the routine ones that will be."""
    return f"每{_EACH[cap.per]}最多{cap.count}条。"
