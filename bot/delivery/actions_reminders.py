"""Automatic reminders before a task is due; then the line to the teacher and the total to the staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from bot.delivery import wording_reminders as wording
from bot.delivery.actions import tell_groups
from bot.delivery.rules import reminders
from bot.delivery.store_reminders import Reminders
from bot.duties.codes import slug_for
from bot.duties.rules import MAX_REMINDERS, Do, Occurrence
from bot.messages import Choice, Content, Text, Urgency
from bot.people.rules import PersonKind, RoleName, labels
from bot.quiz import wording_classroom
from bot.quiz.actions_classroom import class_tests, pages_for
from bot.quiz.classroom import units_of
from bot.reports.rules import SMALL, merged
from bot.school import School
from bot.settings import WecomApp
from bot.work import Work

_OVER = "group-over/"
_UNGUARDED = "unguarded/"
_TOGETHER = "together/"
_PAGES = 3  # in a line of the digest, which others share; more are behind 上课
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
    for id_ in await rows.new(Do.LETTER, now, _BACK):
        queued += await _tell_of_unguarded(work, rows, school, id_, now)
    for id_ in await rows.new(Do.QUIZ, now, _BACK):
        queued += await _tell_of_class_tests(work, rows, school, id_, now)
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
    open_ = await rows.open_by_unit(occurrence.id)
    return await _lines(work, school, occurrence, "teacher/", open_, partial(_line, school, occurrence), now)


async def _tell_of_unguarded(work: Work, rows: Reminders, school: School, id_: str, now: datetime) -> int:
    """Whom no letter reaches is the teacher's from the first day, not only when it is over."""
    occurrence = await work.duties.occurrence(id_)
    if occurrence is None or await rows.has(_UNGUARDED, id_):
        return 0
    open_ = await rows.open_by_unit(id_, unguarded=True)

    def line(_: str, units: Mapping[str, int]) -> Content:
        return Text(wording.unguarded(occurrence, units), (Choice("未完成", "未完成"),))

    return await _lines(work, school, occurrence, _UNGUARDED, open_, line, now)


async def _tell_of_class_tests(work: Work, rows: Reminders, school: School, id_: str, now: datetime) -> int:
    """Pupils who sit a test as a class hear of it from their teacher, who is given the page."""
    occurrence = await work.duties.occurrence(id_)
    if occurrence is None or await rows.has(_TOGETHER, id_):
        return 0
    tests = await class_tests(work, school, [""], occurrence)

    def line(account_id: str, units: Mapping[str, int]) -> Content:
        theirs = [test for test in tests if test.pupils.unit in units]
        base = school.accounts.url_at(account_id)
        called = labels(units)
        pages = pages_for(work, school, theirs[:_PAGES], called, base)
        more = (Choice(wording_classroom.WORD, wording_classroom.OTHERS),) if len(theirs) > _PAGES else ()
        return Text(wording_classroom.told(occurrence.title, theirs, called), (*pages, *more))

    return await _lines(work, school, occurrence, _TOGETHER, units_of(tests), line, now)


async def _lines(
    work: Work,
    school: School,
    occurrence: Occurrence,
    prefix: str,
    open_: Mapping[str, int],
    line: Callable[[str, Mapping[str, int]], Content],
    now: datetime,
) -> int:
    """``line``: the words for an account and a teacher's own units."""
    theirs: dict[int, dict[str, int]] = {}
    for unit, people in open_.items():
        for teacher in await work.people.teachers_of(unit, _TEACHERS):
            theirs.setdefault(teacher.id, {})[unit] = people
    contacts = await work.people.contacts_of(theirs)
    for teacher_id, units in theirs.items():
        for contact in contacts.get(teacher_id, [])[:1]:
            work.outbox.queue(
                key=f"{prefix}{occurrence.id}/{teacher_id}",
                account=contact.account,
                address=contact.address.key,
                person=teacher_id,
                content=line(contact.account, units),
                urgency=Urgency.ROUTINE,
                not_before=school.plan.quiet_until(now),
                occurrence=occurrence.id,
                digest=True,
            )
    return len(theirs)


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


def _line(school: School, occurrence: Occurrence, account_id: str, open_: Mapping[str, int]) -> Content:
    """Figures in the app; an official account has no card for them and keeps its tap."""
    account = school.accounts.get(account_id)
    if not isinstance(account, WecomApp):
        return Text(wording.to_teacher(occurrence, open_), (Choice("未完成", "未完成"),))
    log_in = urlencode({"as": "member", "next": f"/console/campaign?{urlencode({'id': occurrence.id})}"})
    page = f"{school.accounts.url(account)}/oauth/{account.id}?{log_in}"
    return wording.to_teacher_card(occurrence, open_, page)
