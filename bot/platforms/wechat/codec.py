"""Callbacks of an official account: secure, compatible, plain mode, XML and JSON (sections 1 to 3)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from bot.errors import BadCallback, Forged, Malformed
from bot.messages import Inbound, Reply, Text
from bot.platforms import reference
from bot.platforms.envelope import MAX_BODY, Envelope, check, check_fresh
from bot.platforms.port import CallbackQuery
from bot.platforms.twin import tapped, text_twin
from bot.platforms.wechat.events import can_answer
from bot.platforms.wechat.inbound import Reader
from bot.platforms.xml import decode, fixed_envelope, legal, reply_envelope, text_reply

FORMAT: Final = "format"  # the field that remembers the data format of the account, where it is JSON


class WechatCodec:
    """The codec of one account. With ``fast=False`` everything goes through wechatpy; the values are the
    same.

    Without an EncodingAESKey the account is in plain mode; with one, a plain request is Forged, because its
    signature does not cover the body.
    """

    def __init__(
        self, account: str, app_id: str, token: str, encoding_aes_key: str | None, *, fast: bool = True
    ) -> None:
        self._token = token
        self._envelope = Envelope(token, encoding_aes_key, app_id) if encoding_aes_key else None
        self._reference = (
            reference.FollowerCrypto(token, encoding_aes_key, app_id) if encoding_aes_key else None
        )
        self._reader = Reader(account, app_id)
        self._fast = fast

    def verify(self, query: CallbackQuery, now: datetime) -> str:
        """The echostr itself; an encrypted one, which one bot reports to have met, is opened."""
        if self._envelope and query.msg_signature:
            try:
                return self._envelope.open_(
                    query.msg_signature, query.timestamp, query.nonce, query.echostr, now
                ).decode()
            except (BadCallback, UnicodeDecodeError):
                pass  # the plain signature below decides
        self._check_plain(query, now)
        return query.echostr

    def read(self, query: CallbackQuery, body: bytes, now: datetime) -> Inbound:
        if len(body) > MAX_BODY:
            raise Malformed("body too long")
        if self._envelope:
            text = decode(self._open(self._envelope, query, self._encrypted(body), now))
        else:
            self._check_plain(query, now)
            text = decode(body)
        if text.lstrip().startswith("{"):
            return self._reader.general({**_json(text), FORMAT: "json"})
        common = self._reader.common(text) if self._fast else None
        return common or self._reader.general(reference.follower(text))

    def write(
        self, inbound: Inbound, reply: Reply, query: CallbackQuery, now: datetime, nonce: bytes
    ) -> bytes:
        text = text_twin(Text(reply.text, reply.choices), tapped)
        if not text.strip() or not self.can_answer(inbound):
            return b""
        timestamp = str(int(now.timestamp()))
        as_json = inbound.fields.get(FORMAT) == "json"
        message = self._message(inbound, text, int(timestamp), as_json)
        if not self._envelope:
            return message.encode()
        if self._reference and not self._fast and not as_json:
            return reference.encrypt(self._reference, message, query.nonce, timestamp)
        sealed = self._envelope.seal(message.encode(), timestamp, query.nonce, nonce)
        if as_json:
            names = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
            values = (sealed.encrypted, sealed.signature, int(timestamp), sealed.nonce)
            return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False).encode()
        return reply_envelope(sealed.encrypted, sealed.signature, sealed.timestamp, sealed.nonce)

    def can_answer(self, inbound: Inbound) -> bool:
        return can_answer(inbound)

    def _message(self, inbound: Inbound, text: str, created: int, as_json: bool) -> str:
        if as_json:
            return json.dumps(
                {
                    "ToUserName": inbound.sender_id,
                    "FromUserName": inbound.to,
                    "CreateTime": created,
                    "MsgType": "text",
                    "Content": legal(text),
                },
                ensure_ascii=False,
            )
        render = text_reply if self._fast else reference.text_reply
        return render(inbound.sender_id, inbound.to, created, text)

    def _check_plain(self, query: CallbackQuery, now: datetime) -> None:
        check(query.signature, self._token, query.timestamp, query.nonce)
        check_fresh(query.timestamp, now)

    def _open(self, envelope: Envelope, query: CallbackQuery, encrypted: str, now: datetime) -> bytes:
        if self._fast or self._reference is None:
            return envelope.open_(query.msg_signature, query.timestamp, query.nonce, encrypted, now)
        check(query.msg_signature, self._token, query.timestamp, query.nonce, encrypted)
        check_fresh(query.timestamp, now)
        return reference.decrypt(
            self._reference, encrypted, query.msg_signature, query.timestamp, query.nonce
        )

    def _encrypted(self, body: bytes) -> str:
        """The part that is signed. Without one nothing vouches for the body."""
        if self._fast and (usual := fixed_envelope(body)):
            return usual
        try:
            is_json = body.lstrip().startswith(b"{")
            encrypted = (_json(decode(body)) if is_json else reference.envelope(body)).get("Encrypt")
        except BadCallback as error:
            raise Forged("no envelope") from error
        if not isinstance(encrypted, str):
            raise Forged("no envelope")
        return encrypted


def _json(text: str) -> dict[str, Any]:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("json") from error
    if not isinstance(tree, dict):
        raise Malformed("json")
    return tree
