"""Questions and figures as template cards, where they fit (90236); where not, text or a textcard speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from bot.messages import Choice, Form, Notice, Question
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

URL_BYTES: Final = 2048
FIELDS: Final = 3
FIELD_CHARS: Final = 13
FIELD_CHOICES: Final = 10
FIELD_CHOICE_CHARS: Final = 16
FIGURES: Final = 6
FIGURE_NAME_CHARS: Final = 5
FIGURE_CHARS: Final = 30
BIG_CHARS: Final = 14
BIG_DESC_CHARS: Final = 22


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text_notice is shown, and how many characters there are room for."""

    title: int
    subtitle: int
    jump: int


APP: Final = Place(TITLE_CHARS, SUBTITLE_CHARS, 18)
GROUP: Final = Place(26, 112, 13)  # 99110

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


def notice_card(notice: Notice, place: Place) -> dict[str, Any] | None:
    """text_notice, or None without figures or where a limit would hide something. It never calls back, hence
    has no task_id.
    """
    if not (notice.figures or notice.emphasis) or not _fits_notice(notice, place):
        return None
    card: dict[str, Any] = {"card_type": "text_notice", "main_title": {"title": notice.title}}
    if notice.emphasis:
        card["emphasis_content"] = {"title": notice.emphasis[0], "desc": notice.emphasis[1]}
    if notice.body:
        card["sub_title_text"] = notice.body
    if notice.figures:
        rows = [{"keyname": left, "value": right} for left, right in notice.figures]
        card["horizontal_content_list"] = rows
    if notice.button:
        card["jump_list"] = [{"type": 1, "title": notice.button, "url": notice.url}]
    card["card_action"] = {"type": 1, "url": notice.url}
    return card


def form_card(form: Form, shipment: str) -> dict[str, Any] | None:
    """multiple_interaction, or None where a limit would hide something of the form."""
    task = task_id(form.key, shipment)
    if not _fits_form(form):
        return None
    return {
        "card_type": "multiple_interaction",
        "main_title": {"title": form.title, "desc": form.stem},
        "task_id": task,
        "select_list": [
            {
                "question_key": f"q{number}",
                "title": field.label,
                "selected_id": field.choices[0].word,
                "option_list": [{"id": choice.word, "text": choice.label} for choice in field.choices],
            }
            for number, field in enumerate(form.fields, 1)
        ],
        "submit_button": {"text": form.submit, "key": SUBMIT},
    }


def _fits_form(form: Form) -> bool:
    return (
        1 <= len(form.title) <= TITLE_CHARS
        and len(form.stem) <= VOTE_DESC_CHARS
        and 1 <= len(form.submit) <= BUTTON_CHARS
        and 1 <= len(form.fields) <= FIELDS
        and all(
            0 < len(field.label) <= FIELD_CHARS
            and 1 <= len(field.choices) <= FIELD_CHOICES
            and all(_fits_list(choice) for choice in field.choices)
            and _distinct(field.choices)
            for field in form.fields
        )
    )


def _fits_list(choice: Choice) -> bool:
    return (
        not choice.url
        and 0 < len(choice.label) <= FIELD_CHOICE_CHARS
        and 0 < len(choice.word.encode()) <= OPTION_ID_BYTES
    )


def leads_somewhere(url: str) -> bool:
    """http(s):// and at most 2048 bytes."""
    return url.startswith(("https://", "http://")) and len(url.encode()) <= URL_BYTES


def _fits_notice(notice: Notice, place: Place) -> bool:
    big = notice.emphasis or ("0", "")
    return (
        not notice.picture
        and 1 <= len(notice.title) <= place.title
        and len(notice.body) <= place.subtitle
        and len(notice.button) <= place.jump
        and leads_somewhere(notice.url)
        and len(notice.figures) <= FIGURES
        and all(0 < len(left) <= FIGURE_NAME_CHARS for left, _ in notice.figures)
        and all(len(right) <= FIGURE_CHARS for _, right in notice.figures)
        and 0 < len(big[0]) <= BIG_CHARS
        and len(big[1]) <= BIG_DESC_CHARS
    )


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
