"""The next channel: app, 学校通知, official account; each once. After the last it is the teacher's turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.accounts import Accounts
from bot.delivery.content import from_json, to_json
from bot.delivery.store_shipments import Ended
from bot.duties.codes import slug_for
from bot.messages import Content, Notice, Realm, Urgency
from bot.people.records import Contact
from bot.platforms.twin import as_text
from bot.school import School
from bot.settings import AccountSettings, Wechat
from bot.work import Work

_ORDER: Final = (Realm.MEMBER, Realm.PARENT, Realm.STUDENT, Realm.OPENID)
_CAMPAIGNS: Final = (Urgency.ROUTINE, Urgency.ALERT)


async def fall_back(work: Work, school: School, missed: Sequence[Ended], now: datetime) -> int:
    """Queue what did not reach its person for the nearest channel not tried yet; how many could be.

    For the others the delivery keeps its reason, and the task stays on the teacher's 未完成.
    """
    wanted = [one for one in missed if one.urgency in _CAMPAIGNS and one.person]
    if not wanted:
        return 0
    contacts = await work.people.contacts_of({one.person for one in wanted})
    tried = await work.outbox.tried({_base(one.key) for one in wanted})
    kept = await work.outbox.kept(sorted({one.payload for one in wanted}))
    queued = 0
    for one in wanted:
        before = tried[_base(one.key)]
        found = _next(contacts.get(one.person, ()), before, school.accounts)
        if found is None:
            continue
        contact, account = found
        work.outbox.queue(
            key=f"{_base(one.key)}#{len(before) + 1}",
            account=account.id,
            address=contact.address.key,
            person=one.person,
            content=_fitting(kept[one.payload], one, account, contact, school, now),
            urgency=one.urgency,
            not_before=now,
            occurrence=one.occurrence,
            task_id=one.task,
            digest=one.digest,
        )
        queued += 1
    return queued


def _next(
    contacts: Sequence[Contact], tried: Sequence[str], accounts: Accounts
) -> tuple[Contact, AccountSettings] | None:
    """The nearest contact that was not tried, with its account."""
    for contact in sorted(contacts, key=lambda c: (_ORDER.index(c.address.realm), c.address.key)):
        account = accounts.get(contact.account)
        if account is not None and not contact.unreachable and contact.address.key not in tried:
            return contact, account
    return None


def _fitting(
    content: Content, one: Ended, account: AccountSettings, contact: Contact, school: School, now: datetime
) -> Content:
    """The same words with the links of the new account.

    An official account may write unprompted only by a template, which carries a notice; a page has the rest.
    """
    before = school.accounts.get(one.account)
    here = school.accounts.url(account)
    if before is not None and (there := school.accounts.url(before)) != here:
        moved = json.dumps(to_json(content), ensure_ascii=False).replace(f'"{there}/', f'"{here}/')
        content = from_json(json.loads(moved))
    if not isinstance(account, Wechat) or isinstance(content, Notice):
        return content
    if contact.window_left > 0 and contact.window_until is not None and contact.window_until > now:
        return content
    return _notice(content, f"{here}/a/{slug_for(school.key, one.occurrence)}")


def as_notice(content: Content, school: School, account_id: str, occurrence: str) -> Notice | None:
    """What templates can say of it: a notice that leads to its page; ``None`` where there is no page."""
    if isinstance(content, Notice):
        return content
    account = school.accounts.get(account_id)
    if account is None or not occurrence:
        return None
    return _notice(content, f"{school.accounts.url(account)}/a/{slug_for(school.key, occurrence)}")


def _notice(content: Content, page: str) -> Notice:
    title, _, body = as_text(content).text.partition("\n")
    return Notice(title, body or title, page)


def _base(key: str) -> str:
    return key.partition("#")[0]
