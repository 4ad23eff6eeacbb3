"""Letters and alerts to whole classes: where the 家校通讯录 has parents and the roster has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot.delivery.store_classes import UnknownClass, class_key
from bot.duties.actions_files import keep_files
from bot.duties.audience import matches, means_parents
from bot.duties.composing import Message
from bot.duties.plan_values import Duty
from bot.duties.rules import Do, Occurrence
from bot.messages import Address, Urgency
from bot.people.rules import Person, PersonKind, Stage, within
from bot.school import School
from bot.settings import WecomApp
from bot.work import Work

_CARRIED: Final = (Do.LETTER, Do.SEND, Do.CONFIRM)  # what can be read without being somebody
Messages = Callable[[WecomApp], Sequence[Message]]


async def to_parents(
    work: Work,
    school: School,
    occurrence: Occurrence,
    duty: Duty,
    messages: Messages,
    start: datetime,
    now: datetime,
    urgency: Urgency = Urgency.ROUTINE,
) -> int:
    """After the persons: we want to know who follows, and write to the classes of which we know nobody.

    One delivery a class, which counts as a class and never as people; how many. A class has none of its
    parents addressed singly in the same campaign, because it is written to only while it has none.
    """
    if not means_parents(duty.to):
        return 0
    await work.outbox.look_before(occurrence.id, now)
    if duty.do not in _CARRIED or duty.digest:
        return 0
    queued = 0
    for account in school.accounts.apps():
        if account.school_notice:
            queued += await _account(work, school, occurrence, duty, account, messages, start, now, urgency)
    return queued


async def _account(
    work: Work,
    school: School,
    occurrence: Occurrence,
    duty: Duty,
    account: WecomApp,
    messages: Messages,
    start: datetime,
    now: datetime,
    urgency: Urgency,
) -> int:
    unknown = await work.outbox.unknown_classes(account.id)
    chosen = [one for one in unknown if _is_meant(school, occurrence, duty, account, one)]
    if not chosen:
        return 0
    texts = messages(account)
    found = [(one, message) for one in chosen if (message := _for(texts, one.stage)) is not None]
    contents = {repr(message.content) for _, message in found}
    parties: list[tuple[int | None, Message]] = [(one.department, message) for one, message in found]
    everybody = len(found) == await work.outbox.all_classes(account.id)
    if urgency is Urgency.ALERT and everybody and len(found) > 1 and len(contents) == 1:
        parties = [(None, found[0][1])]
    files = {some: keep_files(work, some, now) for some in {message.files for _, message in parties}}
    for department, message in parties:
        work.outbox.queue(
            key=class_key(occurrence.id, account.id, "all" if department is None else department),
            account=account.id,
            address=Address.party(account.corp_id, department).key,
            person=0,
            content=message.content,
            urgency=urgency,
            not_before=start,
            occurrence=occurrence.id,
            files=files[message.files],
        )
    await work.outbox.look_at(account.id, [one.department for one, _ in found], now)
    return len(parties)


def _is_meant(
    school: School, occurrence: Occurrence, duty: Duty, account: WecomApp, one: UnknownClass
) -> bool:
    """Would a parent of this class, if we knew one, belong to the audience?"""
    parent = Person(0, "", "", PersonKind.PARENT, one.unit, one.stage)
    serves = school.accounts.app_for(one.unit)
    return (
        serves is not None
        and serves.id == account.id
        and school.pack_of(one.unit) == occurrence.pack
        and within(one.unit, occurrence.unit)
        and matches(duty.to, parent, school.plan.asks)
    )


def _for(texts: Sequence[Message], stage: Stage | None) -> Message | None:
    """The version for parents of this 学段."""
    words = {str(PersonKind.PARENT), f"{PersonKind.PARENT}/{stage or Stage.COLLEGE}"}
    return next((text for text in texts if not text.audience or words & set(text.audience)), None)
