"""What fills the gaps of a text that goes out."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from bot.duties.plan_values import ZONE
from bot.duties.wording import day
from bot.school import School

_TERM: Final = re.compile(r"(\d{4})([春夏秋冬])")


def fields_of(school: School, at: datetime, area: str = "") -> dict[str, str]:
    """What fills the gaps of a text that goes out at this moment; ``area`` is where an alert holds."""
    term = school.plan.calendar.term_of(at.astimezone(ZONE).date())
    name = term_words(term.name) if term else "本学期"
    return {"school": school.name, "term": name, "date": day(at), "area": area or "本地"}


def term_words(name: str) -> str:
    """``2026秋`` as a letter says it."""
    found = _TERM.fullmatch(name)
    return f"{found[1]}年{found[2]}季学期" if found else name
