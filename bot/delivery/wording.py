"""What people read about deliveries: alerts, approvals, stopping, and why somebody missed a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.delivery import wording_mass
from bot.delivery.rules import (
    KNOWN_BY_NOW,
    LEFT,
    LINE_STOPPED,
    NEVER_SENT,
    NO_WAY,
    NO_WINDOW,
    NOT_FOLLOWING,
    OUT_OF_SCOPE,
    SECOND_ALERT,
    STOPPED,
    TOO_LATE,
    UNCLEAR,
    Standing,
    Stopped,
)
from bot.delivery.ways import EXPIRED
from bot.duties.rules import Occurrence
from bot.duties.wording import NO_GUARDIAN, day, moment
from bot.materials.rules import Material
from bot.messages import Way

_SHOWN: Final = 80  # characters of a platform's words
_REASONS: Mapping[str, str] = {
    "": "没有可用的账号",
    NO_WINDOW: "未与公众号互动",
    OUT_OF_SCOPE: "不在应用可见范围",
    SECOND_ALERT: "当天已收过一条预警",
    NO_WAY: "平台收回了公众号的发送权限",
    LINE_STOPPED: "账号停用，已改走别的渠道",
    STOPPED: "活动已停止",
    TOO_LATE: "等到能发时已过截止时间",
    UNCLEAR: "结果不明，可能已收到",
    LEFT: "已离校",
    NEVER_SENT: "发出时在豁免期或没有账号",
    NOT_FOLLOWING: "未关注学校通知",
    KNOWN_BY_NOW: "班里已有登记的家长，不再按班发",
    "65024": "班主任不在应用可见范围",
    "no channel": "没有可用的账号",
    "user block": "对方拒收公众号的通知",
    "system failed": "平台没有发成功",
    "43004": "没有关注公众号",
    "43101": "没有点过「下次提醒我」，或次数已用完",
    "45015": "超过48小时未与公众号互动",
    "45047": "本次互动的条数已用完",
    "60111": "账号不存在或不在可见范围",
    "81013": "不在应用可见范围",
    "70000": "平台的未成年人保护",
}


def why(outcome: str) -> str:
    """The reason on a delivery, for the teacher who has to go and talk."""
    return _REASONS.get(outcome) or wording_mass.why(outcome) or f"平台未送达（{outcome}）"


STANDINGS: Final[Mapping[Standing, str]] = {
    Standing.DELIVERED: "平台已接受",
    Standing.FOLDED: "并入汇总",
    Standing.WAITING: "等待发送",
    Standing.UNKNOWN: "结果不明",
    Standing.REFUSED: "没有送达，由老师转达",
    Standing.NO_CHANNEL: "没有账号，由老师转达",
    Standing.UNGUARDED: f"{NO_GUARDIAN}，由老师转达",
    Standing.HELD: "少发，不打扰",
    Standing.RECALLED: "已撤回",
    Standing.STOPPED: "已停止，没有发",
    Standing.DONE: "已经做完，不必发",
    Standing.EXEMPT: "豁免",
}


def not_reached(reasons: Mapping[str, int]) -> str:
    """``没有送达的原因：不在应用可见范围 2条、…``; the platforms' codes in words."""
    found: dict[str, int] = {}
    for reason, messages in reasons.items():
        found[why(reason)] = found.get(why(reason), 0) + messages
    lines = [f"{reason} {count:,}条" for reason, count in sorted(found.items(), key=lambda one: -one[1])]
    return f"没有送达的原因：{'、'.join(lines)}。" if lines else ""


_WAYS: Final[Mapping[Way, str]] = {
    Way.CUSTOM: "客服消息",
    Way.TEMPLATE: "模板消息",
    Way.SUBSCRIBE: "订阅通知",
    Way.MASS: "群发",
}
_MEND: Final[Mapping[str, str]] = {
    EXPIRED: "账号认证已到期：公众号后台→设置与开发→账号认证，续认证以后自动恢复",
    "48001": "账号没有这个权限：核对账号类型和认证是否到期（微信开发者平台→接口权限）",
    "45009": "今天的接口额度用完了，明天零点自动恢复；急用可在微信开发者平台清零（每月10次）",
    "43107": "订阅通知被封禁：公众号后台→订阅通知，看处罚说明",
    "48003": "没有同意群发协议：登录公众号后台同意",
    "48008": "没有这类消息的群发权限：登录公众号后台查看",
    "40036": "模板不存在：公众号后台核对模板 ID，或类目是否变更",
    "40037": "模板不存在：公众号后台核对模板 ID，或类目是否变更",
}


def way(taken_back: Way) -> str:
    return _WAYS[taken_back]


def mend(reason: str) -> str:
    """What an administrator can do about a way that was taken back, by the platform's code."""
    found = _MEND.get(reason.split(" ")[0])
    return f"{found}；改好以后运行 doctor。" if found else "登录公众号后台查看通知；改好以后运行 doctor。"


def verification_expired(account: str) -> str:
    return (
        f"公众号 {account} 的认证到期了，现在只能答复，不能主动发。"
        "请到公众号后台→设置与开发→账号认证续认证。在此之前，通知改走别的渠道。"
    )


def account_stopped(account: str, reason: str) -> str:
    """To administrators, by another account; ``reason`` begins with the platform's code."""
    return (
        f"账号 {account} 停止发送了：平台答复「{reason[:_SHOWN]}」。它的消息先等着，过了截止时间的不再发。"
        "请技术同事运行 ./run bot doctor 看怎么修，修好后运行 ./run bot db resume。"
    )


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


def own_request() -> str:
    return "不能通过：这是您自己发起的，需要另一位。"


def nothing_to_agree() -> str:
    return "不能通过：没有这一项在等您审批，可能已经通过或停止。发 /approve 看还有哪些。"


def stopped_because(reason: str) -> str:
    """Why an account sends nothing: the platform's own words, or ours of a restored copy."""
    return "由备份恢复" if reason == "restored from a backup" else reason


def too_few_to_agree(able: int, needed: int) -> str:
    """Empty where there are enough."""
    if able >= needed:
        return ""
    who = f"只有{able}位" if able else "没有人"
    return f"\n注意：除您以外{who}能审批，要{needed}位，这样发不出去。请在花名册里给人加上「审批」职责。"


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


def stopping() -> str:
    """Of a campaign too large to be counted at once."""
    return "已停止：没发的不再发，企业微信里能撤回的正在撤回。人数要数一会儿，稍后点「看人数」。"


def still_stopping() -> str:
    """Below the counts, while they still change."""
    return "还在收尾，撤回的人数还会变。"


def after_stopping() -> str:
    return "原文留档，打开链接的人会看到已停止。更正请改好材料，再发 /push。"


def running(found: Mapping[str, Occurrence]) -> str:
    """By what to type."""
    if not found:
        return "这一周没有正在发的活动。"
    lines = ["要停哪一项："]
    lines += [f"{one.title} {moment(one.planned_at)[5:]}（{name}）" for name, one in found.items()]
    return "\n".join([*lines, "发 /stop 编号，先看发到哪里。"])


def how_far(title: str, told: int, waiting: int) -> str:
    """Before somebody decides: how many know it already."""
    return (
        f"「{title}」已发{told:,}人，还没发{waiting:,}人。\n"
        "停止后不能恢复；企业微信里24小时内发出的会尽量撤回，学校通知和公众号收不回来。"
    )


def paused() -> str:
    return "已暂停：还没发出的先不发。"


def resumed() -> str:
    return "已恢复，接着发。"


def not_running() -> str:
    return "没有这一项，或它已经停了。发 /stop 看正在发的。"
