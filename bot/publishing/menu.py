"""The menu of each account: ours, or the one of the settings. A click says exactly what one could type."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from bot.platforms.errors import Platform
from bot.platforms.menu import Button, payload
from bot.settings import AccountSettings, Webhook, Wechat, WecomApp
from bot.settings_menu import Leaf, WechatButton, WecomButton

VERIFY: Final = "/verify"

# 被骗了 stands in the middle and unfolds nothing: help has to be one tap away.
_SOS: Final = Button("被骗了", "被骗")
_APP: Final = (
    Button(
        "本周任务",
        below=(
            Button("我的待办", "我的"),
            Button("开始答题", "答题"),
            Button("我的回执", "我的回执"),
            Button("老师·转发", "转发"),
        ),
    ),
    _SOS,
    Button(
        "更多",
        below=(
            Button("这是骗局吗", "查"),
            Button("是学校发的吗", url=VERIFY),
            Button("老师·本班", "本班"),
            Button("老师·未完成", "未完成"),
            Button("能做什么", "帮助"),
        ),
    ),
)
_FOLLOWERS: Final = (
    Button(
        "我的任务",
        below=(
            Button("我的待办", "我的"),
            Button("开始答题", "答题"),
            Button("我的回执", "我的回执"),
            Button("绑定身份", "绑定"),
        ),
    ),
    _SOS,
    Button(
        "查一查",
        below=(
            Button("这是骗局吗", "查"),
            Button("是学校发的吗", url=VERIFY),
            Button("找老师", "人工"),
            Button("能做什么", "帮助"),
        ),
    ),
)


def platform_of(account: AccountSettings) -> Platform:
    return Platform.WECOM if isinstance(account, WecomApp) else Platform.WECHAT


def may_have_menu(account: AccountSettings) -> bool:
    """By API: every app, and verified official accounts (matrix 0.1, where sources differ about others)."""
    return not isinstance(account, Webhook) and (isinstance(account, WecomApp) or account.verified)


def menu_of(account: AccountSettings, base_url: str) -> tuple[Button, ...] | None:
    """The buttons an account should show, pages below its own address; ``None``: leave it alone."""
    if not may_have_menu(account) or isinstance(account, Webhook) or account.menu == "off":
        return None
    ours = _FOLLOWERS if isinstance(account, Wechat) else _APP
    wanted = ours if account.menu is None else tuple(_of_settings(one) for one in account.menu)
    return tuple(_rooted(button, base_url) for button in wanted)


def look(platform: Platform, buttons: Sequence[Button]) -> str:
    """Changes with anything that people would see or that a tap would do.

    Raises PlatformError(BUG) where a limit of the platform is broken.
    """
    text = json.dumps(payload(platform, tuple(buttons)), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def words(account: AccountSettings) -> list[tuple[tuple[str | int, ...], str]]:
    """Where below the account of the settings a word of its menu stands, and the word."""
    if isinstance(account, Webhook) or not isinstance(account.menu, tuple):
        return []
    tops: Sequence[WecomButton | WechatButton] = account.menu
    found: list[tuple[tuple[str | int, ...], str]] = []
    for at, top in enumerate(tops):
        found += [(("menu", at, "word"), top.word)] if top.word else []
        for under, lower in enumerate(top.below):
            found += [(("menu", at, "below", under, "word"), lower.word)] if lower.word else []
    return found


def shown(menu: Sequence[dict[str, Any]]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """A menu as the platform gives it back: (name, what it does, what is below), whatever extras it has."""
    return [
        (one.get("name", ""), _does(one), [(low.get("name", ""), _does(low)) for low in _below(one)])
        for one in menu
    ]


def _does(button: dict[str, Any]) -> str:
    return "" if _below(button) else str(button.get("url") or button.get("key") or "")


def _below(button: dict[str, Any]) -> list[dict[str, Any]]:
    """A plain list of an app; an official account may wrap it or send it empty."""
    below = button.get("sub_button") or []
    return list(below.get("list", ())) if isinstance(below, dict) else list(below)


def _of_settings(button: Leaf) -> Button:
    below = button.below if isinstance(button, WecomButton | WechatButton) else ()
    return Button(
        button.name, button.word or "", button.page or "", tuple(_of_settings(lower) for lower in below)
    )


def _rooted(button: Button, base_url: str) -> Button:
    url = base_url.rstrip("/") + button.url if button.url.startswith("/") else button.url
    return Button(button.name, button.word, url, tuple(_rooted(one, base_url) for one in button.below))
