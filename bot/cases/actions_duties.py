"""What the plan asks because of a call or a case: given out here, and closed by what is done here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from bot.cases.rules import Call, Case, visit_days
from bot.duties.actions import prove as proved
from bot.duties.actions_events import brought_about
from bot.duties.composing import CASE_CARD
from bot.duties.launch import carry_out
from bot.duties.plan_values import Duty
from bot.duties.rules import Occurrence, OccurrenceState
from bot.duties.when import EventName, OnEvent
from bot.people.rules import Person, PersonKind
from bot.school import School
from bot.work import Work

DISSUASION: Final = "dissuasion"
FOLLOW_UP: Final = "follow-up"
LOOK_BACK: Final = "look-back"
CARE: Final = "care"
# The people concerned hear of these from this room, in its own words and at its own times.
_QUIET: Final = (DISSUASION, FOLLOW_UP, CARE)


async def called(work: Work, school: School, call: Call, now: datetime) -> None:
    """The dissuasion duty of the plan has its tasks from the first minute, without a second message."""
    for duty in _duties(school, call.unit, (DISSUASION,)):
        await _give(work, school, school.pack_of(call.unit), duty, now, call=call.id)


async def opened(work: Work, school: School, case: Case, victim: Person, now: datetime) -> None:
    """Everything the plan has ``on event new case``, but what belongs to calls and to approved cards."""
    pack = school.pack_of(case.unit)
    for duty in _duties(school, case.unit):
        if _word(duty) in (DISSUASION, CASE_CARD) or not _concerns(duty, victim):
            continue
        await _give(work, school, pack, duty, now, case=case.id)


async def card_approved(
    work: Work, school: School, case: Case, words: str, now: datetime
) -> list[Occurrence]:
    """Duties that send a card of a case begin now, with its words; those with ``approve`` wait as ever."""
    found = []
    for duty in _duties(school, case.unit, (CASE_CARD,)):
        given = await _give(work, school, school.pack_of(case.unit), duty, now, case=case.id, words=words)
        found += [given] if given else []
    return found


async def prove(
    work: Work,
    what: Iterable[str],
    by: Person,
    now: datetime,
    *,
    call: int | None = None,
    case: int | None = None,
) -> None:
    """What one has done is done for all who were asked; the record says by whom."""
    for id_ in await work.cases.occurrences_of(what, call=call, case=case):
        for task, occurrence in await work.duties.tasks_for(id_):
            done = occurrence.ladder.done
            if done is not None and task.settled_at is None:
                await proved(work, task, occurrence, done, by.id, "case", now)


def days(school: School, unit: str) -> tuple[int, ...]:
    """The days of the follow-up calendar: those of the duty, else the usual ones."""
    duty = next(_duties(school, unit, (FOLLOW_UP,)), None)
    return visit_days(duty.what if duty else "")


async def _give(
    work: Work,
    school: School,
    pack: str,
    duty: Duty,
    now: datetime,
    *,
    call: int | None = None,
    case: int | None = None,
    words: str = "",
) -> Occurrence | None:
    occurrence = await brought_about(work, school, pack, duty, now, words)
    if occurrence is None:
        return None
    work.cases.brought_about(occurrence.id, _word(duty), call=call, case=case)
    if _word(duty) not in _QUIET:
        await carry_out(work, school, occurrence, now)
        return occurrence
    await work.duties.change_state(
        occurrence.id, OccurrenceState.OPEN, only_from=[OccurrenceState.ASKED], launched_at=now
    )
    await work.launches.give_tasks(
        occurrence, duty, school.plan.asks, school.packs, school.default_pack, now, school.term_start(now)
    )
    return occurrence


def _duties(school: School, unit: str, what: Iterable[str] = ()) -> Iterator[Duty]:
    wanted = tuple(what)
    for duty in school.plan.packs[school.pack_of(unit)].duties:
        if duty.when == OnEvent(EventName.NEW_CASE) and (not wanted or _word(duty) in wanted):
            yield duty


def _word(duty: Duty) -> str:
    """``follow-up 3 14 60`` and ``care-staff`` by their first word."""
    word = duty.what.split(" ")[0]
    return CARE if word.startswith(CARE) else word


def _concerns(duty: Duty, victim: Person) -> bool:
    """The care of staff is no task when a student was cheated, nor the reverse."""
    match duty.what:
        case "care-staff":
            return victim.kind is PersonKind.STAFF
        case "care-student":
            return victim.kind is not PersonKind.STAFF
        case _:
            return True
