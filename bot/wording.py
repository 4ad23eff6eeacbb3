"""Sentences that belong to no single room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SORRY = "刚才出了点小问题，您的进度没有丢。请稍后再发一次。"
NOT_FOUND = "没看懂。发「帮助」看看我能做什么。"
NOT_UTF8 = "不是 UTF-8 编码：请在编辑器里另存为 UTF-8"
_LINES: Final = 5
_LONGEST: Final = 120  # characters of one complaint


def environment_lacks(name: str) -> str:
    return f"环境变量 {name} 没有设置"


def cannot_open(reason: str) -> str:
    return f"打不开：{reason}"


def no_such_pack(pack: str, known: Sequence[str]) -> str:
    return f"没有方案 {pack}；schedules.yaml 里有 {'、'.join(known)}"


def files_unsound(lines: Sequence[str]) -> str:
    """To the administrators: what was saved is not in use, and why."""
    shown = [line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…" for line in lines[:_LINES]]
    more = [f"……共{len(lines)}处，运行 check 看全部。"] if len(lines) > _LINES else []
    head = "刚保存的日程、题库或材料有误，没有启用，机器人仍按改之前的运行："
    return "\n".join([head, *shown, *more, "改好保存后一分钟内自动启用，不用重启。"])
