"""Duties that wait for something to happen instead of a time."""

from __future__ import annotations

from datetime import datetime

from bot.duties.actions_events import brought_about
from bot.duties.actions_families import follow_families
from bot.duties.launch import carry_out
from bot.duties.when import EventName, OnEvent
from bot.messages import Text, Urgency
from bot.people.rules import PersonKind
from bot.people.store_import import Imported
from bot.people.wording import transferred
from bot.school import School
from bot.work import Work


async def after_import(work: Work, school: School, imported: Imported, now: datetime) -> None:
    """What follows from a roster: newcomers get their duties, letters find who is a guardian now, and who
    changed class is told.
    """
    await follow_families(work, school, now)
    await roster_imported(work, school, now)
    contacts = await work.people.contacts_of([person for person, _, _ in imported.transferred])
    for person, before, after in imported.transferred:
        for contact in contacts.get(person, [])[:1]:
            work.outbox.queue(
                key=f"transfer/{imported.id}/{person}",
                account=contact.account,
                address=contact.address.key,
                person=person,
                content=Text(transferred(before, after)),
                urgency=Urgency.ROUTINE,
                not_before=school.plan.quiet_until(now),
            )


async def roster_imported(work: Work, school: School, now: datetime) -> int:
    """Greet those who came with the import of ``now``; how many people got a task.

    The first import of all brings a whole school that nobody has to be welcomed to.
    """
    people = await work.people.count("", PersonKind.STUDENT)
    if people == await work.people.count_joined(now, PersonKind.STUDENT):
        return 0
    given = 0
    for pack in sorted({school.default_pack, *school.packs.values()}):
        for duty in school.plan.packs[pack].duties:
            if duty.when != OnEvent(EventName.ROSTER_IMPORT):
                continue
            occurrence = await brought_about(work, school, pack, duty, now)
            launched = occurrence and await carry_out(work, school, occurrence, now, joined_since=now)
            given += launched.audience if launched else 0
    return given
