"""Automatic reminders before a task is due; then the line to the teacher and the total to the staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.delivery import wording
from bot.delivery.actions import tell_groups
from bot.delivery.rules import reminders
from bot.delivery.store_reminders import Reminders
from bot.duties.launch import slug_for
from bot.duties.rules import MAX_REMINDERS, Do, Occurrence
from bot.messages import Choice, Content, Text, Urgency
from bot.people.rules import PersonKind, RoleName
from bot.reports.rules import SMALL, merged
from bot.school import School
from bot.settings import WecomApp
from bot.work import Work

_OVER = "group-over/"
_PARENT = str(PersonKind.PARENT)
_BACK = timedelta(days=1)  # a worker that slept still tells the teachers
_TEACHERS = (RoleName.COUNSELLOR, RoleName.HOMEROOM)


async def remind_due(work: Work, school: School, now: datetime) -> int:
    """What has fallen due of all running campaigns; how many messages to people. Doing it twice
    is once."""
    rows, queued = Reminders(work.tx), 0
    for id_ in await rows.running(now, _BACK):
        occurrence = await work.duties.occurrence(id_)
        if occurrence is None or occurrence.due_at is None:
            continue
        if now >= occurrence.due_at:
            queued += await _tell_teachers(work, rows, school, occurrence, now)
            await _tell_groups(work, rows, school, occurrence, now)
            continue
        count = min(occurrence.remind, MAX_REMINDERS)
        number = sum(at <= now for at in reminders(occurrence.planned_at, occurrence.due_at, count))
        if number:
            words = work.outbox.keep(reminder_of(school, occurrence, school.accounts.public_url))
            queued += await rows.remind(id_, number, words, now, school.plan.quiet_until(now))
    return queued


def reminder_of(school: School, occurrence: Occurrence, base: str) -> Content:
    """What reminds of an open task, for an account at the address ``base``; a letter comes with its page."""
    if occurrence.do is not Do.LETTER:
        return Text(wording.reminder(occurrence))
    text = school.library.get(occurrence.material)
    to_parents = _PARENT in (text.audience if text else occurrence.material)
    page = f"{base}/a/{slug_for(school.key, occurrence.id)}"
    return wording.letter_reminder(occurrence, f"{page}?{urlencode({'v': _PARENT})}" if to_parents else page)


async def _tell_teachers(
    work: Work, rows: Reminders, school: School, occurrence: Occurrence, now: datetime
) -> int:
    """One line to each teacher with open tasks in their units, in the digest of the day."""
    if await rows.has("teacher/", occurrence.id):
        return 0
    lines: dict[int, dict[str, int]] = {}
    for unit, people in (await rows.open_by_unit(occurrence.id)).items():
        for teacher in await work.people.teachers_of(unit, _TEACHERS):
            lines.setdefault(teacher.id, {})[unit] = people
    contacts = await work.people.contacts_of(lines)
    for teacher_id, open_ in lines.items():
        for contact in contacts.get(teacher_id, [])[:1]:
            work.outbox.queue(
                key=f"teacher/{occurrence.id}/{teacher_id}",
                account=contact.account,
                address=contact.address.key,
                person=teacher_id,
                content=_line(school, contact.account, occurrence, open_),
                urgency=Urgency.ROUTINE,
                not_before=school.plan.quiet_until(now),
                occurrence=occurrence.id,
                digest=True,
            )
    return len(lines)


async def _tell_groups(
    work: Work, rows: Reminders, school: School, occurrence: Occurrence, now: datetime
) -> None:
    """How it ended, as one total that names nobody and no class, to each staff group."""
    if not school.accounts.webhooks() or await rows.has(_OVER, occurrence.id):
        return
    found = await work.stats.tallies([occurrence.unit], occurrence=occurrence.id, duty=None, depth=0, now=now)
    if not found:
        return
    page = f"{school.accounts.public_url}/console/campaign?{urlencode({'id': occurrence.id})}"
    all_ = merged(found, occurrence.unit)
    card = wording.to_group_card(occurrence.title, all_.due, all_.done, all_.exempt, SMALL, page)
    tell_groups(work, school, occurrence.id, card, Urgency.ROUTINE, now, prefix=_OVER)


def _line(school: School, account_id: str, occurrence: Occurrence, open_: Mapping[str, int]) -> Content:
    """Figures in the app; an official account has no card for them and keeps its tap."""
    account = school.accounts.get(account_id)
    if not isinstance(account, WecomApp):
        return Text(wording.to_teacher(occurrence, open_), (Choice("未完成", "未完成"),))
    log_in = urlencode({"as": "member", "next": f"/console/campaign?{urlencode({'id': occurrence.id})}"})
    page = f"{school.accounts.url(account)}/oauth/{account.id}?{log_in}"
    return wording.to_teacher_card(occurrence, open_, page)
