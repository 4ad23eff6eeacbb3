"""试发: an administrator gets what everybody would get, by the real channels, and nothing counts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from bot.delivery import wording_forecast as say
from bot.delivery.actions_forecast import outlook
from bot.delivery.content import from_json, to_json
from bot.duties.actions_fan_out import can_push
from bot.duties.actions_files import keep_files
from bot.duties.actions_forward import Link, bundles, forward
from bot.duties.codes import slug_for
from bot.duties.composing import Message, compose
from bot.duties.plan_values import Duty
from bot.duties.readers import OF_OFFICE, Readers
from bot.duties.rules import Do, Occurrence
from bot.errors import Refusal
from bot.messages import Content, Markdown, Notice, Question, Realm, Text, Urgency
from bot.people.records import Contact
from bot.people.rules import Person, PersonKind
from bot.school import School
from bot.settings import AccountSettings, Wechat
from bot.work import Work

_SAMPLE_KEY = "example"  # of a class link that counts nothing


@dataclass(frozen=True, slots=True)
class Trial:
    """``messages`` are on their way by ``realms``; ``as_member``: also what otherwise only parents get."""

    messages: int
    realms: tuple[Realm, ...]
    as_member: bool


async def try_out(
    work: Work, school: School, duty: Duty, occurrence: Occurrence, asker: Person, now: datetime
) -> Trial:
    """Each version that somebody of the audience would get, to the asker's own contacts and nobody else's.

    Nothing is stored but the messages: no occurrence, no task, no use of a cap. Raises Refusal where the
    asker has no contact that may be written to.
    """
    contacts = (await work.people.contacts_of([asker.id])).get(asker.id, [])
    own = [(c, a) for c in contacts if (a := school.accounts.get(c.account)) and _may_write(c, a, now)]
    if not own:
        raise Refusal(say.nothing_to_try_with())
    seen = await outlook(
        work, school, occurrence.pack, duty, now, unit=occurrence.unit, material=occurrence.material
    )
    words = {share.word for share in seen.found.shares}
    sent: list[Realm] = []
    as_member = False
    for account in dict.fromkeys(account.id for _, account in own):
        mine = [(contact, settings) for contact, settings in own if settings.id == account]
        for message in _messages(school, duty, occurrence, mine[0][1], seen.readers):
            meant = words & set(message.audience) if message.audience else words
            if not meant:
                continue
            is_parent = {word.startswith(PersonKind.PARENT) for word in meant}
            if True in is_parent and not any(c.address.realm is Realm.PARENT for c, _ in own):
                is_parent, as_member = {False}, True
            for contact in (c for c, _ in mine if (c.address.realm is Realm.PARENT) in is_parent):
                sent.append(contact.address.realm)
                content = _labelled(message, meant, school, occurrence, mine[0][1], f"{int(now.timestamp())}")
                work.outbox.queue(
                    key=f"try/{occurrence.id}/{asker.id}/{int(now.timestamp() * 1000)}/{len(sent)}",
                    account=account,
                    address=contact.address.key,
                    person=asker.id,
                    content=content,
                    urgency=Urgency.SOLICITED,
                    not_before=now,
                    files=keep_files(work, message.files, now),
                )
    work.people.audit(asker.id, "push trial", now, {"occurrence": occurrence.id})
    return Trial(len(sent), tuple(dict.fromkeys(sent)), as_member)


def _may_write(contact: Contact, account: AccountSettings, now: datetime) -> bool:
    if contact.unreachable:
        return False
    if not isinstance(account, Wechat) or can_push(account):
        return True
    return contact.window_left > 0 and contact.window_until is not None and contact.window_until > now


def _messages(
    school: School,
    duty: Duty,
    occurrence: Occurrence,
    account: AccountSettings,
    readers: Sequence[Readers],
) -> Sequence[Message]:
    slug = slug_for(school.key, occurrence.id)
    if duty.do is Do.FORWARD:
        samples = [Link(say.sample(one is OF_OFFICE), _SAMPLE_KEY, one) for one in readers]
        versions = bundles(school.library, occurrence, samples)
        return [forward(school, occurrence, account, slug, one.links[:1]) for one in versions]
    return compose(school, occurrence, duty, account, slug)


def _labelled(
    message: Message,
    meant: set[str],
    school: School,
    occurrence: Occurrence,
    account: AccountSettings,
    stamp: str,
) -> Content:
    """The same words under a label. The page does not exist yet, so links lead to what the console shows."""
    base, slug = school.accounts.url(account), slug_for(school.key, occurrence.id)
    page = f"{base}/console/before?{urlencode({'duty': occurrence.duty})}"
    links = re.compile(re.escape(f"{base}/a/{slug}") + r'[^"\\\s)]*')
    kept = links.sub(lambda _: page, json.dumps(to_json(message.content), ensure_ascii=False))
    content = from_json(json.loads(kept))
    label = say.trial_label([word for word in message.audience if word in meant])
    match content:
        case Notice():
            return replace(content, title=f"{label}{content.title}")
        case Question():
            return replace(content, title=f"{label}{content.title}", key=f"try-{stamp}-{content.key}"[:120])
        case Text() | Markdown():
            return replace(content, text=f"{label}{content.text}")
        case _:
            return content
