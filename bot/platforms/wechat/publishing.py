"""Drafts and publishing of one official account (6.1, 6.2): one call each, nothing is repeated here.

Lists are asked for with their content: whether ``no_content`` leaves the addresses in is not documented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.errors import PlatformError, Verdict
from bot.platforms.api import Api
from bot.platforms.http import encode

PAGE: Final = 20  # at most so many of a list in one call


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft (its media_id) or a published article (its article_id), and how it may be recognised."""

    id: str
    source_url: str
    title: str = ""
    url: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """publish_status 0 to 6, and for 0 the article and its lasting address."""

    status: int
    article_id: str = ""
    url: str = ""


class Publishing:
    """What one account shows to everybody. Verified accounts only (matrix 0.1)."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def add_cover(self, name: str, data: bytes) -> str:
        """A permanent picture; its media_id may be the thumb of any draft (6.1)."""
        answer = await self._api.upload("/cgi-bin/material/add_material", name, data, type="image")
        return _told(answer, "media_id")

    async def add_picture(self, name: str, data: bytes) -> str:
        """The address of a picture within articles: jpg or png below 1 MB; all others are filtered out."""
        answer = await self._api.upload("/cgi-bin/media/uploadimg", name, data)
        return _told(answer, "url")

    async def add_draft(self, article: Mapping[str, Any]) -> str:
        """The media_id of the draft; a second call makes a second draft."""
        answer = await self._post("/cgi-bin/draft/add", {"articles": [dict(article)]})
        return _told(answer, "media_id")

    async def drafts(self, offset: int = 0) -> list[Listed]:
        """A page of the draft box, newest first."""
        return await self._list("/cgi-bin/draft/batchget", "media_id", offset)

    async def submit(self, media_id: str) -> str:
        """The publish_id. Submitted is not published: the result comes as an event or is asked for."""
        answer = await self._post("/cgi-bin/freepublish/submit", {"media_id": media_id})
        return _told(answer, "publish_id")

    async def outcome(self, publish_id: str) -> Outcome:
        answer = await self._post("/cgi-bin/freepublish/get", {"publish_id": publish_id})
        detail = answer.get("article_detail") or {}
        urls = [str(one.get("article_url", "")) for one in detail.get("item") or ()]
        status = _told(answer, "publish_status")
        if not status.isdigit():
            raise PlatformError(Verdict.UNKNOWN, 0, "publish_status is not a number")
        return Outcome(int(status), str(answer.get("article_id", "")), (urls or [""])[0])

    async def published(self, offset: int = 0) -> list[Listed]:
        """A page of what was published without notice, newest first."""
        return await self._list("/cgi-bin/freepublish/batchget", "article_id", offset)

    async def article(self, article_id: str) -> Listed | None:
        answer = await self._post("/cgi-bin/freepublish/getarticle", {"article_id": article_id})
        return _listed(article_id, answer.get("news_item") or ())

    async def _list(self, path: str, key: str, offset: int) -> list[Listed]:
        answer = await self._post(path, {"offset": offset, "count": PAGE, "no_content": 0})
        found = []
        for item in answer.get("item") or ():
            news = (item.get("content") or {}).get("news_item") or ()
            if (one := _listed(str(item.get(key, "")), news)) is not None:
                found.append(one)
        return found

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._api.post(path, encode(body))


def _told(answer: Mapping[str, Any], name: str) -> str:
    """A field without which the answer is as good as lost."""
    if answer.get(name) in (None, ""):
        raise PlatformError(Verdict.UNKNOWN, 0, f"the answer has no {name}")
    return str(answer[name])


def _listed(id_: str, news: Sequence[Mapping[str, Any]]) -> Listed | None:
    first = news[0] if news else None
    if first is None or not id_:
        return None
    return Listed(
        id_,
        str(first.get("content_source_url", "")),
        str(first.get("title", "")),
        str(first.get("url", "")),
        bool(first.get("is_deleted")),
    )
