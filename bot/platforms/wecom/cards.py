"""Questions as template cards, where they fit (90236); where not, the text twin speaks."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from bot.messages import Choice, Question
from bot.platforms.errors import refused
from bot.platforms.twin import cut_chars

SUBMIT: Final = "submit"  # EventKey of a vote card; of a button card it is the word itself

TITLE_CHARS: Final = 36
DESC_CHARS: Final = 44
SUBTITLE_CHARS: Final = 160
BUTTONS: Final = 6
BUTTON_CHARS: Final = 10
BUTTON_KEY_BYTES: Final = 1024
VOTE_TITLE_CHARS: Final = 16
VOTE_DESC_CHARS: Final = 160
OPTIONS: Final = 20
OPTION_CHARS: Final = 17
OPTION_ID_BYTES: Final = 128
TASK_BYTES: Final = 128

_TASK: Final = re.compile(r"[0-9A-Za-z_@-]+", re.ASCII)


def task_id(question_key: str, shipment: str) -> str:
    """One task_id a call, never used twice (42014): the question's key and what tells this call from the
    next.

    ``wecom.inbound.card_key`` gives the question's key back.
    """
    task = f"{question_key}@{sha256(shipment.encode()).hexdigest()[:12]}"
    if not _TASK.fullmatch(question_key) or len(task) > TASK_BYTES:
        raise refused(42014, "a question's key has at most 115 of 0-9A-Za-z_@-")
    return task


def question_card(question: Question, shipment: str) -> dict[str, Any] | None:
    """The card, or None where a limit would hide something of the question."""
    task = task_id(question.key, shipment)
    if _fits_buttons(question):
        return _buttons(question, task)
    if _fits_vote(question):
        return _vote(question, task)
    return None


def _fits_buttons(question: Question) -> bool:
    return (
        not question.multiple
        and 1 <= len(question.choices) <= BUTTONS
        and len(question.title) <= TITLE_CHARS
        and len(question.stem) <= SUBTITLE_CHARS
        and all(0 < len(choice.label) <= BUTTON_CHARS for choice in question.choices)
        and all(
            choice.url or 0 < len(choice.word.encode()) <= BUTTON_KEY_BYTES for choice in question.choices
        )
        and _distinct(question.choices)
    )


def _fits_vote(question: Question) -> bool:
    return (
        1 <= len(question.choices) <= OPTIONS
        and len(question.stem) <= VOTE_DESC_CHARS
        and all(0 < len(choice.label) <= OPTION_CHARS for choice in question.choices)
        and all(
            not choice.url and 0 < len(choice.word.encode()) <= OPTION_ID_BYTES for choice in question.choices
        )
        and _distinct(question.choices)
    )


def _distinct(choices: tuple[Choice, ...]) -> bool:
    words = [choice.word for choice in choices if not choice.url]
    return len(words) == len(set(words))


def _buttons(question: Question, task: str) -> dict[str, Any]:
    title = {"title": question.title or question.stem[:TITLE_CHARS]}
    card: dict[str, Any] = {"card_type": "button_interaction", "main_title": title, "task_id": task}
    if question.stem and len(question.stem) <= DESC_CHARS:
        title["desc"] = question.stem
    elif question.stem:
        card["sub_title_text"] = question.stem
    card["button_list"] = [_button(choice) for choice in question.choices]
    return card


def _button(choice: Choice) -> dict[str, Any]:
    if choice.url:
        return {"type": 1, "text": choice.label, "style": 1, "url": choice.url}
    return {"type": 0, "text": choice.label, "style": 1, "key": choice.word}


def _vote(question: Question, task: str) -> dict[str, Any]:
    options = [{"id": choice.word, "text": choice.label, "is_checked": False} for choice in question.choices]
    return {
        "card_type": "vote_interaction",
        "main_title": {
            "title": cut_chars(question.title or question.stem, VOTE_TITLE_CHARS),
            "desc": question.stem,
        },
        "task_id": task,
        "checkbox": {"question_key": "q", "mode": int(question.multiple), "option_list": options},
        "submit_button": {"text": "提交", "key": SUBMIT},
    }
