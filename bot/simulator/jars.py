"""One browser pretends to be many phones: each phone's cookies are put away while another one is in hand.

Cookies do not know ports (RFC 6265, 8.5), so the simulator sees those the bot has set on the same host.
"""

from __future__ import annotations

from aiohttp import web

from bot.simulator.authorize import COOKIE


class Jars:
    """Cookies by phone key, for one browser looking at the page."""

    def __init__(self) -> None:
        self._jars: dict[str, dict[str, str]] = {}

    def wear(self, request: web.Request, response: web.StreamResponse, key: str) -> None:
        """Make the browser that of ``key``: the last phone's cookies leave, its own come back."""
        before = request.cookies.get(COOKIE, "")
        response.set_cookie(COOKIE, key, path="/", samesite="Lax")
        if before == key:
            return
        carried = {name: value for name, value in request.cookies.items() if name != COOKIE}
        if before:
            self._jars[before] = carried
        own = self._jars.get(key, {})
        for name in carried:
            if name not in own:
                response.del_cookie(name, path="/")
        for name, value in own.items():
            response.set_cookie(name, value, path="/", httponly=True, samesite="Lax")
