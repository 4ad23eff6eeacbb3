"""Temporary media: three days, per corp or account (90253)."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from bot.simulator.bubble import Article
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
        """None when unknown, of another owner or kind, or older than three days; a draft does not age."""
        medium = self._media.get(media_id)
        if medium is None or medium.owner != owner or (kind is not None and medium.kind != kind):
            return None
        if medium.kind != "news" and self._clock() >= medium.created_at + LIFE:
            return None
        return medium

    def keep(self, media_id: str, owner: str, article: Article) -> None:
        """A draft may be mass-sent by its media_id as long as it lies in the box."""
        data = json.dumps(asdict(article)).encode()
        self._media[media_id] = Medium(owner, "news", article.title, data, self._clock())

    def drop(self, media_id: str) -> None:
        self._media.pop(media_id, None)

    def show(self, media_id: str) -> Medium | None:
        """For the phones, which keep what they have received."""
        return self._media.get(media_id)


_PNG, _JPEG, _GIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"GIF8"


def looks_like_picture(data: bytes, *, gif: bool = False) -> bool:
    """PNG or JPEG; official accounts take GIF as well (6.1), WeCom does not (90253)."""
    return data.startswith((_PNG, _JPEG)) or (gif and data.startswith(_GIF))


def looks_like_film(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def voice_seconds(data: bytes) -> float | None:
    """How long an AMR file lasts, fifty frames a second; None when it is not AMR from end to end."""
    sizes = (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1)
    if data[:6] != b"#!AMR\n":
        return None
    frames, here = 0, 6
    while here != len(data):
        size = sizes[(data[here] & 0b0111_1000) >> 3]
        if not size or here + size > len(data):
            return None
        here, frames = here + size, frames + 1
    return frames / 50
