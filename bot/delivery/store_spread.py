"""When each of many is written to, as SQL: spread over the minutes that are not crowded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.db import Moment, milliseconds
from bot.delivery.rules import SPREAD_SECONDS, crowd


def spread(start: datetime, person: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
    """A moment for each person of a large audience, from ``start`` on; the same for the same person."""
    begins, seconds = crowd(start)
    place = person // 4096 % (SPREAD_SECONDS - seconds)
    offset = place + sa.case((place >= begins, seconds), else_=0)
    return sa.type_coerce(sa.literal(milliseconds(start), sa.BigInteger) + offset * 1000, Moment())
