"""Who hears of trouble that no message and no person stands for."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Text
from bot.people.rules import RoleName
from bot.work import Work


async def tell_admins(work: Work, key: str, words: str, at: datetime) -> None:
    """One line to each administrator; the same ``key`` is told once."""
    admins = await work.people.teachers_of("", (RoleName.ADMIN,))
    await work.tell([person.id for person in admins], key, Text(words), at)
