"""What an official account keeps for good: permanent pictures, drafts, published articles (6.1, 6.2)."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.simulator.clock import Clock

_NUMBERS = itertools.count(2_247_483_650)
OK, RUNNING, DELETED, BANNED = 0, 1, 5, 6


@dataclass(frozen=True, slots=True)
class Picture:
    owner: str
    name: str
    data: bytes


@dataclass(slots=True)
class Draft:
    owner: str
    articles: list[dict[str, Any]]
    at: datetime


@dataclass(slots=True)
class Publication:
    """One job of freepublish/submit. ``status`` is publish_status; an article exists from 0 on."""

    owner: str
    publish_id: str
    status: int
    articles: list[dict[str, Any]]
    at: datetime
    draft: str = ""
    article_id: str = ""
    urls: list[str] = field(default_factory=list)

    def detail(self) -> dict[str, Any]:
        items = [{"idx": n, "article_url": url} for n, url in enumerate(self.urls, 1)]
        return {"count": len(items), "item": items}


class Archive:
    """``base_url`` is asked late: articles are pages of this server."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.pictures: dict[str, Picture] = {}
        self.inline: dict[str, Picture] = {}
        self.drafts: dict[str, Draft] = {}
        self.jobs: dict[str, Publication] = {}

    def keep_picture(self, owner: str, name: str, data: bytes) -> str:
        """A media_id without an end."""
        media_id = secrets.token_urlsafe(32)
        self.pictures[media_id] = Picture(owner, name, data)
        return media_id

    def is_permanent(self, owner: str, media_id: object) -> bool:
        found = self.pictures.get(media_id) if isinstance(media_id, str) else None
        return found is not None and found.owner == owner

    def keep_inline(self, owner: str, name: str, data: bytes) -> str:
        """The key of a picture within articles."""
        key = secrets.token_urlsafe(16)
        self.inline[key] = Picture(owner, name, data)
        return key

    def draft(self, owner: str, articles: list[dict[str, Any]]) -> str:
        media_id = secrets.token_urlsafe(32)
        self.drafts[media_id] = Draft(owner, articles, self._clock())
        return media_id

    def drafts_of(self, owner: str) -> list[tuple[str, Draft]]:
        """Newest first."""
        return [(key, one) for key, one in reversed(self.drafts.items()) if one.owner == owner]

    def submit(self, owner: str, draft: str) -> Publication:
        """Raises KeyError for a draft that is not there."""
        articles = self.drafts[draft].articles
        job = Publication(owner, str(next(_NUMBERS)), RUNNING, articles, self._clock(), draft)
        self.jobs[job.publish_id] = job
        return job

    def finish(self, job: Publication, status: int, base_url: str) -> None:
        """The end of a job; deleted and banned ones had been public before. The draft leaves its box."""
        job.status, job.at = status, self._clock()
        if status == OK:
            self.drafts.pop(job.draft, None)
        if status in (OK, DELETED, BANNED) and not job.article_id:
            job.article_id = secrets.token_urlsafe(24)
            job.urls = [f"{base_url}/s/{job.article_id}/{n}" for n in range(1, len(job.articles) + 1)]

    def job(self, owner: str, publish_id: object) -> Publication | None:
        found = self.jobs.get(str(publish_id))
        return found if found is not None and found.owner == owner else None

    def article(self, article_id: str) -> Publication | None:
        return next((job for job in self.jobs.values() if job.article_id == article_id != ""), None)

    def public(self, owner: str) -> list[Publication]:
        """What freepublish/batchget lists, newest first."""
        return [job for job in reversed(self.jobs.values()) if job.owner == owner and job.status == OK]


def news(article: Mapping[str, Any], url: str = "", *, deleted: bool | None = None) -> dict[str, Any]:
    """A news_item as the lists give it back."""
    row = {**article, "thumb_url": "", "url": url}
    return row if deleted is None else row | {"is_deleted": deleted}
