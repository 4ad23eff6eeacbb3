"""登记: what a teacher reads who records by hand what was done on paper, by telephone or at a visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.duties.rules import Do
from bot.people.rules import leaf

WAYS: Final = ("纸质信", "纸质", "纸质签名", "电话告知", "电话", "家访", "班会", "课堂", "当面", "当面告知")
NO_WAY: Final = "教师登记"
LONGEST_WAY: Final = 20  # characters
_SHOWN: Final = 5


def how() -> str:
    return (
        "请发：登记 编号 活动 方式，例如：登记 2301001 一封信 电话告知。"
        "编号可以只写尾号四位，或写姓名；只有一件没做完时，活动可以不写。"
        "全班一起做的：登记 班级 活动 方式 除 编号。"
    )


def not_yours() -> str:
    return "您负责的班里没有这个编号或姓名。"


def several_of(said: str, found: Sequence[tuple[str, str]]) -> str:
    """``found``: the end of the 编号 and the class of each."""
    who = "、".join(f"{leaf(unit)}尾号{tail}" for tail, unit in found[:_SHOWN])
    return f"「{said}」有{len(found)}位：{who}。请写完整编号；同名的写尾号就行。"


def nothing(who: str) -> str:
    return f"{who}没有未完成的事。"


def which(who: str, things: int, word: str = "") -> str:
    """``word``: what was written and is none of them."""
    missed = f"{who}没做完的事里没有「{word}」。" if word else ""
    return f"{missed}{who}有{things}件没做完，登记哪一件？" if things > 1 else f"{missed}没做完的是这一件："


def others(titles: Sequence[str]) -> str:
    """What is not among the taps; it can be typed in the same way."""
    return f"还有：{'、'.join(titles[:_SHOWN])}{'等' if len(titles) > _SHOWN else ''}（照样写上名称）。"


def done(way: str, who: str, titles: Sequence[str], left: int) -> str:
    shown = "、".join(titles[:_SHOWN]) + (f"等{len(titles)}件" if len(titles) > _SHOWN else "")
    rest = f"另外{left}件没有动。" if left else ""
    return f"已记「{way}」：{who}，{shown}。层级为「人工核实」。{rest}"


def usual(do: Do) -> str:
    """How it was done when that is not said."""
    return "纸质信" if do is Do.LETTER else "课堂"


def sure(class_: str, people: int, title: str, way: str, but: Sequence[str]) -> str:
    out = f"不含：{'、'.join(but)}。" if but else "有没做的，写在后面：除 编号 编号。"
    return f"{class_}没完成「{title}」的{people}人，全部记为「{way}」吗？{out}都核对过，就点「确定」。"


def done_together(way: str, class_: str, people: int, title: str, but: Sequence[str]) -> str:
    rest = f"没有记：{'、'.join(but)}。" if but else ""
    return f"已记「{way}」：{class_}{people}人，{title}。层级为「人工核实」。{rest}"


def which_together(class_: str, things: int) -> str:
    return f"{class_}可以全班登记的" + (f"有{things}件，登记哪一件？" if things > 1 else "是：")


def nothing_together(class_: str) -> str:
    return (
        f"{class_}没有可以全班登记的事。只有家长信，和小学、初中一起做的测试可以；"
        "别的请一人一人登记：登记 编号 活动 方式。"
    )


def no_class(unit: str) -> str:
    return f"「{unit}」不止一个班，请写到班。"


def not_one(said: str, found: Sequence[str]) -> str:
    if not found:
        return f"没完成的名单里没有「{said}」，什么都没有记。请核对后再发。"
    return f"「{said}」有{len(found)}人：{'、'.join(found[:_SHOWN])}。请写完整编号，什么都没有记。"
