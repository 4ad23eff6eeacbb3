"""The browser inside a phone: its own cookies, and web login that knows whose phone it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
from yarl import URL


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    status: int
    text: str


class Browser:
    """``base`` gives the simulator's own address; cookies of one person never meet those of another."""

    def __init__(self, key: str, base: Callable[[], str]) -> None:
        self.key = key
        self._base = base
        self._session: aiohttp.ClientSession | None = None

    def address(self, link: str) -> str:
        """Opening it tells the simulated login page whose phone this is, then leads to ``link``."""
        start = f"{self._base()}/sim/open?as="
        return (
            link if link.startswith(start) else f"{start}{quote(self.key, safe='')}&to={quote(link, safe='')}"
        )

    async def visit(self, link: str, form: dict[str, str] | None = None) -> Page:
        """Follow all redirects. Raises aiohttp.ClientError when the page cannot be reached."""
        session = self._opened()
        if form is None:
            target = URL(self.address(link), encoded=True)
            async with session.get(target) as answer:
                return Page(str(answer.url), answer.status, await answer.text())
        async with session.post(link, data=form) as answer:
            return Page(str(answer.url), answer.status, await answer.text())

    async def download(self, link: str) -> tuple[str, bytes]:
        """Content type and bytes of a picture or file, with this person's cookies."""
        async with self._opened().get(link) as answer:
            return answer.content_type, await answer.read()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            jar = aiohttp.CookieJar(unsafe=True)
            self._session = aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=10))
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
