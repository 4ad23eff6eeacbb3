"""Where a person signs by hand: the chat can take a name, but no handwriting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from bot.accounts import logs_in
from bot.duties.rules import Ask, Do, Occurrence, ProofKind, Task
from bot.messages import Choice
from bot.people.rules import Person
from bot.receipts.rules import Level
from bot.receipts.wording import open_letter, sign_by_hand
from bot.school import School
from bot.settings import AccountSettings, WecomApp
from bot.web.rules import sign_url
from bot.work import Work

_MOST = 3  # links in one answer


async def by_hand(
    work: Work,
    school: School,
    account_id: str,
    person: Person,
    tasks: Sequence[tuple[Task, Occurrence]],
    now: datetime,
) -> tuple[Choice, ...]:
    """A link for each of these tasks that waits for handwriting, when the school asks for it.

    Where the account has a web login it leads there and on to the page of the campaign, which knows all its
    tasks of this person; only elsewhere it is the personal page of one task.
    """
    account = school.accounts.get(account_id)
    base = school.accounts.url_at(account_id)
    waiting = [(task, occurrence) for task, occurrence in tasks if waits_for_hand(school, task, occurrence)]
    children = await work.people.by_ids([task.about for task, _ in waiting if task.about])
    found: dict[str, Choice] = {}
    for task, occurrence in waiting:
        slug = await work.receipts.slug_of(occurrence.id)
        about = ""
        if account is not None and logs_in(account) and slug:
            url = _log_in(base, account, f"/a/{slug}#act")
        else:
            url = sign_url(school.key, base, person.id, task.id, now)
            about = children[task.about].name if task.about in children else ""
        label = sign_by_hand(occurrence.title, about)
        found.setdefault(url, Choice(label, label, url))
    return tuple(found.values())[:_MOST]


async def letters(
    work: Work, school: School, account_id: str, tasks: Sequence[tuple[Task, Occurrence]]
) -> tuple[Choice, ...]:
    """A link to each letter among these tasks that is not signed by hand, so that it can be read again."""
    account = school.accounts.get(account_id)
    base = school.accounts.url_at(account_id)
    found: dict[str, Choice] = {}
    for task, occurrence in tasks:
        if occurrence.do is not Do.LETTER or waits_for_hand(school, task, occurrence):
            continue
        if slug := await work.receipts.slug_of(occurrence.id):
            label = open_letter(occurrence.title)
            url = f"{base}/a/{slug}"
            if account is not None and logs_in(account):
                url = _log_in(base, account, f"/a/{slug}")
            found.setdefault(slug, Choice(label, label, url))
    return tuple(found.values())[:_MOST]


def _log_in(base: str, account: AccountSettings, page: str) -> str:
    realm = "member" if isinstance(account, WecomApp) else "follower"
    return f"{base}/oauth/{account.id}?{urlencode({'as': realm, 'next': page})}"


def waits_for_hand(school: School, task: Task, occurrence: Occurrence) -> bool:
    """A letter that is not signed yet, or a test that has its full marks."""
    if task.settled_at is not None or task.exempt:
        return False
    if occurrence.ask is Ask.FULL_MARKS:
        has_all = task.tier >= occurrence.ladder.tier(ProofKind.MASTERED)
        return has_all and school.test_level == Level.HAND
    return occurrence.ask is Ask.SIGN and school.letter_level == Level.HAND
