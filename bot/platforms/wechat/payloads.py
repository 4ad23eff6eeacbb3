"""What each way of sending of an official account takes (5.2 to 5.5). Pure: values in, JSON values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from bot.messages import Content, Form, Image, Notice, Question, Text
from bot.platforms.errors import refused
from bot.platforms.twin import as_text, cut_bytes, spelled, tapped, text_twin
from bot.platforms.wechat.templates import Template
from bot.wording import LIMIT

MASS_MOST: Final = 10_000
MASS_LEAST: Final = 2
ID_BYTES: Final = 32  # clientmsgid; client_msg_id is kept to the same

Payload = dict[str, Any]


def client_id(key: str) -> str:
    """What the platform knows a repeat by: 32 ASCII characters, the same for the same shipment."""
    return sha256(key.encode()).hexdigest()[:ID_BYTES]


def custom(openid: str, content: Content, media: Mapping[str, str], *, menus: bool = True) -> Payload:
    """客服消息 to one person. A notice is the one news card allowed; words are links or an msgmenu.

    Of title and description (45003, 45004) no length is published but that of all texts (section 8).
    """
    return {"touser": openid, **_custom(content, media, menus)}


def _custom(content: Content, media: Mapping[str, str], menus: bool) -> Payload:
    match content:
        case Notice():
            article = {
                "title": cut_bytes(content.title, LIMIT),
                "description": cut_bytes(spelled(content), LIMIT),
                "url": address(content.url),
                "picurl": content.picture,
            }
            return {"msgtype": "news", "news": {"articles": [article]}}
        case Image():
            return {"msgtype": "image", "image": {"media_id": _media(content, media)}}
        case Text() | Question() | Form() if menus and _is_menu(as_text(content)):
            text = as_text(content)
            words = [{"id": choice.word, "content": choice.label} for choice in text.choices]
            return {
                "msgtype": "msgmenu",
                "msgmenu": {"head_content": text.text, "list": words, "tail_content": ""},
            }
        case _:
            return {"msgtype": "text", "text": {"content": _text(text_twin(content, tapped))}}


def _is_menu(text: Text) -> bool:
    """An msgmenu says the label, so it serves only where label and word are the same; nothing is cut in it
    (45002).
    """
    long = len(text.text.encode()) + sum(len(choice.label.encode()) for choice in text.choices)
    return (
        bool(text.choices)
        and all(choice.word == choice.label and not choice.url for choice in text.choices)
        and long <= LIMIT
    )


def template(openid: str, notice: Notice, chosen: Template, key: str, now: datetime) -> Payload:
    """A template message; the same person and client_msg_id within ten minutes is delivered once."""
    payload: Payload = {
        "touser": openid,
        "template_id": chosen.id,
        "client_msg_id": client_id(key),
        "data": chosen.data(notice, now),
    }
    return {**payload, "url": address(notice.url)} if notice.url else payload


def subscription(openid: str, notice: Notice, chosen: Template, now: datetime) -> Payload:
    """订阅通知: one acceptance of the person, one message."""
    payload: Payload = {"touser": openid, "template_id": chosen.id, "data": chosen.data(notice, now)}
    return {**payload, "page": address(notice.url)} if notice.url else payload


def mass(content: Content, media: Mapping[str, str], key: str) -> Payload:
    """The branch of a mass send. Words cannot be tapped there, so choices are named and pages are links."""
    if isinstance(content, Image):
        branch: Payload = {"msgtype": "image", "images": {"media_ids": [_media(content, media)]}}
    else:
        if isinstance(content, Notice):
            address(content.url)
        branch = {"msgtype": "text", "text": {"content": _text(text_twin(content))}}
    return {**branch, "send_ignore_reprint": 0, "clientmsgid": client_id(key)}


def mass_to(openids: Sequence[str], content: Content, media: Mapping[str, str], key: str) -> Payload:
    """mass/send: a list of one is refused (40130), more than 10,000 too (40032)."""
    if not MASS_LEAST <= len(openids) <= MASS_MOST:
        raise refused(40130, "a mass send goes to 2 to 10000 followers")
    return {"touser": list(openids), **mass(content, media, key)}


def mass_all(tag_id: int | None, content: Content, media: Mapping[str, str], key: str) -> Payload:
    """mass/sendall: everybody, or everybody with one tag."""
    filter_: Payload = {"is_to_all": tag_id is None}
    if tag_id is not None:
        filter_["tag_id"] = tag_id
    return {"filter": filter_, **mass(content, media, key)}


def address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise refused(40035, "a URL begins with http(s)://")
    return url


def _media(content: Image, media: Mapping[str, str]) -> str:
    if not (media_id := media.get(content.blob)):
        raise refused(41005, "the blob has no media_id")
    return media_id


def _text(text: str) -> str:
    if not text.strip():
        raise refused(44004, "empty text")
    return text
