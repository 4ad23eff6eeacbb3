"""登记: what a teacher reads who records by hand what was done on paper, by telephone or at a visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.people.rules import leaf

WAYS: Final = ("纸质信", "纸质", "纸质签名", "电话告知", "电话", "家访", "班会", "当面", "当面告知")
NO_WAY: Final = "教师登记"
_SHOWN: Final = 5


def how() -> str:
    return (
        "请发：登记 编号 活动 方式，例如：登记 2301001 一封信 电话告知。"
        "编号可以只写尾号四位，或写姓名；只有一件没做完时，活动可以不写。"
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
