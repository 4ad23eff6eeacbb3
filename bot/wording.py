"""Sentences that belong to no single room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SORRY = "刚才出了点小问题，您的进度没有丢。请稍后再发一次。"
NOT_FOUND = "没看懂。发「帮助」看看我能做什么。"
NOT_UTF8 = "不是 UTF-8 编码：请在编辑器里另存为 UTF-8"
LIMIT: Final = 2048  # bytes of a text message or passive reply (90236, 90241)
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


def within(lines: Sequence[str], tail: Sequence[str], counted: str = "行", limit: int = LIMIT) -> str:
    """Lines and tail in at most ``limit`` bytes; what does not fit is counted, not cut in half."""
    for keep in range(len(lines), 0, -1):
        left = len(lines) - keep
        text = "\n".join([*lines[:keep], *([f"还有{left}{counted}。"] if left else []), *tail])
        if len(text.encode()) <= limit:
            return text
    return _cut("\n".join([*lines[:1], *tail]), limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text.encode()) <= limit else text.encode()[: limit - 3].decode(errors="ignore") + "…"
