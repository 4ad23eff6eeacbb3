"""The callback envelope of both platforms: SHA-1 signature, AES-256-CBC, padding to 32 bytes (90968).

Written apart from the bot's own codec, so that one mistake cannot hide in both.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32


class BrokenEnvelope(Exception):
    """The text was not sealed for this receiver with this key."""


def signature(*parts: str) -> str:
    """sha1 over the sorted values, lower-case hex."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Envelope:
    """Seals and opens for one (token, 43-character key, receiver id). Raises ValueError for a bad key."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        if len(aes_key) != 43:
            raise ValueError("EncodingAESKey must have 43 characters")
        self.token = token
        self.receiver = receiver
        self._key = base64.b64decode(aes_key + "=")

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self._key), CBC(self._key[:16]))

    def sign(self, timestamp: str, nonce: str, sealed: str) -> str:
        return signature(self.token, timestamp, nonce, sealed)

    def seal(self, message: bytes, random: bytes | None = None) -> str:
        lead = secrets.token_hex(8).encode() if random is None else random
        plain = lead + struct.pack(">I", len(message)) + message + self.receiver.encode()
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> bytes:
        """The message inside. Raises BrokenEnvelope with the reason."""
        try:
            cipher = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BrokenEnvelope("not base64") from error
        if not cipher or len(cipher) % 16:
            raise BrokenEnvelope("not whole AES blocks")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(cipher) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise BrokenEnvelope("padding is not 1 to 32 equal bytes")
        body = plain[16:-pad]
        if len(body) < 4:
            raise BrokenEnvelope("too short")
        (size,) = struct.unpack(">I", body[:4])
        message, receiver = body[4 : 4 + size], body[4 + size :]
        if len(message) != size:
            raise BrokenEnvelope("length field exceeds the message")
        if receiver != self.receiver.encode():
            raise BrokenEnvelope("receiver id is another one")
        return message
