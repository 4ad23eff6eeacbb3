"""The platform's server address: platform in, platform out. Knows HTTP and the codec, nothing else."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import unquote

import structlog
from aiohttp import web

from bot.committer import Committer
from bot.errors import Forged, Malformed
from bot.messages import Reply
from bot.metrics import CALLBACKS
from bot.platforms.port import CallbackQuery, Codec

log = structlog.get_logger()
_BODY_LIMIT: Final = 256 * 1024
_NAMES: Final = frozenset(CallbackQuery.__slots__)
PATIENCE: Final = 4.5  # seconds; the platform closes after five and tries again (90238)


class Callbacks:
    """One route for every account. A forged callback is 403 and leaves no trace but a count."""

    def __init__(
        self, codecs: Mapping[str, Codec], committer: Committer, clock: Callable[[], datetime]
    ) -> None:
        self._codecs = codecs
        self._answered = {account: CALLBACKS.labels(account, "answered") for account in codecs}
        self._committer = committer
        self._clock = clock

    async def verify(self, request: web.Request) -> web.Response:
        """GET: the platform checks that we hold the token; the exact plain text is the answer."""
        codec = self._codecs.get(request.match_info["account"])
        if codec is None:
            raise web.HTTPNotFound
        try:
            return web.Response(text=codec.verify(_query(request.rel_url.raw_query_string), self._clock()))
        except (Forged, Malformed):
            raise web.HTTPForbidden from None

    async def receive(self, request: web.Request) -> web.Response:
        """POST: one message or event; 200 for all that is authentic, so that nothing is sent for ever."""
        account = request.match_info["account"]
        codec = self._codecs.get(account)
        if codec is None:
            raise web.HTTPNotFound
        if (request.content_length or 0) > _BODY_LIMIT:
            raise web.HTTPRequestEntityTooLarge(_BODY_LIMIT, request.content_length or 0)
        query = _query(request.rel_url.raw_query_string)
        # A body that does not say how long it is may be no longer either; a page's upload may.
        body = await request.clone(client_max_size=_BODY_LIMIT).read()
        try:
            inbound = codec.read(query, body, self._clock())
        except Forged as error:
            CALLBACKS.labels(account, "forged").inc()
            log.warning("forged callback", account=account, reason=str(error))
            raise web.HTTPForbidden from None
        except Malformed as error:
            CALLBACKS.labels(account, "malformed").inc()
            log.warning("unreadable callback", account=account, reason=str(error))
            return web.Response()
        try:
            # The turn goes on if we stop waiting; the platform's next try gets the remembered reply.
            async with asyncio.timeout(PATIENCE):
                reply: Reply = await self._committer.submit(inbound)
        except TimeoutError:
            self.count_late(account)
            raise web.HTTPServiceUnavailable from None
        self._answered[account].inc()
        said = codec.write(inbound, reply, query, self._clock(), _nonce())
        return web.Response(body=said, content_type="text/xml" if said.startswith(b"<") else "text/plain")

    def take(self, account: str, raw_query: str, data: bytes, answer: Callable[[bytes | None], bool]) -> bool:
        """The same for the front door, without waiting: ``answer`` gets the body, ``None`` after a failure,
        and tells whether anybody still heard it.

        False when there is nothing to be answered here: not authentic, not readable, or no such account.
        Nothing was done then, and ``receive`` says what has to be said.
        """
        codec = self._codecs.get(account)
        if codec is None:
            return False
        query = _query(raw_query)
        try:
            inbound = codec.read(query, data, self._clock())
        except (Forged, Malformed):
            return False

        def done(reply: Reply | None) -> None:
            body = None if reply is None else codec.write(inbound, reply, query, self._clock(), _nonce())
            if answer(body) and body is not None:
                self._answered[account].inc()

        self._committer.put(inbound, done)
        return True

    def count_late(self, account: str) -> None:
        CALLBACKS.labels(account, "late").inc()
        log.warning("late answer", account=account)


def _nonce() -> bytes:
    return secrets.token_bytes(16)


def _query(raw: str) -> CallbackQuery:
    """Decoded exactly once; a plus sign in the base64 of echostr stays a plus sign."""
    found: dict[str, str] = {}
    for part in raw.split("&"):
        name, _, value = part.partition("=")
        if name in _NAMES:
            found[name] = unquote(value)
    return CallbackQuery(**found)
