"""The encrypted envelope that both platforms share (WeCom 90968; official account message-push pages).

AES-256-CBC with the first half of the key as IV, padded to 32 bytes, around
``random(16) | length(4, big-endian) | message | receiver``; a SHA-1 signature over token, timestamp, nonce
and text.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from threading import Lock
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.errors import Forged, Malformed

MAX_BODY: Final = 256 * 1024  # bytes; the longest real callback is a few KiB
MAX_SKEW: Final = timedelta(hours=1)
_BLOCK: Final = 32
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def sign(token: str, *values: str) -> str:
    """Lower-case hex SHA-1 over the sorted values (90968).

    Query texts may hold anything, so encoding never fails.
    """
    parts = sorted(value.encode("utf-8", "backslashreplace") for value in (token, *values))
    return sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def check(signature: str, token: str, *values: str) -> None:
    """Raises Forged unless the signature is ours."""
    given = signature.encode("utf-8", "backslashreplace")
    if not hmac.compare_digest(given, sign(token, *values).encode()):
        raise Forged("signature")


def check_fresh(timestamp: str, now: datetime) -> None:
    """Raises Forged for a signed time more than an hour away from ours."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        raise Forged("timestamp is not a number")
    if abs((now - _EPOCH).total_seconds() - int(timestamp)) > MAX_SKEW.total_seconds():
        raise Forged("timestamp is more than an hour off")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the reply envelope carries."""

    encrypted: str
    signature: str
    timestamp: str
    nonce: str


class Envelope:
    """Opens and seals for one account: token, EncodingAESKey of 43 characters, receiver (corp or app id)."""

    def __init__(self, token: str, encoding_aes_key: str, receiver: str) -> None:
        key = base64.b64decode(encoding_aes_key + "=") if len(encoding_aes_key) == 43 else b""
        if len(key) != 32:
            raise ValueError("an EncodingAESKey has exactly 43 letters and digits")
        self.token = token
        self._receiver = receiver.encode()
        self._iv = int.from_bytes(key[:16])
        self._last = self._iv
        cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        # The contexts are kept for all messages: making one costs ten times the decryption itself. A CBC
        # context carries the last block on; that only touches the first block, which is noise on the way in
        # and is corrected on the way out.
        self._decryptor = cipher.decryptor()
        self._encryptor = cipher.encryptor()
        self._lock = Lock()

    def open_(self, signature: str, timestamp: str, nonce: str, encrypted: str, now: datetime) -> bytes:
        """The message inside. Raises Forged or Malformed."""
        check(signature, self.token, timestamp, nonce, encrypted)
        check_fresh(timestamp, now)
        return self.decrypt(encrypted)

    def seal(self, message: bytes, timestamp: str, nonce: str, random: bytes) -> Sealed:
        """The reply, encrypted and signed; ``random`` is 16 fresh bytes."""
        encrypted = self.encrypt(message, random)
        return Sealed(encrypted, sign(self.token, timestamp, nonce, encrypted), timestamp, nonce)

    def decrypt(self, encrypted: str) -> bytes:
        try:
            data = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed("not base64") from error
        if not data or len(data) % 16:
            raise Malformed("not a whole number of blocks")
        with self._lock:
            plain = self._decryptor.update(data)
        pad = plain[-1]
        if not 1 <= pad <= _BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise Malformed("padding")
        end = 20 + int.from_bytes(plain[16:20])
        if len(plain) - pad < end:
            raise Malformed("length")
        if not hmac.compare_digest(plain[end:-pad], self._receiver):
            raise Forged("meant for another receiver")
        return plain[20:end]

    def encrypt(self, message: bytes, random: bytes) -> str:
        if len(random) != 16:
            raise ValueError("the envelope needs 16 random bytes")
        body = b"".join((len(message).to_bytes(4), message, self._receiver))
        pad = _BLOCK - (16 + len(body)) % _BLOCK
        with self._lock:
            first = int.from_bytes(random) ^ self._iv ^ self._last
            data = self._encryptor.update(first.to_bytes(16) + body + bytes([pad]) * pad)
            self._last = int.from_bytes(data[-16:])
        return base64.b64encode(data).decode()
