"""China's statutory days as data for the school calendar, from the package ``holidays``."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

import holidays

from bot.duties.calendar import Statutory
from bot.duties.when import Weekday

_SUBSTITUTED: Final = re.compile(r"substituted from (\d\d)/(\d\d)/(\d{4})")


def china(first: int = 2025, last: int = 2030) -> Statutory:
    """Holidays and make-up days of these years.

    A make-up day follows the weekday of the day off it pays for; the package says which. Years for which the
    package knows no make-up days yet are not ``published``.
    """
    found = holidays.country_holidays("CN", years=range(first, last + 1), language="en_US")
    makeups: dict[date, Weekday] = {}
    for day, name in found.items():
        for month, of_month, year in _SUBSTITUTED.findall(name):
            makeups[date(int(year), int(month), int(of_month))] = Weekday(day.weekday())
    return Statutory(dict(found.items()), makeups, frozenset(day.year for day in makeups))
