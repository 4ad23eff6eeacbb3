"""Voice as WeCom takes it: AMR, more than 5 bytes, at most 2 MB and 60 seconds (90253, 99110)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.platforms.errors import refused

VOICE_BYTES: Final = 2 * 1024 * 1024
LONGEST: Final = timedelta(seconds=60)
MAGIC: Final = b"#!AMR\n"
FRAME: Final = timedelta(milliseconds=20)
# Bytes of a frame with its own first byte, by the type in bits 3 to 6 of that byte (RFC 4867, 5.3): eight
# rates of speech, quiet, and nothing at all. The types between are not for files.
_SIZES: Final = {0: 13, 1: 14, 2: 16, 3: 18, 4: 20, 5: 21, 6: 27, 7: 32, 8: 6, 15: 1}


def length(data: bytes) -> timedelta:
    """How long an AMR file sounds. Raises ValueError for what is none, or breaks off within a frame."""
    if not data.startswith(MAGIC):
        raise ValueError("not an AMR file")
    at, frames = len(MAGIC), 0
    while at < len(data):
        size = _SIZES.get(data[at] >> 3 & 0x0F)
        if size is None:
            raise ValueError(f"byte {at} begins no AMR frame")
        at += size
        frames += 1
    if at > len(data):
        raise ValueError("the last AMR frame is cut off")
    return frames * FRAME


def check(data: bytes) -> None:
    """Raises PlatformError(BUG), with the platform's own codes, for a voice it would not take."""
    if len(data) > VOICE_BYTES:
        raise refused(45001, "a voice has at most 2 MB")
    try:
        sounds = length(data)
    except ValueError as error:
        raise refused(40005, str(error)) from None
    if not sounds:
        raise refused(40006, "a voice without a sound")
    if sounds > LONGEST:
        raise refused(45007, "a voice has at most 60 seconds")
