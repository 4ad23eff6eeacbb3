"""WeCom callbacks: bytes to values and back for one self-built app (90930, 90238, 90241)."""

from __future__ import annotations

from datetime import datetime

from bot.errors import BadCallback, Forged, Malformed
from bot.messages import Inbound, Reply, Text
from bot.platforms import reference
from bot.platforms.envelope import MAX_BODY, Envelope, check, check_fresh
from bot.platforms.port import CallbackQuery
from bot.platforms.twin import text_twin
from bot.platforms.wecom.events import can_answer
from bot.platforms.wecom.inbound import Reader
from bot.platforms.xml import decode, fixed_envelope, reply_envelope, text_reply


class WecomCodec:
    """The codec of one account.

    With ``fast=False`` everything goes through wechatpy; the values are the same.
    """

    def __init__(
        self,
        account: str,
        corp_id: str,
        token: str,
        encoding_aes_key: str,
        agent_id: int,
        *,
        fast: bool = True,
    ) -> None:
        self.agent_id = agent_id
        self._envelope = Envelope(token, encoding_aes_key, corp_id)
        self._reference = reference.MemberCrypto(token, encoding_aes_key, corp_id)
        self._reader = Reader(account, corp_id)
        self._fast = fast

    def verify(self, query: CallbackQuery, now: datetime) -> str:
        """The decrypted echostr, to be sent back without any addition within a second (90238)."""
        try:
            plain = self._envelope.open_(
                query.msg_signature, query.timestamp, query.nonce, query.echostr, now
            )
            return plain.decode()
        except (Malformed, UnicodeDecodeError) as error:
            raise Forged("echostr") from error

    def read(self, query: CallbackQuery, body: bytes, now: datetime) -> Inbound:
        if len(body) > MAX_BODY:
            raise Malformed("body too long")
        text = decode(self._open(query, self._encrypted(body), now))
        return (self._reader.common(text) if self._fast else None) or self._reader.general(
            reference.member(text)
        )

    def write(
        self, inbound: Inbound, reply: Reply, query: CallbackQuery, now: datetime, nonce: bytes
    ) -> bytes:
        text = text_twin(Text(reply.text, reply.choices))
        if not text.strip() or not self.can_answer(inbound):
            return b""
        timestamp = str(int(now.timestamp()))
        values = (inbound.sender_id, inbound.to, int(timestamp), text)
        if not self._fast:
            xml = reference.text_reply(*values)
            return reference.encrypt(self._reference, xml, query.nonce, timestamp)
        sealed = self._envelope.seal(text_reply(*values).encode(), timestamp, query.nonce, nonce)
        return reply_envelope(sealed.encrypted, sealed.signature, sealed.timestamp, sealed.nonce)

    def can_answer(self, inbound: Inbound) -> bool:
        return can_answer(inbound)

    def _open(self, query: CallbackQuery, encrypted: str, now: datetime) -> bytes:
        if self._fast:
            return self._envelope.open_(query.msg_signature, query.timestamp, query.nonce, encrypted, now)
        check(query.msg_signature, self._envelope.token, query.timestamp, query.nonce, encrypted)
        check_fresh(query.timestamp, now)
        return reference.decrypt(
            self._reference, encrypted, query.msg_signature, query.timestamp, query.nonce
        )

    def _encrypted(self, body: bytes) -> str:
        """The part that is signed. Without one nothing vouches for the body."""
        if self._fast and (usual := fixed_envelope(body)):
            return usual
        try:
            encrypted = reference.envelope(body).get("Encrypt")
        except BadCallback as error:
            raise Forged("no envelope") from error
        if not isinstance(encrypted, str):
            raise Forged("no envelope")
        return encrypted
