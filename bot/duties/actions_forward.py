"""Forwarding: everybody gets the links of their own groups, each with the text of those who read there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.duties.actions_files import keep_files
from bot.duties.audience import Both
from bot.duties.codes import class_key, office_key
from bot.duties.composing import Message, files_of
from bot.duties.plan_values import Duty
from bot.duties.readers import OF_OFFICE, Readers, groups_of, of_class
from bot.duties.rules import Occurrence, Task
from bot.duties.scope import limited
from bot.duties.starting import start_of
from bot.duties.store_audience import Audiences
from bot.materials.rules import Library, Material
from bot.messages import Choice, Content, Text, Urgency
from bot.people.rules import Stage, labels
from bot.platforms.twin import room
from bot.publishing import wording
from bot.school import School
from bot.settings import AccountSettings
from bot.work import Work

_SAMPLE: Final = 5_000  # people who are looked at to see what kinds of groups there are


@dataclass(frozen=True, slots=True)
class Link:
    """What goes into one group; ``opens``: how often it was opened so far."""

    unit: str
    k: str
    readers: Readers
    opens: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """Links for groups of one kind, which open one text; ``title`` is what their readers see above it."""

    group: str
    title: str
    text: Material | None
    links: tuple[Link, ...]


def text_for(library: Library, occurrence: Occurrence, words: Sequence[str]) -> Material | None:
    """The text of the first of these audience words that has one."""
    texts = (library.get(occurrence.material_for(word)) for word in words)
    return next((text for text in texts if text is not None), None)


def bundles(library: Library, occurrence: Occurrence, links: Sequence[Link]) -> list[Bundle]:
    """The links sorted by who reads them; within a bundle, and the bundles by their first, in their order."""
    texts: dict[str, Material | None] = {}
    found: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        text = text_for(library, occurrence, link.readers.words)
        id_ = text.id if text else ""
        texts[id_] = text
        found.setdefault((link.readers.group, id_), []).append(link)
    return [
        Bundle(group, text.title if (text := texts[id_]) else occurrence.title, text, tuple(some))
        for (group, id_), some in found.items()
    ]


def lines_of(base: str, slug: str, sorted_: Sequence[Bundle]) -> list[tuple[str, bool]]:
    """A head for each bundle and a line for each link; ``True``: this line is a link."""
    called = labels(link.unit for bundle in sorted_ for link in bundle.links)
    lines: list[tuple[str, bool]] = []
    for bundle in sorted_:
        lines.append((wording.to_forward(bundle.title, bundle.group), False))
        lines += [(f"{called[link.unit]} {base}/a/{slug}?k={link.k}", True) for link in bundle.links]
    return lines


def forward(
    school: School, occurrence: Occurrence, account: AccountSettings, slug: str, links: Sequence[Link]
) -> Message:
    """Somebody's own links; where they are too many, as many as fit, and how to see the others."""
    sorted_ = bundles(school.library, occurrence, links)
    choices = (Choice("已转发", "已转发"),)
    lines = lines_of(school.accounts.url(account), slug, sorted_)
    words = wording.as_many(lines, room(choices), wording.others_in_chat)
    ids = dict.fromkeys(bundle.text.id for bundle in sorted_ if bundle.text)
    files = tuple(file for id_ in ids for file in files_of(school, account, id_))
    return Message(Text(words, choices), files=files)


async def send_links(
    work: Work, school: School, occurrence: Occurrence, duty: Duty, slug: str, now: datetime
) -> dict[str, int]:
    """Each message is its reader's own. How many were queued, by account."""
    queued: dict[str, int] = {}
    files: dict[tuple[str, ...], list[Content]] = {}
    start = start_of(school.plan, occurrence.pack, duty, now)
    tasks = await work.duties.tasks_for(occurrence.id)
    people = await work.people.by_ids([task.person for task, _ in tasks])
    contacts = await work.people.contacts_of(people)
    given = {id_: groups_of(duty.to, person) for id_, person in people.items()}
    stages = await work.launches.stages_of({unit for classes, _ in given.values() for unit in classes})
    for task, _ in tasks:
        links = _links(school.key, occurrence.id, task.person, *given[task.person], stages)
        for link in links:
            work.duties.give_link(link.k, slug, link.unit, task.id)
        for contact in contacts.get(task.person, [])[:1]:
            account = school.accounts.get(contact.account)
            if account is None:
                continue
            message = forward(school, occurrence, account, slug, links)
            named = (account.id, *(file.name for file in message.files))
            if named not in files:
                files[named] = keep_files(work, message.files, now)
            work.outbox.queue(
                key=f"{occurrence.id}/{task.person}",
                account=account.id,
                address=contact.address.key,
                person=task.person,
                content=message.content,
                urgency=Urgency.ROUTINE,
                not_before=start,
                occurrence=occurrence.id,
                task_id=task.id,
                digest=duty.digest,
                files=files[named],
            )
            queued[account.id] = queued.get(account.id, 0) + 1
    return queued


async def given_links(work: Work, school: School, task: Task) -> list[Link]:
    """The links that somebody was given, with those who read each now."""
    rows = await work.duties.links_of(task.id)
    stages = await work.launches.stages_of({unit for unit, _, _ in rows})
    return [
        Link(unit, k, _readers(school.key, task.occurrence, task.person, unit, k, stages[unit]), opens)
        for unit, k, opens in rows
    ]


async def readers_of_link(
    work: Work, school: School, occurrence: Occurrence, slug: str, k: str
) -> Readers | None:
    """Who reads what a link opens; ``None`` for one that is not ours."""
    found = await work.duties.link(k, slug)
    if found is None:
        return None
    unit, person = found
    stages = await work.launches.stages_of([unit])
    return _readers(school.key, occurrence.id, person, unit, k, stages[unit])


async def readers_meant(
    work: Work, school: School, pack: str, duty: Duty, now: datetime, unit: str = ""
) -> list[Readers]:
    """Who would read it if it were launched now, for those who look before."""
    to = limited(duty, pack, school.packs, school.default_pack, unit)
    if not isinstance(to, Both):
        return []
    meant = await Audiences(work.tx, school.plan.asks).ids(to, since=school.term_start(now))
    people = await work.people.by_ids(meant[:: -(-len(meant) // _SAMPLE) or 1])
    given = [groups_of(duty.to, person) for person in people.values()]
    stages = await work.launches.stages_of({one for classes, _ in given for one in classes})
    readers = [of_class(stage) for stage in sorted(set(stages.values()))]
    return readers + [OF_OFFICE] * any(offices for _, offices in given)


def _links(
    key: bytes,
    occurrence: str,
    person: int,
    classes: Sequence[str],
    offices: Sequence[str],
    stages: Mapping[str, Stage],
) -> list[Link]:
    own = [Link(unit, class_key(key, occurrence, person, unit), of_class(stages[unit])) for unit in classes]
    return own + [Link(unit, office_key(key, occurrence, person, unit), OF_OFFICE) for unit in offices]


def _readers(key: bytes, occurrence: str, person: int, unit: str, k: str, stage: Stage) -> Readers:
    return OF_OFFICE if k == office_key(key, occurrence, person, unit) else of_class(stage)
