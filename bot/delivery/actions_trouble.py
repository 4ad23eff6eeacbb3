"""Who hears of trouble that no message and no person stands for."""

from __future__ import annotations

from datetime import datetime

from bot.messages import Text, Urgency
from bot.people.rules import RoleName
from bot.work import Work


async def tell_admins(work: Work, key: str, words: str, at: datetime) -> None:
    """One line to each administrator; the same ``key`` is told once."""
    admins = await work.people.teachers_of("", (RoleName.ADMIN,))
    contacts = await work.people.contacts_of([p.id for p in admins])
    for person in admins:
        for contact in contacts.get(person.id, [])[:1]:
            work.outbox.queue(
                key=f"{key}/{person.id}",
                account=contact.account,
                address=contact.address.key,
                person=person.id,
                content=Text(words),
                urgency=Urgency.SOLICITED,
                not_before=at,
            )
