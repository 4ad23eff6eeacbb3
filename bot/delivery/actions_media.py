"""Pictures and files: uploaded to an account when they are first sent there."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from bot.db import Database
from bot.delivery.store_courier import CourierRows
from bot.messages import Content, File, Image
from bot.platforms.port import Client
from bot.reports.render import png

_LIFE: Final = timedelta(days=2)  # a media_id lives three days (90253)


async def media_of(rows: CourierRows, account: str, content: Content, now: datetime) -> dict[str, str] | None:
    """Blob hash -> media_id of what the content shows; ``None``: it has to be uploaded first."""
    if not isinstance(content, Image | File):
        return {}
    known = await rows.media_id(account, content.blob, now)
    return None if known is None else {content.blob: known}


async def upload(database: Database, client: Client, account: str, content: Content, now: datetime) -> None:
    """Bring a picture or file to the account. Raises PlatformError when the platform does not take it."""
    assert isinstance(content, Image | File)
    async with database.reading() as tx:
        data = await CourierRows(tx).blob(content.blob)
    kind = "image" if isinstance(content, Image) else "file"
    if data.lstrip()[:4] == b"<svg":
        data = await asyncio.to_thread(png, data.decode())
    media_id = await client.upload(kind, content.name, data)
    async with database.begin() as tx:
        CourierRows(tx).keep_media(account, content.blob, media_id, now + _LIFE)
