"""What message/send takes for each content, cut to its limits (90236). Pure: values in, JSON values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zlib import crc32

from bot.messages import CardUpdate, Content, File, Form, Image, Markdown, Notice, Question, Text, Voice
from bot.platforms.errors import refused
from bot.platforms.twin import cut_bytes, cut_chars, spelled, text_twin
from bot.platforms.wecom import cards

_LONGEST: Final = 14400  # seconds; the platform's longest duplicate check (90236)
_SPREAD: Final = 300
WINDOW: Final = _LONGEST - _SPREAD  # seconds in which an identical request surely has no second effect


def duplicates(key: str) -> dict[str, int]:
    """The duplicate check of one shipment.

    The platform compares whole requests, so the same words to the same person an hour later would be lost;
    an interval of its own tells one shipment from the next.
    """
    return {"enable_duplicate_check": 1, "duplicate_check_interval": _LONGEST - crc32(key.encode()) % _SPREAD}


TITLE_CHARS: Final = 128
BODY_CHARS: Final = 512
BUTTON_CHARS: Final = 4
TITLE_BYTES: Final = 128
BODY_BYTES: Final = 512
MARKDOWN_BYTES: Final = 2048

Payload = dict[str, Any]


def member_payload(content: Content, *, key: str, media: Mapping[str, str], use_cards: bool) -> Payload:
    """msgtype and its object. Without cards (members on the WeChat plug-in) cards and Markdown become text.

    Raises PlatformError(BUG) for what cannot be cut: an address that is too long, a missing upload.
    """
    match content:
        case Question() if use_cards and (card := cards.question_card(content, key)) is not None:
            return {"msgtype": "template_card", "template_card": card}
        case Form() if use_cards and (card := cards.form_card(content, key)) is not None:
            return {"msgtype": "template_card", "template_card": card}
        case Notice() if use_cards and (card := cards.notice_card(content, cards.APP)) is not None:
            return {"msgtype": "template_card", "template_card": card}
        case Notice():
            return news(content) if content.picture else textcard(content)
        case Markdown() if use_cards:
            return {"msgtype": "markdown", "markdown": {"content": cut_bytes(content.text, MARKDOWN_BYTES)}}
        case Image() | File() | Voice():
            return attachment(content, media)
        case CardUpdate():
            raise refused(40008, "a card update is a call of its own")
        case _:
            return text(content)


def text(content: Text | Question | Form | Markdown | Notice) -> Payload:
    twin = text_twin(content)
    if not twin.strip():
        raise refused(44004, "empty text")
    return {"msgtype": "text", "text": {"content": twin}}


def textcard(notice: Notice) -> Payload:
    """All three of title, description and url are required (41016, 41033)."""
    card = {
        "title": cut_chars(notice.title, TITLE_CHARS),
        "description": cut_chars(spelled(notice) or notice.title, BODY_CHARS),
        "url": address(notice.url),
        "btntxt": cut_chars(notice.button, BUTTON_CHARS) if notice.button else "详情",
    }
    return {"msgtype": "textcard", "textcard": card}


def news(notice: Notice) -> Payload:
    article = {
        "title": cut_bytes(notice.title, TITLE_BYTES),
        "description": cut_bytes(spelled(notice), BODY_BYTES),
        "url": address(notice.url),
    }
    if notice.picture:
        article["picurl"] = address(notice.picture)
    return {"msgtype": "news", "news": {"articles": [article]}}


def attachment(content: Image | File | Voice, media: Mapping[str, str]) -> Payload:
    kind = "image" if isinstance(content, Image) else "file" if isinstance(content, File) else "voice"
    media_id = media.get(content.blob)
    if not media_id:
        raise refused(41006, "the blob has no media_id")
    return {"msgtype": kind, kind: {"media_id": media_id}}


def address(url: str) -> str:
    """A whole address or none: a cut one leads nowhere (40039, 40094)."""
    if not cards.leads_somewhere(url):
        raise refused(40094, "a URL has http(s):// and at most 2048 bytes")
    return url


def card_update(agent_id: int, userids: list[str], update: CardUpdate) -> Payload:
    """update_template_card (94888): arrays here, not bars; one code is good for one call within 72 h."""
    return {
        "userids": userids,
        "agentid": agent_id,
        "response_code": update.response_code,
        "button": {"replace_name": update.replace_name},
    }
