"""The messages of an occurrence to the people who have its tasks, nearest channel first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.accounts import realms_of
from bot.duties.actions_files import keep_files
from bot.duties.composing import compose
from bot.duties.plan_values import Duty
from bot.duties.rules import Occurrence
from bot.duties.starting import start_of
from bot.school import School
from bot.settings import Wechat
from bot.work import Work


async def fan_out(
    work: Work,
    school: School,
    occurrence: Occurrence,
    duty: Duty,
    slug: str,
    now: datetime,
    people: Sequence[int] | None = None,
) -> dict[str, int]:
    """How many messages each account has to send; nobody gets a second one. ``people``: these alone."""
    queued: dict[str, int] = {}
    for account in school.accounts:
        for message in compose(school, occurrence, duty, account, slug):
            count = await work.outbox.fan_out(
                occurrence=occurrence.id,
                account=account.id,
                realms=realms_of(account),
                content=message.content,
                not_before=start_of(school.plan, occurrence.pack, duty, now, message.audience),
                digest=duty.digest,
                only_in_window=isinstance(account, Wechat) and not can_push(account),
                now=now,
                audience=message.audience,
                files=keep_files(work, message.files, now),
                people=people,
            )
            queued[account.id] = queued.get(account.id, 0) + count
    return queued


def can_push(account: Wechat) -> bool:
    """May it write to a follower who was silent? Whom no personal way reaches is told by a mass send."""
    return account.verified
