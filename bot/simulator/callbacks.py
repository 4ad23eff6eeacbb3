"""Callbacks as the platforms send them: signed, sealed, 5 seconds, three tries (90238, 90930)."""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.simulator import xml
from bot.simulator.clock import Clock
from bot.simulator.crypto import Envelope, signature
from bot.simulator.replies import Asked, BrokenReply, Passive, read
from bot.simulator.wire import Wire

_TAG = re.compile(r"<[^>]+>")


@dataclass(slots=True)
class Manner:
    """How deliveries behave. ``copies`` above 1 repeats a message although it was answered."""

    copies: int = 1
    overlap: bool = False
    reuse_nonce: bool = False
    tries: int = 3
    timeout: float = 5.0
    verify_timeout: float = 1.0


@dataclass(frozen=True, slots=True)
class Door:
    """One server address of the bot; without an envelope it is the plain mode of an official account."""

    url: str
    token: str
    house: str
    envelope: Envelope | None
    wecom: bool
    agent_id: int | None = None


@dataclass(slots=True)
class Outcome:
    """What came of one callback: every status and reply, and why it counts as broken."""

    reply: Passive | None = None
    broken: str = ""
    statuses: list[int] = field(default_factory=list)
    replies: list[Passive | None] = field(default_factory=list)


class Callbacks:
    def __init__(self, clock: Clock, wire: Wire) -> None:
        self._clock = clock
        self._wire = wire
        self._session: aiohttp.ClientSession | None = None
        self.manner = Manner()
        self.trust: ssl.SSLContext | bool = True  # whose certificates count; the usual ones

    def session(self) -> aiohttp.ClientSession:
        """Opened at the first use, so that it belongs to the running loop."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(ssl=self.trust)
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def verify(self, door: Door) -> bool:
        """The URL check that saving the address in the console sets off; true when it is answered exactly."""
        word, (stamp, nonce) = str(secrets.randbelow(10**19)), self._lot()
        if door.wecom and door.envelope is not None:
            sealed = door.envelope.seal(word.encode())
            query = {"msg_signature": door.envelope.sign(stamp, nonce, sealed)}
            query |= {"timestamp": stamp, "nonce": nonce, "echostr": sealed}
        else:
            query = {"signature": signature(door.token, stamp, nonce)}
            query |= {"timestamp": stamp, "nonce": nonce, "echostr": word}
        limit = aiohttp.ClientTimeout(total=self.manner.verify_timeout if door.wecom else self.manner.timeout)
        try:
            async with self.session().get(_address(door, query), timeout=limit) as answer:
                fits = answer.status == 200 and await answer.read() == word.encode()
        except (aiohttp.ClientError, TimeoutError):
            fits = False
        self._wire.note("out", _path(door), "GET 验证地址", 0, sealed=True, status="ok" if fits else "不符")
        return fits

    async def deliver(self, door: Door, message: bytes, asked: Asked, said: str) -> Outcome:
        """Bring one message to the bot, as often as it takes. ``said`` is one line for the strip."""
        outcome, lot = Outcome(), self._lot()
        if self.manner.overlap:
            copies = [
                self._bring(door, message, asked, said, lot, outcome) for _ in range(self.manner.copies)
            ]
            await asyncio.gather(*copies)
        else:
            for _ in range(self.manner.copies):
                await self._bring(door, message, asked, said, lot, outcome)
        outcome.reply = next((reply for reply in outcome.replies if reply is not None), None)
        return outcome

    async def _bring(
        self, door: Door, message: bytes, asked: Asked, said: str, lot: tuple[str, str], outcome: Outcome
    ) -> None:
        reason = ""
        for attempt in range(self.manner.tries):
            again = lot if attempt == 0 or self.manner.reuse_nonce else self._lot()
            query, body = _packed(door, message, asked, *again)
            try:
                limit = aiohttp.ClientTimeout(total=self.manner.timeout)
                async with self.session().post(_address(door, query), data=body, timeout=limit) as answer:
                    status, got = answer.status, await answer.read()
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = (
                    "没有在5秒内应答"
                    if isinstance(error, TimeoutError)
                    else f"连不上：{type(error).__name__}"
                )
                outcome.statuses.append(0)
                self._wire.note("out", _path(door), said, len(body), sealed=_sealed(door), status=reason)
                continue
            outcome.statuses.append(status)
            if status != 200:
                reason = f"HTTP {status}"
                self._wire.note("out", _path(door), said, len(body), sealed=_sealed(door), status=reason)
                continue
            self._read(door, got, asked, said, len(body), outcome)
            return
        outcome.broken = reason

    def _read(self, door: Door, got: bytes, asked: Asked, said: str, size: int, outcome: Outcome) -> None:
        try:
            reply = read(got, asked, door.envelope, must_seal=door.envelope is not None)
        except BrokenReply as error:
            outcome.broken = f"回复有误：{error}"
            self._wire.note("out", _path(door), said, size, sealed=_sealed(door), status=outcome.broken)
            return
        outcome.replies.append(reply)
        self._wire.note("out", _path(door), said, size, sealed=_sealed(door))
        if reply is not None:
            words = _TAG.sub("", reply.text).replace("\n", " ") or reply.kind
            self._wire.note("back", _path(door), words, len(got), sealed=_sealed(door))

    def _lot(self) -> tuple[str, str]:
        return str(self._clock.stamp()), str(secrets.randbelow(10**10))


def _sealed(door: Door) -> bool:
    return door.envelope is not None


def _path(door: Door) -> str:
    return "/" + door.url.split("://", 1)[-1].partition("/")[2].partition("?")[0]


def _address(door: Door, query: dict[str, str]) -> URL:
    joint = "&" if "?" in door.url else "?"
    return URL(f"{door.url}{joint}{urlencode(query)}", encoded=True)


def _packed(door: Door, message: bytes, asked: Asked, stamp: str, nonce: str) -> tuple[dict[str, str], bytes]:
    """Query and body of one try; a repeat is sealed afresh."""
    query = {"timestamp": stamp, "nonce": nonce}
    if not door.wecom:
        query |= {"signature": signature(door.token, stamp, nonce), "openid": asked.person}
    if door.envelope is None:
        return query, message
    sealed = door.envelope.seal(message)
    query["msg_signature"] = door.envelope.sign(stamp, nonce, sealed)
    fields: dict[str, object] = {"ToUserName": door.house}
    if door.wecom:
        fields |= {"AgentID": str(door.agent_id)} if door.agent_id is not None else {}
    else:
        query["encrypt_type"] = "aes"
    return query, xml.build({**fields, "Encrypt": sealed})
