"""Files that come with a text of the library: kept where the courier finds them, in the form a chat shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.materials.rules import PICTURES, VOICE, Enclosure
from bot.messages import Content, File, Image, Voice
from bot.work import Work


def keep_files(work: Work, files: Sequence[Enclosure], now: datetime) -> list[Content]:
    """A voice is heard and a picture seen in the chat; everything else is a file to open."""
    found: list[Content] = []
    for one in files:
        blob = work.outbox.keep_blob(one.data, now)
        kind = Voice if one.ending in VOICE else Image if one.ending in PICTURES else File
        found.append(kind(blob, one.name))
    return found
