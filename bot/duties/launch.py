"""Launching: an occurrence gives tasks and deliveries. Used by the ticker, /push and ``schedule fire``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.duties.actions_classes import to_parents
from bot.duties.actions_fan_out import fan_out
from bot.duties.actions_forward import send_links
from bot.duties.cadence_wording import not_in_the_plan
from bot.duties.codes import slug_for
from bot.duties.composing import CASE_CARD, choose_texts, compose
from bot.duties.occurrences import Planned
from bot.duties.plan_values import Duty
from bot.duties.rules import Do, Occurrence, OccurrenceState
from bot.duties.starting import DIGEST, start_of
from bot.errors import Refusal
from bot.messages import Choice, Text
from bot.people.rules import PersonKind, RoleName
from bot.school import School
from bot.work import Work

_MANY: Final = 10_000


@dataclass(frozen=True, slots=True)
class Launched:
    """What came of it: how many people have a task, and how many messages were queued per account."""

    occurrence: Occurrence
    audience: int
    queued: dict[str, int]
    is_open: bool = True  # False while it waits for a second person


async def launch(
    work: Work,
    school: School,
    pack: str,
    planned: Planned,
    now: datetime,
    *,
    asked_by: int | None = None,
) -> Launched | None:
    """Launch once: ``None`` when this planned time was launched before, here or elsewhere."""
    occurrence = await register(work, school, pack, planned, OccurrenceState.ASKED, asked_by)
    return None if occurrence is None else await carry_out(work, school, occurrence, now)


async def register(
    work: Work,
    school: School,
    pack: str,
    planned: Planned,
    state: OccurrenceState,
    asked_by: int | None = None,
    reason: str = "",
    unit: str = "",
) -> Occurrence | None:
    """The unique row alone, quick enough for a chat turn; the ticker does the rest of what is ASKED, at its
    planned time. ``unit`` narrows the audience of this one occurrence.
    """
    occurrence = await draft(work, school, pack, planned, state, reason, unit)
    return occurrence if await work.duties.add(occurrence, asked_by) else None


async def draft(
    work: Work,
    school: School,
    pack: str,
    planned: Planned,
    state: OccurrenceState = OccurrenceState.ASKED,
    reason: str = "",
    unit: str = "",
) -> Occurrence:
    """The occurrence as a value, with its texts chosen; nothing is stored."""
    duty = planned.duty
    return Occurrence(
        id=planned.id,
        duty=duty.id,
        pack=pack,
        title=duty.title,
        unit=unit,
        do=duty.do,
        what=duty.what,
        ask=duty.ask,
        planned_at=planned.planned_at,
        due_at=planned.planned_at + duty.due if duty.due else None,
        remind=duty.remind,
        state=state,
        clause=duty.clause,
        reason=reason,
        material=await choose_texts(work, school, duty, planned.planned_at),
    )


async def carry_out(
    work: Work,
    school: School,
    occurrence: Occurrence,
    now: datetime,
    *,
    joined_since: datetime | None = None,
) -> Launched | None:
    """Give out the tasks of what was asked for, and the messages unless a second person must agree first.

    ``joined_since`` limits the audience to those who came with a roster import. What the plan has lost since
    it was asked for is skipped, on record.
    """
    duty = school.plan.duties.get(occurrence.duty)
    if duty is None:
        await work.duties.change_state(
            occurrence.id,
            OccurrenceState.SKIPPED,
            only_from=[OccurrenceState.ASKED],
            reason=not_in_the_plan(),
        )
        return None
    waits = bool(duty.approve) and await work.duties.approved_by(occurrence.id) is None
    state = OccurrenceState.WAITING if waits else OccurrenceState.OPEN
    if not await work.duties.change_state(
        occurrence.id, state, only_from=[OccurrenceState.ASKED], launched_at=None if waits else now
    ):
        return None
    work.receipts.register_message(slug_for(school.key, occurrence.id), occurrence.id, duty.title, now)
    if duty.what == DIGEST:
        return Launched(occurrence, 0, {})
    audience = await work.launches.give_tasks(
        occurrence,
        duty,
        school.plan.asks,
        school.packs,
        school.default_pack,
        now,
        school.term_start(now),
        joined_since=joined_since,
    )
    if waits:
        await ask_approvers(work, occurrence, audience, now)
        return Launched(occurrence, audience, {}, is_open=False)
    queued = await send_out(work, school, occurrence, duty, now)
    if audience > _MANY:
        await work.launches.look_again()
    return Launched(occurrence, audience, queued)


async def ask_approvers(work: Work, occurrence: Occurrence, audience: int, now: datetime) -> None:
    """Those who may say yes are told that something waits; without them it never goes out by itself."""
    approvers = await work.people.teachers_of(occurrence.unit, (RoleName.APPROVER,))
    words = f"\n{occurrence.reason}" if occurrence.what == CASE_CARD else ""
    asked = Text(
        f"等您审批：「{occurrence.title}」，对象{audience}人。不审批就不会发出。{words}",
        (Choice(f"/approve {occurrence.id}", "通过"),),
    )
    await work.tell([person.id for person in approvers], f"approve/{occurrence.id}", asked, now)


async def approve(work: Work, school: School, occurrence_id: str, by: int, now: datetime) -> Launched | None:
    """The second person says yes: what was waiting goes out now, or at its planned time if that is to come.

    Nobody approves what they asked for. Raises Refusal for what the plan has no longer.
    """
    occurrence = await work.duties.occurrence(occurrence_id)
    if occurrence is None or await work.duties.asked_by(occurrence_id) == by:
        return None
    duty = duty_of(school, occurrence)
    later = occurrence.planned_at > now
    changed = await work.duties.change_state(
        occurrence_id,
        OccurrenceState.ASKED if later else OccurrenceState.OPEN,
        only_from=[OccurrenceState.WAITING],
        approved_by=by,
        launched_at=None if later else now,
    )
    if not changed:
        return None
    if later:
        return Launched(occurrence, 0, {}, is_open=False)
    audience = 0
    if not await work.receipts.slug_of(occurrence.id):  # asked for a later moment, which is over by now
        work.receipts.register_message(slug_for(school.key, occurrence.id), occurrence.id, duty.title, now)
        audience = await work.launches.give_tasks(
            occurrence, duty, school.plan.asks, school.packs, school.default_pack, now, school.term_start(now)
        )
    return Launched(occurrence, audience, await send_out(work, school, occurrence, duty, now))


def duty_of(school: School, occurrence: Occurrence) -> Duty:
    """Raises Refusal when the plan has lost it since."""
    duty = school.plan.duties.get(occurrence.duty)
    if duty is None:
        raise Refusal(not_in_the_plan())
    return duty


async def send_out(
    work: Work, school: School, occurrence: Occurrence, duty: Duty, now: datetime
) -> dict[str, int]:
    """Queue the messages, nearest channel first: the app, then 学校通知, then the official account."""
    slug = slug_for(school.key, occurrence.id)
    if duty.do is Do.FORWARD:
        return await send_links(work, school, occurrence, duty, slug, now)
    queued = await fan_out(work, school, occurrence, duty, slug, now)
    start = start_of(school.plan, occurrence.pack, duty, now, (PersonKind.PARENT,))
    await to_parents(
        work, school, occurrence, duty, lambda app: compose(school, occurrence, duty, app, slug), start, now
    )
    return queued
