"""The front door: usual callbacks are answered here, everything else is aiohttp's.

A callback that arrives whole and in its usual shape goes straight to the committer, which takes half of what
aiohttp's request and response cost. At the first byte that is anything else the connection is aiohttp's for
good: slow or split requests, long bodies, forged or unreadable callbacks, pages. So whatever is difficult
about HTTP is decided in one place only.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.utils import formatdate
from functools import lru_cache
from typing import Final, cast

from aiohttp import web

from bot.web.callbacks import PATIENCE, Callbacks

_BACKLOG: Final = 1024
_HEAD_LIMIT: Final = 8192
_IDLE: Final = 3600.0  # seconds, as aiohttp has it
_SWEEP: Final = 0.25  # seconds between looks for late answers and idle connections
_LINE: Final = re.compile(rb"POST /callback/([A-Za-z0-9_-]{1,64})\?([!$-~]{1,2048}) HTTP/1\.1\r\n")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]{1,6}) *\r\n")
_FIELDS: Final = re.compile(rb"\r\n(?:[a-z0-9-]+:[ \t!-~\x80-\xff]*\r\n)+")
# With any of these a request is not as simple as it looks.
_UNUSUAL: Final = re.compile(
    rb"\n(?:transfer-encoding|content-encoding|expect|upgrade|connection: *(?!keep-alive *\r))"
)
_FAILED: Final = b"HTTP/1.1 %d %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def usual(data: bytes) -> tuple[str, str, bytes] | None:
    """Account, query and body of exactly one whole callback; ``None`` for anything more or less."""
    line = _LINE.match(data)
    end = data.find(b"\r\n\r\n", 0, _HEAD_LIMIT)
    if line is None or end < line.end():
        return None
    head = data[line.end() - 2 : end + 2].lower()
    length = _LENGTH.search(head)
    if length is None or head.count(b"\ncontent-length") != 1 or head.count(b"\nhost:") != 1:
        return None
    if not _FIELDS.fullmatch(head) or _UNUSUAL.search(head) or len(data) - end - 4 != int(length[1]):
        return None
    return line[1].decode(), line[2].decode(), data[end + 4 :]


class Front(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._transport: asyncio.Transport | None = None
        self._later = b""  # what came while an answer was waited for
        self.waits_for = ""  # the account of the callback that has no answer yet
        self.since = gate.now()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._gate.open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._gate.leave(self)

    def data_received(self, data: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        if self.waits_for:
            self._later += data
            transport.pause_reading()
            return
        self.since = self._gate.now()
        found = usual(data)
        if found is not None and self._gate.callbacks.take(*found, self._answered):
            self.waits_for = found[0]
            return
        self._transport = None
        self._gate.leave(self)
        self._gate.hand_over(transport, data)

    def _answered(self, body: bytes | None) -> bool:
        """Called once for each callback that was taken; False, and too late, when the connection is gone."""
        if self._transport is None or not self.waits_for:
            return False
        if body is None:
            self.fail(500, b"Internal Server Error")
            return True
        self.waits_for = ""
        self.since = self._gate.now()
        self._transport.write(_head(body, int(self.since)) + body)
        if self._gate.is_closing:
            self.close()
        elif self._later:
            data, self._later = self._later, b""
            self._transport.resume_reading()
            self.data_received(data)
        return True

    def fail(self, status: int, reason: bytes) -> None:
        """An empty answer, and the end of the connection."""
        if self._transport is not None:
            self._transport.write(_FAILED % (status, reason))
        self.close()

    def close(self) -> None:
        self.waits_for = ""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            self._gate.leave(self)


class Gate:
    """All connections that are still at the front door."""

    def __init__(self, callbacks: Callbacks, general: Callable[[], asyncio.Protocol]) -> None:
        self.callbacks = callbacks
        self.open: set[Front] = set()
        self.now = asyncio.get_running_loop().time
        self.is_closing = False
        self._general = general
        self._empty = asyncio.Event()

    def leave(self, front: Front) -> None:
        self.open.discard(front)
        if not self.open:
            self._empty.set()

    def hand_over(self, transport: asyncio.Transport, data: bytes) -> None:
        """From here on the connection is aiohttp's, beginning with these bytes."""
        protocol = self._general()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(data)

    async def watch(self) -> None:
        """Late answers become 503, after which the platform tries again and finds its reply."""
        while True:
            await asyncio.sleep(_SWEEP)
            now = self.now()
            for front in list(self.open):
                if front.waits_for and now - front.since > PATIENCE:
                    self.callbacks.count_late(front.waits_for)
                    front.fail(503, b"Service Unavailable")
                elif not front.waits_for and now - front.since > _IDLE:
                    front.close()

    async def close(self) -> None:
        """What was accepted is answered first, or is late."""
        self.is_closing = True
        for front in list(self.open):
            if not front.waits_for:
                front.close()
        if self.open:
            self._empty.clear()
            await self._empty.wait()


@asynccontextmanager
async def listening(
    app: web.Application, callbacks: Callbacks, host: str, port: int, last_answers: float = 60.0
) -> AsyncIterator[None]:
    """Serve until the block ends; then no more connections, and what was accepted is finished.

    ``last_answers``: seconds that pages have for it.
    """
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=last_answers)
    await runner.setup()
    general = runner.server
    assert general is not None
    try:
        gate = Gate(callbacks, general)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Front(gate), host, port, backlog=_BACKLOG)
        watch = asyncio.create_task(gate.watch())
        try:
            yield
        finally:
            server.close()
            await gate.close()
            watch.cancel()
    finally:
        await runner.cleanup()


def _head(body: bytes, second: int) -> bytes:
    kind = b"text/xml" if body.startswith(b"<") else b"text/plain"
    return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nDate: %s\r\n\r\n" % (
        kind,
        len(body),
        _date(second),
    )


@lru_cache(maxsize=1)
def _date(_second: int) -> bytes:
    """Formatted once a second."""
    return formatdate(usegmt=True).encode()
