"""Short codes that only our key makes: of a message, of the links to forward, and of a class's page."""

from __future__ import annotations

import hashlib
import hmac

from bot.receipts.rules import ALPHABET


def slug_for(key: bytes, occurrence_id: str) -> str:
    """The six characters of a message: its 验真码, and its page /a/{slug}."""
    return _short(key, f"message/{occurrence_id}", 6)


def class_key(key: bytes, occurrence_id: str, person: int, unit: str) -> str:
    """``k`` of a class link; says nothing about the class to those who do not have our key."""
    return _short(key, f"class/{occurrence_id}/{person}/{unit}", 10)


def office_key(key: bytes, occurrence_id: str, person: int, unit: str) -> str:
    """``k`` of a link for a group of staff. That it is one can be told from it, whatever becomes of roles."""
    return _short(key, f"office/{occurrence_id}/{person}/{unit}", 10)


def classroom_key(key: bytes, occurrence_id: str, unit: str, stage: str) -> str:
    """``k`` of the page on which a class sits a test together; it holds as long as the campaign does."""
    return _short(key, f"classroom/{occurrence_id}/{unit}/{stage}", 10)


def _short(key: bytes, text: str, length: int) -> str:
    number = int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest()[:12], "big")
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)
