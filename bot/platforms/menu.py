"""The menu of an account: three buttons, five below each (90231; official account section 6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from bot.platforms.errors import Platform, refused

_NAME_BYTES: Final = {Platform.WECOM: (16, 40), Platform.WECHAT: (16, 60)}
_KEY_BYTES: Final = 128
_URL_BYTES: Final = 1024
NONE: Final = 46003  # what menu/get answers where no menu was ever set


@dataclass(frozen=True, slots=True)
class Button:
    """Tapping says ``word``, opens ``url``, or unfolds ``below``: exactly one of them."""

    name: str
    word: str = ""
    url: str = ""
    below: tuple[Button, ...] = ()


def payload(platform: Platform, buttons: tuple[Button, ...]) -> dict[str, Any]:
    """The body of menu/create.

    Raises PlatformError(BUG) where a limit is broken: nothing can be cut in a menu.
    """
    if not 1 <= len(buttons) <= 3:
        raise refused(40017, "a menu has one to three buttons")
    top, below = _NAME_BYTES[platform]
    return {"button": [_top(button, top, below) for button in buttons]}


def buttons_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """What menu/get found: an official account wraps the buttons once more."""
    inner = answer.get("menu", answer)
    return list(inner.get("button") or ()) if isinstance(inner, dict) else []


def _top(button: Button, top: int, below: int) -> dict[str, Any]:
    if not button.below:
        return _leaf(button, top)
    if len(button.below) > 5:
        raise refused(40023, f"{button.name}: more than five buttons below")
    return {"name": _fits(button.name, top), "sub_button": [_leaf(one, below) for one in button.below]}


def _leaf(button: Button, name_bytes: int) -> dict[str, Any]:
    if button.below or bool(button.word) == bool(button.url):
        raise refused(40016, f"{button.name}: a button says a word or opens a page")
    name = _fits(button.name, name_bytes)
    if button.url:
        return {"type": "view", "name": name, "url": _fits(button.url, _URL_BYTES)}
    return {"type": "click", "name": name, "key": _fits(button.word, _KEY_BYTES)}


def _fits(text: str, limit: int) -> str:
    if not text or len(text.encode()) > limit:
        raise refused(40018, f"{text[:20]}: empty or longer than {limit} bytes")
    return text
