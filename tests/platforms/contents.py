"""What is said to a member, and the message that it becomes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.messages import Choice, Notice, Question
from bot.platforms.wecom import payloads as wecom

from .cast import NOTICE

NOW = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)
AB = (Choice("A", "立即转账"), Choice("B", "挂断并拨打110"))
NUMBERS = Notice(
    "学生学期测试已到期",
    "请当面问。",
    NOTICE.url,
    figures=(("12人", "软件2301"), ("3人", "网络2402")),
    emphasis=("15人", "还没完成"),
)


def question(stem: str = "怎么办？", choices: tuple[Choice, ...] = AB, **more: Any) -> Question:
    return Question("quiz-7", "反诈小测", stem, choices, **more)


def member(content: Any, *, cards: bool = True, media: dict[str, str] | None = None) -> dict[str, Any]:
    return wecom.member_payload(content, key="s1", media=media or {}, use_cards=cards)
