"""What ``menu`` and ``doctor`` tell of menus and articles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.platforms.errors import Platform, verdict_for

MENU: Final = "读取菜单"


def menu_fine(buttons: int) -> str:
    return f"菜单：平台上的和设置一样（{buttons} 个按钮）"


def menu_left_alone() -> str:
    return "菜单：不由本服务设置"


def menu_differs(there: bool, outcome: str) -> str:
    last = f"，上次设置没有成功（{outcome}）" if outcome.lstrip("-").isdigit() else ""
    told = "和设置不一样" if there else "还没有"
    return f"菜单：平台上的{told}{last}"


def mend_menu() -> str:
    return "服务启动后会自己设好；想马上设，运行 ./run bot menu --apply。"


def articles_unknown(titles: Sequence[str]) -> str:
    return f"文章：{len(titles)} 篇发布结果不明（{'、'.join(titles[:3])}）"


def mend_articles() -> str:
    return "到公众号后台「发表记录」看一看，再到控制台的活动页点「已经发布了」或「没有发布」。"


def no_menu(account: str) -> str:
    return f"账号 {account}：没有菜单可设（设置里写了 off，或这类账号不能用接口设菜单）。"


def menu_state(account: str, same: bool, there: bool) -> str:
    told = "平台上的菜单和设置一样" if same else "平台上的菜单和设置不一样" if there else "平台上还没有菜单"
    return f"账号 {account}：{told}。设置里的菜单："


def menu_lines(menu: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]) -> list[str]:
    lines = []
    for name, does, below in menu:
        lines.append(f"  {name}" + (f" → {does}" if does else ""))
        lines += [f"    {lower} → {what}" for lower, what in below]
    return lines


def menu_set(account: str) -> str:
    return f"账号 {account}：菜单已设好，几分钟后在手机上看到。"


def menu_deleted(account: str) -> str:
    return f"账号 {account}：菜单已删除；设置改变以前不会再设，要恢复用 --apply。"


def menu_refused(account: str, platform: Platform, code: int) -> str:
    reason = verdict_for(platform, code).advice if code > 0 else "连不上平台。"
    return f"账号 {account}：{reason}（{code}）"


def unknown_word(word: str) -> str:
    return f"菜单里的「{word}」不是机器人认识的话，点了不会有用"
