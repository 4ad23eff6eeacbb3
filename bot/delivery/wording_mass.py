"""What people read about mass sends: why somebody was left out, how one ended, what it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.delivery.mass import (
    ALONE,
    DAY_USED,
    FAILED,
    MONTH_FULL,
    NOT_TAGGED,
    NOT_WHOLE,
    RESTS,
    TOO_LATE,
    End,
    read_status,
)

REASONS: Final[Mapping[str, str]] = {
    ALONE: "公众号群发至少要两人",
    MONTH_FULL: "本月公众号群发已满",
    NOT_WHOLE: "订阅号只能整类群发",
    NOT_TAGGED: "还没归入群发标签",
    DAY_USED: "订阅号今天已群发过",
    TOO_LATE: "没等到群发的日子",
    RESTS: "公众号群发已停用",
}

_CODES: Final[Mapping[int, str]] = {
    0: "平台没有说明原因",
    10001: "平台判为广告",
    20001: "平台判为涉及政治",
    20002: "平台判为涉及色情",
    20004: "平台判为涉及社会问题",
    20006: "平台判为涉及违法犯罪",
    20008: "平台判为涉嫌欺诈",
    20013: "平台判为涉及版权",
    21000: "平台判为其他违规",
    22000: "平台判为互相推广",
    30001: "平台的原创检查出错",
    30002: "平台的原创检查没有通过",
    30003: "平台判为转载",
    40001: "管理员在手机上拒绝了",
    40002: "管理员30分钟内没有在手机上确认",
}
_JUDGED: Final = frozenset({10001, 20001, 20002, 20004, 20006, 20008, 20013, 21000, 22000})
_PHONE: Final = frozenset({40001, 40002})


def why(outcome: str) -> str | None:
    """The reason on a delivery; ``None`` when it is no reason of mass sends."""
    if outcome.startswith(FAILED):
        number = outcome.removeprefix(FAILED)
        return f"公众号群发失败：{_code(int(number) if number.isdigit() else 0)}"
    return REASONS.get(outcome)


def failed(title: str, people: int, code: int) -> str:
    """To the administrators, with what they can do."""
    lines = f"公众号群发「{title}」没有发出（{people}人）：{_code(code)}。"
    if code in _PHONE:
        lines += "群发前要公众号管理员在手机上确认，请说好由谁来点，再重新推送。"
    elif code in _JUDGED:
        lines += "反诈内容会引用骗子的话，容易误判。请人工看一遍文字，改好后明天可再发。"
    else:
        lines += "请登录公众号后台看通知。"
    return lines + "没收到的人已改走其他渠道，没有其他渠道的请老师转达。"


def refused(title: str, code: int, advice: str) -> str:
    return f"公众号群发「{title}」没有发出（{code}）：{advice}没收到的人已改走其他渠道。"


def rests(advice: str) -> str:
    """``advice`` of the error table, and that nothing more goes by mass."""
    return f"{advice}群发已停用，其他消息照常；处理好后运行 db resume 恢复。"


def please_confirm(account: str) -> str:
    return f"公众号（{account}）的群发在等管理员确认：请在手机微信里点确认，30分钟内有效。"


def job(people: int, tag: str, status: str, ended: bool) -> str:
    """One mass send as a line of the console."""
    to = f"标签「{tag}」，其中本次{people}人" if tag else f"{people}人"
    end = read_status(status)
    match end.end:
        case End.SUCCESS:
            said = "平台说已发出"
        case End.FAILURE:
            said = f"失败：{_code(end.code)}"
        case End.DELETED:
            said = "已在公众号后台删除"
        case _ if status:
            said = f"平台回复：{status}"
        case _:
            said = "没有回音" if ended else "已提交，等平台结果"
    return f"群发给{to}：{said}"


def counts(total: int, filtered: int, reached: int, failed: int) -> str:
    return f"平台报数（约数）：名单{total}，可发{filtered}，发到{reached}，失败{failed}"


def cost(account: str, followers: int, spent: int, day_used: bool | None) -> str:
    """For the look before sending."""
    if day_used is None:
        full = f"，其中{spent}人本月名额已满（改走其他渠道）" if spent else ""
        return f"{account} 群发：{followers}人，各用本月4次里的1次{full}。"
    wait = "，今天已用，要等明天" if day_used else ""
    return f"{account} 群发：{followers}人，用掉当天唯一的一次{wait}。"


def given(account: str, windows: int, accepted: int) -> str:
    """For the look before sending."""
    parts = [f"{windows:,}人用48小时窗口里的一条"] * bool(windows)
    parts += [f"{accepted:,}人用掉一次订阅的提醒"] * bool(accepted)
    return f"{account} 公众号：{'，'.join(parts)}。"


def _code(code: int) -> str:
    return _CODES.get(code, f"平台代码{code}")
