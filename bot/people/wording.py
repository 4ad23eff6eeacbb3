"""What people hear when they bind themselves, and what an administrator reads about a roster import."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import Complaint
from bot.people.binding import Missing
from bot.people.difference import Difference
from bot.people.roster_rows import RosterFile
from bot.people.rules import Person, leaf
from bot.people.wording_roster import taken_userids, unreached_units

SHOWN: Final = 5  # complaints in a chat answer; the whole list is on the page and on the command line
LEFT: Final = "离校"  # why a task is exempt; on record, so it stays as it is
UNLINKED: Final = "不再是监护人"
_LOCAL: Final = ZoneInfo("Asia/Shanghai")
_WHICH_NUMBER: Final = "学生填学号，教师填工号，家长填学校发的编号；不知道就问班主任。"


def welcome(school: str) -> str:
    """To a new follower whom we do not know."""
    return (
        f"您好，这里是{school}的反诈课代表。\n"
        f"发「绑定 姓名 编号」认识您，例如：绑定 张明 2301001。{_WHICH_NUMBER}\n"
        "我们不会向您要钱、验证码、银行卡号，也不会让您下载东西。"
    )


def who_are_you() -> str:
    return (
        f"还不认识您。请发「绑定 姓名 编号」，例如：绑定 张明 2301001。{_WHICH_NUMBER}\n"
        "不绑定也能用：「被骗」马上求助，「查」可疑的话，「人工」找人。"
    )


def ask(missing: Missing) -> str:
    if missing is Missing.NAME:
        return "请发「绑定 姓名 编号」，例如：绑定 张明 2301001。"
    return f"还要您的编号：请发「绑定 姓名 编号」。{_WHICH_NUMBER}"


def no_match() -> str:
    return (
        "没有核对上。请看姓名和编号是否与学校名单一致，再发一次「绑定 姓名 编号」。"
        "小学、初中同学要先由家长到学校登记同意。仍不行请找班主任或辅导员。"
    )


def paused(until: datetime) -> str:
    local = until.astimezone(_LOCAL)
    when = f"{local.month}月{local.day}日{local:%H:%M}"
    return f"没有核对上的次数太多，请{when}以后再试，或找班主任、辅导员核对。"


def bound(person: Person) -> str:
    who = f"{person.name}（尾号{person.code[-4:]}），{leaf(person.unit)}"
    return f"已核对，您是{who}。以后按账号识别，不必再输。"


_URGENT: Final = "急事拨110，疑似被骗拨96110。"


def ask_at_school(phone: str) -> str:
    """To somebody we do not know."""
    return f"请直接找孩子的班主任，或您自己的班主任、辅导员{_or_call(phone)}。{_URGENT}"


def ask_the_office(phone: str) -> str:
    """To a teacher, who is the one whom others are sent to."""
    return f"请找本单位的反诈联络员，或学校的管理员{_or_call(phone)}。{_URGENT}"


def _or_call(phone: str) -> str:
    return f"，也可以打学校值班电话 {phone}" if phone else ""


def transferred(before: str, after: str) -> str:
    """What a person hears who is in another class now (ST-7)."""
    return (
        f"您已从「{leaf(before)}」转到「{leaf(after)}」。没做完的事和进度都保留，截止不变；"
        "之后的通知来自新班级。有误请回「人工」。"
    )


def preview(file: RosterFile, difference: Difference, most: int = SHOWN) -> str:
    """One paragraph: how many rows, what would change, what is wrong."""
    counts = [
        ("新增", difference.new),
        ("转班", difference.transferred),
        ("信息变更", difference.changed),
        ("返校", difference.returned),
        ("离校", difference.leavers),
    ]
    parts = [f"{name}{len(found):,}" for name, found in counts if found]
    parts.append(f"不变{difference.unchanged:,}")
    if difference.same_names:
        parts.append(f"同单位同名{len(difference.same_names):,}组（编号不同，保留）")
    text = f"读到{file.lines:,}行。{'、'.join(parts)}。"
    if file.complaints:
        text += f"有问题{len({c.line for c in file.complaints}):,}行：{complaints(file.complaints, most)}"
    if difference.kept:
        text += f"有{difference.kept:,}人只因所在行有问题而没有读入，不算离校。"
    return text + "".join(notes(file, difference))


def complaints(found: Iterable[Complaint], most: int = SHOWN) -> str:
    found = list(found)
    shown = "；".join(f"第{one.line:,}行{one.message.rstrip('。')}" for one in found[:most])
    return f"{shown}；等{len(found):,}处。" if len(found) > most else f"{shown}。"


def notes(file: RosterFile, difference: Difference) -> list[str]:
    """Worth knowing, but nothing is lost by it."""
    found = list(file.notes)
    if difference.taken:
        found.append(taken_userids(list(difference.taken)))
    if difference.unserved:
        found.append(unreached_units(difference.unserved))
    return found


def too_many_leavers(difference: Difference) -> str:
    kinds = "、".join(
        f"{kind}{leaving:,}人离校（现有{difference.bases[kind]:,}人）"
        for kind, leaving in difference.emptied.items()
    )
    return (
        f"这份名单会让{kinds}，超过这类人的两成，没有应用。"
        "若只是一部分人的名单，请补全；若确实如此，请选择「允许大量离校」再来一次。"
    )


def stale() -> str:
    return "预览以后名单又有变化，没有应用。请重新预览。"


def nothing_to_do() -> str:
    return "名单与现有的一致，没有要改的。"


def applied(difference: Difference) -> str:
    text = "已应用，24小时内可撤回。"
    if difference.leavers:
        text += f"离校{len(difference.leavers):,}人停止一切推送。"
    return text


def undone(removed: int, restored: int) -> str:
    return f"已撤回：去掉新增{removed:,}人，还原{restored:,}人。"


def cannot_undo() -> str:
    return "没有可以撤回的导入：只能撤回最近一次，且在24小时之内。"
