"""The field rules of template cards, with their error codes (90236, 90313). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.simulator.card import INTERACTIVE
from bot.simulator.door import Refused

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
TYPES = ("text_notice", "news_notice", *INTERACTIVE)


def _size(text: Any) -> int:
    return len(str(text).encode())


def answers_back(card: Mapping[str, Any]) -> bool:
    """Whether the card calls back, hence needs a task_id and gives a response_code: the five cases."""
    return card.get("card_type") in INTERACTIVE or bool(card.get("action_menu"))


def check(card: Any, *, update: bool = False) -> None:
    """Raises Refused. An update carries no task_id."""
    if not isinstance(card, dict) or card.get("card_type") not in TYPES:
        raise Refused(42031, "template_card.card_type invalid")
    kind = card["card_type"]
    title = (card.get("main_title") or {}).get("title")
    if not title and not (kind == "text_notice" and card.get("sub_title_text")):
        raise Refused(42033, "template_card.main_title.title missing")
    if not update:
        _task(card)
    _rows(card)
    if kind in {"text_notice", "news_notice"}:
        _action(card.get("card_action"))
    if kind == "news_notice":
        _picture(card)
    if kind == "button_interaction":
        _buttons(card.get("button_list"))
    if kind == "vote_interaction":
        box = card.get("checkbox") or {}
        _options(box, 20)
        if box.get("mode", 0) not in (0, 1):
            raise Refused(40058, "checkbox.mode invalid")
    if kind == "multiple_interaction":
        lists = card.get("select_list") or []
        if not 1 <= len(lists) <= 3 or not _unique(x.get("question_key") for x in lists):
            raise Refused(42043, "select_list invalid")
        for row in lists:
            _options(row, 10)
    if card.get("button_selection"):
        _options(card["button_selection"], 10)
    if kind in {"vote_interaction", "multiple_interaction"}:
        _submit(card.get("submit_button") or {})
    if card.get("action_menu"):
        _menu(card["action_menu"], kind)


def _task(card: Mapping[str, Any]) -> None:
    task_id = card.get("task_id")
    if task_id is None and not answers_back(card):
        return
    if not isinstance(task_id, str) or not TASK_ID.fullmatch(task_id):
        raise Refused(42014, "template_card.task_id invalid")


def _rows(card: Mapping[str, Any]) -> None:
    rows = card.get("horizontal_content_list") or []
    if len(rows) > 6:
        raise Refused(42035, "horizontal_content_list exceed max length 6")
    for row in rows:
        if not row.get("keyname"):
            raise Refused(42027, "horizontal_content_list.keyname missing")
        if row.get("type") == 1:
            _url(row.get("url"))
    jumps = card.get("jump_list") or []
    if len(jumps) > 3:
        raise Refused(42036, "jump_list exceed max length 3")
    for jump in jumps:
        if not jump.get("title"):
            raise Refused(42033, "jump_list.title missing")
        if jump.get("type") == 1:
            _url(jump.get("url"))
    uprights = card.get("vertical_content_list") or []
    if len(uprights) > 4:
        raise Refused(42037, "vertical_content_list exceed max length 4")
    if any(not row.get("title") for row in uprights):
        raise Refused(42033, "vertical_content_list.title missing")


def _url(url: Any) -> None:
    if not isinstance(url, str) or not url.startswith(("http://", "https://")) or _size(url) > 2048:
        raise Refused(42028, "template_card url invalid")


def _action(action: Any) -> None:
    if not isinstance(action, dict) or action.get("type") not in (1, 2):
        raise Refused(42045, "template_card.card_action invalid")
    if action["type"] == 1:
        _url(action.get("url"))
    elif not action.get("appid"):
        raise Refused(42030, "template_card.card_action.appid missing")


def _picture(card: Mapping[str, Any]) -> None:
    image, area = card.get("card_image"), card.get("image_text_area")
    if not image and not area:
        raise Refused(42044, "card_image or image_text_area missing")
    if image and (not image.get("url") or not 1.3 <= float(image.get("aspect_ratio", 1.3)) < 2.25):
        raise Refused(42044, "card_image invalid")
    if area and not area.get("image_url"):
        raise Refused(42044, "image_text_area.image_url missing")


def _buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 6:
        raise Refused(42047, "button_list must have 1 to 6 buttons")
    for button in buttons:
        if not button.get("text"):
            raise Refused(42038, "button_list.text missing")
        if button.get("type", 0) == 1:
            _url(button.get("url"))
        elif not button.get("key") or _size(button["key"]) > 1024:
            raise Refused(42039, "button_list.key invalid")
    if not _unique(b["key"] for b in buttons if b.get("type", 0) == 0):
        raise Refused(42039, "button_list.key repeated")


def _options(row: Mapping[str, Any], most: int) -> None:
    if not row.get("question_key") or _size(row["question_key"]) > 1024:
        raise Refused(42043, "question_key invalid")
    options = row.get("option_list") or []
    if not 1 <= len(options) <= most:
        raise Refused(42042, f"option_list must have 1 to {most} options")
    for option in options:
        if not option.get("id") or _size(option["id"]) > 128:
            raise Refused(42040, "option_list.id invalid")
        if not option.get("text"):
            raise Refused(42041, "option_list.text missing")
    if not _unique(option["id"] for option in options):
        raise Refused(42040, "option_list.id repeated")


def _submit(button: Mapping[str, Any]) -> None:
    if not button.get("key") or _size(button["key"]) > 1024:
        raise Refused(42046, "submit_button.key invalid")
    if not button.get("text"):
        raise Refused(42049, "submit_button.text missing")


def _menu(menu: Mapping[str, Any], kind: str) -> None:
    actions = menu.get("action_list") or []
    if kind in {"vote_interaction", "multiple_interaction"} or not 1 <= len(actions) <= 3:
        raise Refused(42017, "action_menu invalid")
    if any(not a.get("key") or not a.get("text") or _size(a["key"]) > 1024 for a in actions):
        raise Refused(42017, "action_menu.action_list invalid")
    if not _unique(a["key"] for a in actions):
        raise Refused(42051, "action_menu key clash")


def _unique(values: Iterable[Any]) -> bool:
    seen = list(values)
    return len(set(seen)) == len(seen)
