"""Permanent pictures and the draft box (6.1, 6.2): strict limits, permanent thumbs, no foreign pictures."""

from __future__ import annotations

import re
from typing import Any

from aiohttp.web import FileField

from bot.simulator.bubble import Article
from bot.simulator.door import Call, Json, Refused
from bot.simulator.media import looks_like_picture
from bot.simulator.wechat_api.archive import Draft, news
from bot.simulator.wechat_api.house import asker

MEGA = 1 << 20
_TITLE, _AUTHOR, _DIGEST, _CONTENT, _SOURCE, _ARTICLES, _PAGE = 32, 16, 128, 20_000, 1024, 8, 20
_SCRIPT = re.compile(r"<script\b.*?</script>|\son\w+\s*=\s*(\"[^\"]*\"|'[^']*')|javascript:", re.I | re.S)
_IMAGE = re.compile(r"<img\b[^>]*?\bsrc\s*=\s*[\"']([^\"']*)[\"'][^>]*>", re.I)
_LINK = re.compile(r"<a\b[^>]*>(.*?)</a>", re.I | re.S)


def _part(call: Call, most: int) -> tuple[str, bytes]:
    part = call.form.get("media")
    if not isinstance(part, FileField):
        raise Refused(41005, "media data missing")
    data = part.file.read()
    if len(data) > most:
        raise Refused(45001, "media size out of limit")
    if len(data) <= 5:
        raise Refused(40006, "invalid file size")
    if not looks_like_picture(data, gif=True):
        raise Refused(40005, "invalid file type")
    return part.filename, data


async def add_material(call: Call) -> Json:
    account = asker(call)
    if call.need("type", 40004) != "image":
        raise Refused(40004, "invalid media type")
    name, data = _part(call, 10 * MEGA)
    media_id = call.sim.archive.keep_picture(account.app_id, name, data)
    return {"media_id": media_id, "url": f"{call.sim.base_url}/mmbiz/{media_id}"}


async def del_material(call: Call) -> Json:
    account, media_id = asker(call), call.body.get("media_id")
    if not call.sim.archive.is_permanent(account.app_id, media_id):
        raise Refused(40007, "invalid media_id")
    del call.sim.archive.pictures[str(media_id)]
    return {}


async def uploadimg(call: Call) -> Json:
    """jpg or png below 1 MB; the address is the only kind that articles may show."""
    account = asker(call)
    name, data = _part(call, MEGA - 1)
    if data.startswith(b"GIF8"):
        raise Refused(40005, "invalid file type")
    return {"url": f"{call.sim.base_url}/mmbiz/{call.sim.archive.keep_inline(account.app_id, name, data)}"}


async def add(call: Call) -> Json:
    account, articles = asker(call), call.body.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= _ARTICLES:
        raise Refused(45008, "article size out of limit")
    kept = [_checked(call, one) for one in articles]
    media_id = call.sim.archive.draft(account.app_id, kept)
    first = kept[0]
    call.sim.media.keep(media_id, account.app_id, Article(first["title"], first["digest"], ""))
    return {"media_id": media_id}


def _checked(call: Call, article: Any) -> dict[str, Any]:
    """The article as it is kept: without scripts, foreign pictures and links."""
    if not isinstance(article, dict):
        raise Refused(47001, "data format error")
    account = asker(call)
    title, content = article.get("title"), article.get("content")
    if not isinstance(title, str) or not title or len(title) > _TITLE:
        raise Refused(45003, "title size out of limit")
    if len(str(article.get("author", ""))) > _AUTHOR:
        raise Refused(45110, "author size out of limit")
    if len(str(article.get("digest", ""))) > _DIGEST:
        raise Refused(45004, "description size out of limit")
    if not isinstance(content, str) or not content:
        raise Refused(44004, "empty content")
    if len(content) >= _CONTENT or len(content.encode()) >= MEGA:
        raise Refused(45002, "content size out of limit")
    if len(str(article.get("content_source_url", "")).encode()) > _SOURCE:
        raise Refused(45005, "url size out of limit")
    if article.get("article_type", "news") != "news":
        raise Refused(40035, "this pretended platform keeps news only")
    if not call.sim.archive.is_permanent(account.app_id, article.get("thumb_media_id")):
        raise Refused(40007, "invalid media_id")
    ours = f"{call.sim.base_url}/mmbiz/"
    clean = _SCRIPT.sub("", content)
    clean = _IMAGE.sub(lambda found: found[0] if found[1].startswith(ours) else "", clean)
    clean = _LINK.sub(r"\1", clean)
    digest = article.get("digest") or re.sub(r"<[^>]+>", "", clean)[:54]
    return {**article, "content": clean, "digest": digest}


def find(call: Call) -> tuple[str, Draft]:
    media_id = str(call.body.get("media_id", ""))
    found = call.sim.archive.drafts.get(media_id)
    if found is None or found.owner != asker(call).app_id:
        raise Refused(40007, "invalid media_id")
    return media_id, found


async def get(call: Call) -> Json:
    return {"news_item": [news(one) for one in find(call)[1].articles]}


async def delete(call: Call) -> Json:
    media_id, _ = find(call)
    del call.sim.archive.drafts[media_id]
    call.sim.media.drop(media_id)
    return {}


async def count(call: Call) -> Json:
    return {"total_count": len(call.sim.archive.drafts_of(asker(call).app_id))}


def page(call: Call) -> tuple[int, int]:
    """Offset and end of a list call."""
    offset, size = call.body.get("offset"), call.body.get("count")
    if not isinstance(offset, int) or not isinstance(size, int) or offset < 0 or not 1 <= size <= _PAGE:
        raise Refused(40035, "invalid args")
    return offset, offset + size


async def batchget(call: Call) -> Json:
    """``no_content`` leaves the content out as a whole: what stays of it is not documented."""
    start, end = page(call)
    every = call.sim.archive.drafts_of(asker(call).app_id)
    items: list[dict[str, Any]] = []
    for media_id, one in every[start:end]:
        row: dict[str, Any] = {"media_id": media_id, "update_time": int(one.at.timestamp())}
        if not call.body.get("no_content"):
            row["content"] = {"news_item": [news(article) for article in one.articles]}
        items.append(row)
    return {"total_count": len(every), "item_count": len(items), "item": items}
