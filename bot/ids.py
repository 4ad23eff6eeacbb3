"""Row ids made here instead of by the database, so that a write never has to be read back."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.db import EPOCH

_PROCESS = secrets.randbits(10)  # two processes never meet in practice
_MILLISECOND = timedelta(milliseconds=1)


class _Maker:
    """41 bits of milliseconds, 10 bits of process, 12 bits of counter; always rising, so ids sort by time.

    More than 4,096 within a millisecond borrow from the next; a clock that steps back repeats nothing.
    """

    def __init__(self) -> None:
        self._last = 0
        self._count = 0

    def next(self, milliseconds: int) -> int:
        if milliseconds > self._last:
            self._last, self._count = milliseconds, 0
        elif self._count < 0xFFF:
            self._count += 1
        else:
            self._last, self._count = self._last + 1, 0
        return (self._last << 22) | (_PROCESS << 12) | self._count


_MAKER = _Maker()


def new_id(now: datetime) -> int:
    """A positive 63-bit id, unique in this process whatever the clock does."""
    return _MAKER.next((now - EPOCH) // _MILLISECOND)


def first_id(at: datetime) -> int:
    """No id that is made for this moment or a later one is smaller."""
    return ((at - EPOCH) // _MILLISECOND) << 22
