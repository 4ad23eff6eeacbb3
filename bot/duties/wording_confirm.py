"""What people read of what they may confirm at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

FORM_TITLE: Final = "几件小事，自愿确认"
FORM_STEM: Final = (
    "做好了的选一下再提交；还没做的不用动，提交后告诉您怎么做。"
    "不用截图，不排名。不方便就回「暂不」，不会再催。"
)
NOT_YET: Final = "还没"
FORM_CLOSED: Final = "已提交"
_VOLUNTARY: Final = " 自愿确认"


def field_label(title: str) -> str:
    return title.removesuffix(_VOLUNTARY)


def submitted(counted: int, left: Sequence[tuple[str, str]]) -> str:
    """``left``: what is not done yet, and the word that says it is."""
    first = "记下了，谢谢。不需要截图。" if counted else ("好的，不急。" if left else "已经记过了，谢谢。")
    if not left:
        return first
    words = "、".join(f"{field_label(title)}（「{word}」）" for title, word in left)
    return f"{first}\n还没做的，做好了回一声：{words}。不方便可回「暂不」。"


def how_to(title: str) -> str:
    return f"怎么做：{field_label(title)}"
