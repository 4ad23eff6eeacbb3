"""Message bodies of WeCom: field rules with their error codes, and the bubble they become (90236, 92321)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.simulator.bubble import Article
from bot.simulator.card import Card
from bot.simulator.door import Call, Json, Refused
from bot.simulator.replies import cut
from bot.simulator.wecom_api import cardrules

Parts = dict[str, Any]


def _branch(body: Json) -> Json:
    branch = body.get(body["msgtype"])
    if not isinstance(branch, dict):
        raise Refused(40063, f"{body['msgtype']} missing")
    return branch


def link(url: Any) -> str:
    """An absolute web address of at most 2048 bytes."""
    if not isinstance(url, str) or not url:
        raise Refused(40058, "url missing")
    if len(url.encode()) > 2048:
        raise Refused(40039, "url size out of limit")
    if not url.startswith(("http://", "https://")):
        raise Refused(40054, "url must begin with http:// or https://")
    return url


def _text(call: Call, corp: str, body: Json) -> Parts:
    content = _branch(body).get("content")
    if not isinstance(content, str):
        raise Refused(40058, "text.content must be a string")
    if not content.strip():
        raise Refused(44004, "empty content")
    shown, truncated = cut(content)
    return {"kind": "text", "text": shown, "truncated": truncated}


def _markdown(call: Call, corp: str, body: Json) -> Parts:
    return {**_text(call, corp, body), "kind": "markdown"}


def _media(kind: str) -> Callable[[Call, str, Json], Parts]:
    def check(call: Call, corp: str, body: Json) -> Parts:
        media_id = _branch(body).get("media_id")
        if not media_id:
            raise Refused(41006, "missing media_id")
        medium = call.sim.media.find(corp, str(media_id), kind)
        if medium is None:
            raise Refused(40007, "invalid media_id")
        shown = kind if kind in ("image", "voice") else "file"
        return {"kind": shown, "media_id": media_id, "file_name": "" if shown == "image" else medium.name}

    return check


def _textcard(call: Call, corp: str, body: Json) -> Parts:
    card = _branch(body)
    if not card.get("title"):
        raise Refused(41016, "missing title")
    if not card.get("description"):
        raise Refused(41033, "missing description")
    title, description = card["title"][:128], card["description"][:512]
    button = card.get("btntxt", "详情")[:4]
    article = Article(title, description, link(card.get("url")), "", button)
    cut_off = len(card["title"]) > 128 or len(card["description"]) > 512 or len(card.get("btntxt", "")) > 4
    return {"kind": "article", "articles": [article], "truncated": cut_off}


def _news(call: Call, corp: str, body: Json) -> Parts:
    rows = _branch(body).get("articles")
    if not isinstance(rows, list) or not rows:
        raise Refused(40063, "news.articles missing")
    if len(rows) > 8:
        raise Refused(45008, "article size out of limit")
    if body.get("safe") in (1, 2):
        raise Refused(40074, "news cannot be safe")
    articles, cut_off = [], False
    for row in rows:
        if not row.get("title"):
            raise Refused(41016, "missing title")
        title, long_title = cut(row["title"], 128)
        description, long_description = cut(row.get("description", ""), 512)
        picture = row.get("picurl", "")
        if len(picture.encode()) > 2048:
            raise Refused(40039, "picurl size out of limit")
        articles.append(Article(title, description, link(row.get("url")), picture))
        cut_off = cut_off or long_title or long_description
    return {"kind": "news", "articles": articles, "truncated": cut_off}


def _mpnews(call: Call, corp: str, body: Json) -> Parts:
    rows = _branch(body).get("articles")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 8:
        raise Refused(45008, "article size out of limit")
    articles = []
    for row in rows:
        if not row.get("title"):
            raise Refused(41016, "missing title")
        if call.sim.media.find(corp, str(row.get("thumb_media_id"))) is None:
            raise Refused(40007, "invalid thumb_media_id")
        if len(str(row.get("content", "")).encode()) > 666 * 1024:
            raise Refused(45002, "content size out of limit")
        articles.append(
            Article(cut(row["title"], 128)[0], row.get("digest", ""), row.get("content_source_url", ""))
        )
    return {"kind": "news", "articles": articles}


def _card(call: Call, corp: str, body: Json) -> Parts:
    card = body.get("template_card")
    cardrules.check(card)
    return {"kind": "card", "card": card}


CHECKS: dict[str, Callable[[Call, str, Json], Parts]] = {
    "text": _text,
    "image": _media("image"),
    "voice": _media("voice"),
    "video": _media("video"),
    "file": _media("file"),
    "textcard": _textcard,
    "news": _news,
    "mpnews": _mpnews,
    "markdown": _markdown,
    "template_card": _card,
}
NOTICE_TYPES = ("text", "image", "voice", "video", "file", "news", "mpnews")
# Not shown inside WeChat (微工作台): the member sees a prompt to open WeCom instead (90236).
CLIENT_ONLY = ("markdown", "template_card")


def checked(call: Call, corp: str, body: Json, allowed: tuple[str, ...] | None = None) -> Parts:
    """The parts of a bubble. Raises Refused with the code of the first broken rule."""
    kind = body.get("msgtype")
    if kind not in CHECKS or (allowed is not None and kind not in allowed):
        raise Refused(40008, "invalid message type")
    return CHECKS[kind](call, corp, body)


def fresh(parts: Parts) -> Parts:
    """Parts for one more phone: a card is one person's own."""
    if "card" not in parts:
        return {**parts, "articles": list(parts.get("articles", ()))}
    return {**parts, "card": Card.of(parts["card"])}
