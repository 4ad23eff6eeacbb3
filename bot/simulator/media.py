"""Temporary media: three days, per corp or account (90253)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.simulator.clock import Clock

LIFE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Medium:
    owner: str
    kind: str
    name: str
    data: bytes
    created_at: datetime

    @property
    def content_type(self) -> str:
        if self.data.startswith(b"\x89PNG\r\n\x1a\n"):
            return "image/png"
        return "image/jpeg" if self.data.startswith(b"\xff\xd8") else "application/octet-stream"


class MediaShelf:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._media: dict[str, Medium] = {}

    def put(self, owner: str, kind: str, name: str, data: bytes) -> str:
        media_id = secrets.token_urlsafe(32)
        self._media[media_id] = Medium(owner, kind, name, data, self._clock())
        return media_id

    def find(self, owner: str, media_id: str, kind: str | None = None) -> Medium | None:
        """None when unknown, of another owner or kind, or older than three days."""
        medium = self._media.get(media_id)
        if medium is None or medium.owner != owner or (kind is not None and medium.kind != kind):
            return None
        return medium if self._clock() < medium.created_at + LIFE else None

    def show(self, media_id: str) -> Medium | None:
        """For the phones, which keep what they have received."""
        return self._media.get(media_id)


def looks_like_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"GIF8"))
