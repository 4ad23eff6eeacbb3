"""未完成 and 催办: who of a teacher's own is behind, by name for a class, in figures for many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.people.rules import labels

PAGE: Final = "未完成的全部名单"
NAMES: Final = 15  # of a campaign, in one message
FEW: Final = 15  # people; with more than one class more of them are told class by class
MOST: Final = 300  # people whose names are looked up for a message or a page; more are in the file
HEAD: Final = "（仅您可见，请勿转发到群）"
RECORD: Final = "已在电话里、当面说过：登记 尾号 活动 电话告知"
_CAMPAIGNS: Final = 6
ONE_CLASS: Final = "看一个班：未完成 班级"


def nobody(unit: str) -> str:
    return f"{unit}没有未完成的。" if unit else "您的班没有未完成的。"


def campaign(title: str, names: Sequence[str]) -> str:
    more = f" 等{len(names)}人" if len(names) > NAMES else ""
    return f"{title} {len(names)}人：{'、'.join(names[:NAMES])}{more}"


def totals(units: Mapping[str, int], campaigns: Sequence[tuple[str, int]]) -> list[str]:
    """Everybody once; then what is open, then each class, in the order of the roster and not of results."""
    called = labels(units)
    head = f"没做完的共{sum(units.values()):,}人，{len(units):,}个班"
    lines = [f"{HEAD}\n{head}：" if units else HEAD]
    lines += [f"· {title} {people:,}人" for title, people in campaigns[:_CAMPAIGNS]]
    if len(campaigns) > _CAMPAIGNS:
        lines.append(f"· 还有{len(campaigns) - _CAMPAIGNS}项，见网页")
    return lines + [f"{called[unit]} {people:,}人" for unit, people in units.items()]


def yours(units: str) -> str:
    return f"您负责：{units}。其他班请联系管理员。"


def not_in_a_group() -> str:
    """With a sentence that a teacher may copy into the group of the class."""
    return (
        "不能在群里点名没做完的人，家长和孩子都会难堪。群里可以发这一句：\n"
        "「还有同学没完成反诈任务，抽几分钟做一下，有困难找我。」\n要提醒本人，我可以私下发。"
    )


def reminded(people: int, resting: int, later: int) -> str:
    rest = f"另外{resting:,}人已提醒过或没有账号，建议当面问。" if resting else ""
    more = f"人多，还有{later:,}人没轮到，再发一次「催办」接着提醒。" if later else ""
    return f"已私下提醒{people:,}人（每件事每人最多2次）。{more}{rest}"


def silent_of_many(classes: int, families: int) -> str:
    return f"{classes}个班共{families:,}户未关注学校通知，收不到。"


def more_sends(number: int) -> str:
    return f"还有{number}条按班发送的，见网页。"


TITLE: Final = "未完成名单"
TABLE: Final = ("单位", "姓名（尾号）", "没做完的")


def sheet_counts(people: int, classes: int) -> str:
    return f"没做完的共{people:,}人，{classes:,}个班。豁免和自愿的不在内；同一孩子的多位监护人只算一次。"


def sheet_note() -> str:
    return "只供负责的老师跟进，请勿转发到群，不用于排名。"
