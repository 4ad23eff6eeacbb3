"""The passive reply, checked as strictly as the platforms do before a person sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from bot.simulator import xml
from bot.simulator.bubble import Article
from bot.simulator.crypto import BrokenEnvelope, Envelope

TEXT_LIMIT = 2048
_COMMON = {"text", "image", "voice", "video", "news"}
_WECHAT = _COMMON | {"music", "transfer_customer_service"}
_WECOM = _COMMON | {"update_button", "update_template_card"}


class BrokenReply(Exception):
    """What the bot answered is not a reply; the person sees the failure line."""


@dataclass(frozen=True, slots=True)
class Passive:
    kind: str
    text: str = ""
    media_id: str = ""
    articles: list[Article] = field(default_factory=list)
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reply must fit: who asked, under which name, and whether it was an event."""

    person: str
    house: str
    wecom: bool
    event: bool = False


def cut(text: str, limit: int = TEXT_LIMIT) -> tuple[str, bool]:
    """The text within ``limit`` bytes on a character boundary, and whether something was lost."""
    data = text.encode()
    return (text, False) if len(data) <= limit else (data[:limit].decode(errors="ignore"), True)


def read(body: bytes, asked: Asked, envelope: Envelope | None, *, must_seal: bool) -> Passive | None:
    """The reply, or None for silence (empty, or ``success`` of an official account). Raises BrokenReply."""
    if not body or (body == b"success" and not asked.wecom):
        return None
    try:
        root = xml.parse(body)
        if envelope is not None and (must_seal or root.find("Encrypt") is not None):
            root = xml.parse(_unseal(root, envelope))
        return _passive(root, asked)
    except (xml.BrokenXml, BrokenEnvelope) as error:
        raise BrokenReply(str(error)) from error


def _unseal(root: Element, envelope: Envelope) -> bytes:
    sealed, given = xml.text(root, "Encrypt"), xml.text(root, "MsgSignature")
    if envelope.sign(xml.text(root, "TimeStamp"), xml.text(root, "Nonce"), sealed) != given:
        raise BrokenReply("MsgSignature does not fit")
    return envelope.open(sealed)


def _passive(root: Element, asked: Asked) -> Passive:
    if xml.text(root, "ToUserName").lower() != asked.person.lower() or (
        not asked.wecom and xml.text(root, "ToUserName") != asked.person
    ):
        raise BrokenReply("ToUserName is not the person who asked")
    if xml.text(root, "FromUserName") != asked.house:
        raise BrokenReply("FromUserName is not the account that was asked")
    if not xml.text(root, "CreateTime").isdigit():
        raise BrokenReply("CreateTime is not a number")
    kind = xml.text(root, "MsgType")
    if kind not in (_WECOM if asked.wecom else _WECHAT):
        raise BrokenReply(f"unknown MsgType {kind!r}")
    if kind == "text":
        content = xml.text(root, "Content")
        if not content:
            raise BrokenReply("empty Content")
        shown, truncated = cut(content)
        if truncated and not asked.wecom:
            raise BrokenReply(f"Content exceeds {TEXT_LIMIT} bytes")
        return Passive("text", shown, truncated=truncated)
    if kind == "news":
        return _news(root, asked)
    if kind in {"image", "voice", "video"}:
        branch = root.find(kind.capitalize())
        if branch is None:
            raise BrokenReply(f"<{kind.capitalize()}> is missing")
        return Passive(kind, media_id=xml.text(branch, "MediaId"))
    return Passive(kind)


def _news(root: Element, asked: Asked) -> Passive:
    items = root.findall("Articles/item")
    if not 1 <= len(items) <= 8 or xml.text(root, "ArticleCount") != str(len(items)):
        raise BrokenReply("ArticleCount does not fit the articles")
    articles = [
        Article(
            xml.text(item, "Title"),
            item.findtext("Description", ""),
            item.findtext("Url", ""),
            item.findtext("PicUrl", ""),
        )
        for item in items
    ]
    if not asked.wecom and not asked.event and len(articles) > 1:
        return Passive("news", articles=articles[:1], truncated=True)
    return Passive("news", articles=articles)
