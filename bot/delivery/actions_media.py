"""Pictures, files and voices: uploaded to an account when they are first sent there."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from bot.db import Database
from bot.delivery.content import shelf
from bot.delivery.store_courier import CourierRows
from bot.messages import Content, File, Image, Voice
from bot.platforms.port import Client
from bot.reports.render import png

_LIFE: Final = timedelta(days=2)  # a media_id lives three days (90253)
_KINDS: Final[dict[type[Content], str]] = {Image: "image", File: "file", Voice: "voice"}


async def media_of(rows: CourierRows, account: str, content: Content, now: datetime) -> dict[str, str] | None:
    """Blob hash -> media_id of what the content shows; ``None``: it has to be uploaded first."""
    if not isinstance(content, Image | File | Voice):
        return {}
    known = await rows.media_id(account, shelf(content), now)
    return None if known is None else {content.blob: known}


async def upload(database: Database, client: Client, account: str, content: Content, now: datetime) -> None:
    """Bring a picture, file or voice to the account. Raises PlatformError when the platform refuses it."""
    assert isinstance(content, Image | File | Voice)
    async with database.reading() as tx:
        data = await CourierRows(tx).blob(content.blob)
    if data.lstrip()[:4] == b"<svg":
        data = await asyncio.to_thread(png, data.decode())
    media_id = await client.upload(_KINDS[type(content)], content.name, data)
    async with database.begin() as tx:
        CourierRows(tx).keep_media(account, shelf(content), media_id, now + _LIFE)
