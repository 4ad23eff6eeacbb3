"""Group webhooks (99110): the key is the secret, 20 messages a minute, over-long content is refused."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable

from bot.simulator.bubble import Article
from bot.simulator.card import Card
from bot.simulator.door import Call, Json, Refused
from bot.simulator.media import looks_like_picture
from bot.simulator.quota import MINUTE
from bot.simulator.wecom_api import cardrules
from bot.simulator.wecom_api.content import Parts, link
from bot.simulator.wecom_api.upload import take
from bot.simulator.world import Webhook


def _hook(call: Call) -> Webhook:
    hook = call.sim.world.webhook(call.query.get("key", ""))
    if hook is None:
        raise Refused(93000, "invalid webhook url")
    return hook


def _content(most: int, name: str, kind: str = "") -> Callable[[Call, Webhook, Json], Parts]:
    def check(call: Call, hook: Webhook, branch: Json) -> Parts:
        words = branch.get("content")
        if not isinstance(words, str) or not words:
            raise Refused(93017, "empty content")
        if len(words.encode()) > most:
            raise Refused(40058, f"{name}.content exceed max length {most}")
        return {"kind": kind or name, "text": words}

    return check


def _image(call: Call, hook: Webhook, branch: Json) -> Parts:
    try:
        data = base64.b64decode(branch.get("base64", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(40123, "bad picture data") from error
    if not looks_like_picture(data):
        raise Refused(40123, "bad picture data")
    if len(data) > 2 << 20:
        raise Refused(93018, "picture too big")
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != branch.get("md5"):
        raise Refused(301019, "md5 mismatch")
    return {"kind": "image", "media_id": call.sim.media.put(hook.key, "image", "picture", data)}


def _news(call: Call, hook: Webhook, branch: Json) -> Parts:
    rows = branch.get("articles") or []
    if not 1 <= len(rows) <= 8:
        raise Refused(45008, "article size out of limit")
    if any(not row.get("title") for row in rows):
        raise Refused(41016, "missing title")
    for name, most in (("title", 128), ("description", 512), ("picurl", 2048)):
        if any(len(row.get(name, "").encode()) > most for row in rows):
            raise Refused(40058, f"news.articles.{name} exceed max length {most}")
    return {
        "kind": "news",
        "articles": [
            Article(row["title"], row.get("description", ""), link(row.get("url")), row.get("picurl", ""))
            for row in rows
        ],
    }


def _medium(kind: str) -> Callable[[Call, Webhook, Json], Parts]:
    """One of the webhook's own uploads, of this kind; nothing else travels beside the id."""

    def check(call: Call, hook: Webhook, branch: Json) -> Parts:
        medium = call.sim.media.find(hook.key, str(branch.get("media_id")), kind)
        if medium is None:
            raise Refused(40007, "invalid media_id")
        return {"kind": kind, "media_id": branch["media_id"], "file_name": medium.name}

    return check


def _card(call: Call, hook: Webhook, branch: Json) -> Parts:
    if branch.get("card_type") not in {"text_notice", "news_notice"} or branch.get("action_menu"):
        raise Refused(42031, "card_type not allowed in a group")
    cardrules.check(branch)
    return {"kind": "card", "card": branch}


_CHECKS: dict[str, Callable[[Call, Webhook, Json], Parts]] = {
    "text": _content(2048, "text"),
    "markdown": _content(4096, "markdown"),
    "markdown_v2": _content(4096, "markdown_v2", "markdown"),
    "image": _image,
    "news": _news,
    "file": _medium("file"),
    "voice": _medium("voice"),
    "template_card": _card,
}


async def send(call: Call) -> Json:
    hook, kind = _hook(call), call.body.get("msgtype")
    if kind not in _CHECKS:
        raise Refused(40008, "invalid message type")
    branch = call.body.get(kind)
    if not isinstance(branch, dict):
        raise Refused(93017, "empty body")
    parts = _CHECKS[kind](call, hook, branch)
    limit = call.sim.world.limits.webhook_per_minute
    if not call.sim.ledger.take(f"webhook {hook.key}", limit, MINUTE):
        raise Refused(45009, "api freq out of limit")
    for key in hook.members:
        mine = {**parts, "card": Card.of(parts["card"])} if "card" in parts else parts
        call.sim.phones[key].show(f"group-{hook.key}", **mine)
    return {}


async def upload(call: Call) -> Json:
    hook = _hook(call)
    kind = call.query.get("type", "")
    if kind not in {"file", "voice"}:
        raise Refused(40004, "invalid media type")
    name, data = take(call, kind)
    media_id = call.sim.media.put(hook.key, kind, name, data)
    return {"type": kind, "media_id": media_id, "created_at": str(call.sim.clock.stamp())}
