"""Sentences that belong to no single room."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from typing import Final

SORRY = "刚才出了点小问题，您的进度没有丢。请稍后再发一次。"
NOT_FOUND = "没看懂。发「帮助」看看我能做什么。"
NOT_UTF8 = "不是 UTF-8 编码：请在编辑器里另存为 UTF-8"
LIMIT: Final = 2048  # bytes of a text message or passive reply (90236, 90241)
_LINES: Final = 5
_PLACE: Final = re.compile(r"\('([^']+)', ([0-9]+)")  # asyncio says there where it could not listen
_MACHINE: Final = {
    -2: "域名查不到",  # getaddrinfo: EAI_NONAME
    -3: "域名暂时查不到",  # EAI_AGAIN
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.EEXIST: "已经有了",
    errno.ENOSPC: "磁盘满了",
    errno.EROFS: "这里只能读，不能写",
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.ECONNREFUSED: "对方没有在听（服务没有启动，或端口不对）",
    errno.ETIMEDOUT: "等了太久没有回应",
    errno.EMFILE: "同时打开的文件太多",
}
_LONGEST: Final = 120  # characters of one complaint


def environment_lacks(name: str) -> str:
    return f"环境变量 {name} 没有设置"


def of_machine(error: OSError) -> str:
    """What the machine could not do, in words; the machine's own where we have none."""
    told = _MACHINE.get(error.errno or 0) or error.strerror or str(error)
    place = _PLACE.search(error.strerror or "")
    return f"{place[1]}:{place[2]} {told}" if place else told


def cannot_open(error: OSError) -> str:
    return f"打不开：{of_machine(error)}"


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
