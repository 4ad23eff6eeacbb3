"""Pictures and files: uploaded to an account when they are first sent there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from bot.db import Database
from bot.delivery.store_courier import CourierRows
from bot.messages import Content, File, Image
from bot.platforms.port import Client
from bot.reports.render import png

_LIFE: Final = timedelta(days=2)  # a media_id lives three days (90253)


async def media_of(
    database: Database,
    client: Client,
    account: str,
    content: Content,
    now: datetime,
    allowed: Callable[[], Awaitable[None]],
) -> dict[str, str]:
    """Blob hash -> media_id of what the content shows; uploaded at most once in two days.

    ``allowed`` is asked before an upload. Raises PlatformError when the platform does not take it.
    """
    if not isinstance(content, Image | File):
        return {}
    async with database.reading() as tx:
        rows = CourierRows(tx)
        known = await rows.media_id(account, content.blob, now)
        data = b"" if known else await rows.blob(content.blob)
    if known is None:
        kind = "image" if isinstance(content, Image) else "file"
        if data.lstrip()[:4] == b"<svg":
            data = await asyncio.to_thread(png, data.decode())
        await allowed()
        known = await client.upload(kind, content.name, data)
        async with database.begin() as tx:
            CourierRows(tx).keep_media(account, content.blob, known, now + _LIFE)
    return {content.blob: known}
