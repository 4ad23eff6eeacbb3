"""The pictures of an article: the account's cover, uploaded once, and the code of our page."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import segno

from bot.db import Database
from bot.platforms.wechat.publishing import Publishing
from bot.publishing import wording
from bot.publishing.cover import cover
from bot.reports.render import png
from bot.work import Work


async def cover_of(
    database: Database, publisher: Publishing, account: str, school: str, clock: Callable[[], datetime]
) -> str | None:
    """The thumb every draft needs; ``None`` while another process uploads it. Raises PlatformError."""
    svg = cover(school, wording.COVER, wording.HOTLINE)
    look = sha256(svg.encode()).hexdigest()[:32]
    async with database.begin() as tx:
        articles = Work(tx).articles
        if known := await articles.cover(account, look):
            return known
        if not await articles.claim_cover(account, clock()):
            return None
    media_id = ""
    try:
        media_id = await publisher.add_cover("cover.png", await asyncio.to_thread(png, svg))
    finally:
        async with database.begin() as tx:
            await Work(tx).articles.keep_cover(account, look if media_id else "", media_id)
    return media_id


async def forget_cover(database: Database, account: str) -> None:
    """Somebody deleted it in the console: the next draft uploads a new one."""
    async with database.begin() as tx:
        await Work(tx).articles.keep_cover(account, "", "")


async def code_of_page(publisher: Publishing, url: str) -> str:
    """The address of a picture that leads to our page when one holds a finger on it."""
    out = io.BytesIO()
    segno.make(url, error="m").save(out, kind="png", scale=6, border=2)
    return await publisher.add_picture("page.png", out.getvalue())
