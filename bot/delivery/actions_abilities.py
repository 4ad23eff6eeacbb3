"""When an account's verification runs out, its abilities go; when it is renewed, they come back."""

from __future__ import annotations

from datetime import datetime

from bot.delivery import wording
from bot.delivery.ways import EXPIRED
from bot.messages import Text, Urgency, Way
from bot.people.rules import RoleName
from bot.work import Work


async def expired(work: Work, account: str, now: datetime) -> int:
    """Nothing but answers from now on; how many administrators are told, elsewhere where possible."""
    for way in Way:
        work.abilities.withdraw(account, way, EXPIRED, now)
    told = 0
    admins = await work.people.teachers_of("", (RoleName.ADMIN,))
    contacts = await work.people.contacts_of([person.id for person in admins])
    for person in admins:
        reached = sorted(contacts.get(person.id, ()), key=lambda contact: contact.account == account)
        for contact in reached[:1]:
            work.outbox.queue(
                key=f"{EXPIRED}/{account}/{now.date()}/{person.id}",
                account=contact.account,
                address=contact.address.key,
                person=person.id,
                content=Text(wording.verification_expired(account)),
                urgency=Urgency.SOLICITED,
                not_before=now,
            )
            told += 1
    return told


async def renewed(work: Work, account: str) -> None:
    """The platform says that the account is verified again."""
    await work.abilities.restore_all(account)
