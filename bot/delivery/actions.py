"""What people do with a campaign: hold it, stop it, agree to it, warn everybody, tell the staff groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.accounts import realms_of
from bot.delivery import wording
from bot.delivery.rules import Stopped, Stopping
from bot.duties import launch
from bot.duties.actions_classes import to_parents
from bot.duties.actions_files import keep_files
from bot.duties.audience import kinds_named
from bot.duties.codes import slug_for
from bot.duties.composing import Message, cover_of
from bot.duties.occurrences import occurrence_id
from bot.duties.plan_values import Duty
from bot.duties.rules import Do, Occurrence, OccurrenceState
from bot.messages import Address, Choice, Content, Markdown, Notice, Realm, Text, Urgency
from bot.people.rules import ADMIN_ROLES, Person, PersonKind, RoleName, in_scope
from bot.school import School
from bot.settings import Wechat
from bot.work import Work

ALERT: Final = "alert"
_S = OccurrenceState


async def pause(work: Work, occurrence: str) -> bool:
    """Hold back what has not left; ``False`` when the campaign is not running."""
    if not await work.duties.change_state(occurrence, _S.PAUSED, only_from=[_S.OPEN]):
        return False
    await work.outbox.pause(occurrence)
    return True


async def resume(work: Work, school: School, occurrence: str, now: datetime) -> bool:
    """Go on, outside the quiet hours; ``False`` when the campaign is not paused."""
    if not await work.duties.change_state(occurrence, _S.OPEN, only_from=[_S.PAUSED]):
        return False
    await work.outbox.resume(occurrence, school.plan.quiet_until(now))
    return True


async def stop(work: Work, occurrence: str, now: datetime) -> Stopped | Stopping | None:
    """For good: what has left is taken back where that is possible; ``None`` when it is over already."""
    running = [_S.OPEN, _S.PAUSED, _S.WAITING, _S.ASKED]
    if not await work.duties.change_state(occurrence, _S.STOPPED, only_from=running):
        return None
    return await work.outbox.stop(occurrence, now)


@dataclass(frozen=True, slots=True)
class Agreed:
    """``missing`` approvers are still needed; with none, ``queued`` messages are on their way.

    ``later``: all have agreed, and it goes out at its planned time.
    """

    occurrence: Occurrence
    missing: int
    queued: int = 0
    later: bool = False


async def approve(work: Work, school: School, occurrence: str, by: Person, now: datetime) -> Agreed | None:
    """One more yes. ``None`` where nothing waits, or for the author, or whose 审批 does not reach so far."""
    found = await work.duties.occurrence(occurrence)
    if found is None or found.state is not _S.WAITING:
        return None
    if not in_scope(found.unit, by.units(RoleName.APPROVER, *ADMIN_ROLES)):
        return None
    if await work.duties.asked_by(occurrence) == by.id:
        return None
    duty = launch.duty_of(school, found)
    needed = max(duty.approve, 2 if duty.what == ALERT else 1)
    missing = needed - await work.outbox.agree(occurrence, by.id, now) if needed > 1 else 0
    if missing > 0:
        return Agreed(found, missing)
    if duty.what == ALERT:
        return await _sound(work, school, found, duty, by, now)
    done = await launch.approve(work, school, occurrence, by.id, now)
    if done is None:
        return None
    if done.is_open:
        tell_staff(work, school, found, now)
    return Agreed(found, 0, sum(done.queued.values()), later=not done.is_open)


async def others_who_agree(work: Work, unit: str, but: Person) -> int:
    """How many besides this person may say yes to what is for ``unit``; with too few it never goes out."""
    found = [
        person
        for path in {unit, ""}
        for role in (RoleName.APPROVER, *ADMIN_ROLES)
        for person in await work.people.teachers_of(path, (role,))
    ]
    return len({person.id for person in found} - {but.id})


async def draft_alert(
    work: Work, school: School, template: str, area: str, author: Person, now: datetime
) -> tuple[Occurrence, str] | None:
    """A draft that waits for two others, and its text; ``None`` without such a template or such a duty.

    ``reason`` of the occurrence keeps the area.
    """
    text = school.library.get(template)
    pack = school.pack_of(author.unit)
    duty = next((d for d in school.plan.packs[pack].duties if d.what == ALERT), None)
    if text is None or text.kind != "alerts" or duty is None:
        return None
    at = now.replace(second=0, microsecond=0)
    draft = Occurrence(
        id=occurrence_id(duty.id, at), duty=duty.id, pack=pack, title=text.title, unit="", do=duty.do,
        what=duty.what, ask=duty.ask, planned_at=at, due_at=None, remind=0, state=_S.WAITING,
        clause=duty.clause, material=text.id, reason=area,
    )  # fmt: skip
    if not await work.duties.add(draft, author.id):
        return None
    work.receipts.register_message(slug_for(school.key, draft.id), draft.id, draft.title, now)
    words = wording.alert(text, area, now, school.name)
    counts = await work.launches.count(duty.to, school.plan.asks, school.term_start(now))
    others = [p for p in await work.people.teachers_of("", (RoleName.APPROVER,)) if p.id != author.id]
    asked = Text(
        wording.approve_alert(draft.title, words, sum(counts.values())),
        (Choice(f"/approve {draft.id}", "通过"),),
    )
    await work.tell([person.id for person in others], f"approve/{draft.id}", asked, now)
    return draft, words


async def _sound(
    work: Work, school: School, found: Occurrence, duty: Duty, by: Person, now: datetime
) -> Agreed | None:
    """Everybody at once: quiet hours and caps do not bind an alert."""
    text = school.library.get(found.material)
    if text is None or not await work.duties.change_state(
        found.id, _S.OPEN, only_from=[_S.WAITING], approved_by=by.id, launched_at=now
    ):
        return None
    await work.launches.give_tasks(
        found, duty, school.plan.asks, school.packs, school.default_pack, now, school.term_start(now)
    )
    words = wording.alert(text, found.reason, now, school.name)
    queued = 0
    for account in school.accounts:
        page = f"{school.accounts.url(account)}/a/{slug_for(school.key, found.id)}"
        content: Content = Notice(found.title, words, page) if isinstance(account, Wechat) else Text(words)
        queued += await work.outbox.fan_out(
            occurrence=found.id,
            account=account.id,
            realms=realms_of(account),
            content=content,
            not_before=now,
            digest=False,
            only_in_window=False,
            now=now,
            urgency=Urgency.ALERT,
        )
    as_classes = [Message(Text(words))]
    await to_parents(work, school, found, duty, lambda _: as_classes, now, now, Urgency.ALERT)
    queued += tell_groups(work, school, found.id, Text(words), Urgency.ALERT, now)
    return Agreed(found, 0, queued)


def tell_staff(work: Work, school: School, occurrence: Occurrence, now: datetime) -> int:
    """The staff groups hear of a duty that is for staff alone, in words that name nobody; how many groups.

    Not of one whose page would be empty.
    """
    duty = school.plan.duties[occurrence.duty]
    text = school.library.get(occurrence.material_for(str(PersonKind.STAFF)))
    is_empty = text is None and duty.do is not Do.QUIZ
    if kinds_named(duty.to) != {PersonKind.STAFF} or duty.do is Do.FORWARD or duty.digest or is_empty:
        return 0
    slug = slug_for(school.key, occurrence.id)
    base = school.accounts.public_url
    words: Content = Markdown(f"**{occurrence.title}**\n[打开]({base}/a/{slug})")
    if text and (picture := cover_of(base, text)):
        words = Notice(text.title, occurrence.title, f"{base}/a/{slug}", picture=picture)
    files = keep_files(work, text.files if text else (), now)
    return tell_groups(work, school, occurrence.id, words, Urgency.ROUTINE, now, files)


def tell_groups(
    work: Work,
    school: School,
    occurrence: str,
    content: Content,
    urgency: Urgency,
    now: datetime,
    files: Sequence[Content] = (),
    prefix: str = "group/",
) -> int:
    """One message to each staff group, with its files; the content may hold nothing about a person."""
    groups = school.accounts.webhooks()
    for group in groups:
        work.outbox.queue(
            key=f"{prefix}{occurrence}/{group.id}",
            account=group.id,
            address=Address(group.id, Realm.GROUP, group.id).key,
            person=0,
            content=content,
            urgency=urgency,
            not_before=now if urgency is Urgency.ALERT else school.plan.quiet_until(now),
            occurrence=occurrence,
            files=files,
        )
    return len(groups)
