"""The ledger: open, correct, visit, refer, hand over, close. Every look and every change is on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.cases import actions_duties as duties
from bot.cases import wording
from bot.cases.actions_calls import ask_result, escalate, finish
from bot.cases.identity import Tells, tells
from bot.cases.rules import (
    ASK_RESULT,
    FORGOTTEN,
    REMINDERS,
    SHANGHAI,
    Call,
    Case,
    Facts,
    NoteKind,
    Outcome,
    Visit,
    Whole,
    handles,
    may_know,
)
from bot.errors import Refusal
from bot.ids import new_id
from bot.messages import Text, Urgency
from bot.people.rules import Person, RoleName
from bot.people.spelling import ancestors
from bot.school import School
from bot.work import Work

_GAP: Final = 20 * 3600  # seconds between two reminders of a visit


async def open_case(
    work: Work,
    school: School,
    victim: Person,
    facts: Facts,
    by: Person,
    now: datetime,
    call: Call | None = None,
) -> Case:
    """A new line of the ledger with its calendar and the duties of the plan. Raises Refusal if it exists."""
    year = now.astimezone(SHANGHAI).year
    responsible = call.contacted_by if call and call.contacted_by else by.id
    unit = call.unit if call else victim.unit
    wanted = Case(new_id(now), year, 0, unit, victim.id, responsible, now, by.id, call.id if call else None)
    case = await work.cases.open_case(wanted, facts, duties.days(school, unit), now)
    if case is None:
        raise Refusal(wording.case_exists())
    work.people.audit(by.id, "case opened", now, {"case": case.number})
    await duties.opened(work, school, case, victim, now)
    return case


async def correct(
    work: Work, school: School, case: Case, after: int, facts: Facts, why: str, by: Person, now: datetime
) -> None:
    """A new version; the old ones stay. Raises Refusal when another has written meanwhile."""
    if not await work.cases.correct(case.id, after, by.id, facts, why, school.key, now):
        raise Refusal(wording.case_stale())
    work.people.audit(by.id, "case corrected", now, {"case": case.number, "version": after + 1})


async def visited(
    work: Work, school: School, case: Case, day: int, words: str, by: Person, now: datetime
) -> bool:
    """A visit is done by a note; ``False`` when it was done before. The last one closes the duty."""
    if not words.strip():
        raise Refusal(wording.no_words())
    if not await work.cases.visited(case.id, day, by.id, now):
        return False
    work.cases.add_note(case.id, NoteKind.VISIT, day, words, by.id, school.key, now)
    work.people.audit(by.id, "case visited", now, {"case": case.number, "day": day})
    if all(visit.done_at for visit in await work.cases.visits(case.id)):
        await duties.prove(work, [duties.FOLLOW_UP], by, now, case=case.id)
    return True


async def refer(work: Work, school: School, case: Case, words: str, by: Person, now: datetime) -> None:
    """转介: that somebody was asked to care for the victim; the words are sealed."""
    if not words.strip():
        raise Refusal(wording.no_words())
    work.cases.refer(case.id, now)
    work.cases.add_note(case.id, NoteKind.CARE, 0, words, by.id, school.key, now)
    work.people.audit(by.id, "case referred", now, {"case": case.number})
    await duties.prove(work, [duties.CARE], by, now, case=case.id)


async def note(work: Work, school: School, case: Case, words: str, by: Person, now: datetime) -> None:
    """A sealed line of any kind."""
    if not words.strip():
        raise Refusal(wording.no_words())
    work.cases.add_note(case.id, NoteKind.OTHER, 0, words, by.id, school.key, now)
    work.people.audit(by.id, "case noted", now, {"case": case.number})


async def hand_over(work: Work, case: Case, to: Person, by: Person, now: datetime) -> None:
    """Another person of those who may know is responsible from now on. Raises Refusal for anybody else."""
    if to.left_at is not None or not (handles(to) and may_know(to, case.unit, case.victim)):
        raise Refusal(wording.no_such_person())
    work.cases.hand_over(case.id, to.id)
    work.people.audit(by.id, "case handed over", now, {"case": case.number, "to": to.id})


async def close(work: Work, case: Case, by: Person, now: datetime) -> bool:
    """Raises Refusal while a visit is open."""
    if any(visit.done_at is None for visit in await work.cases.visits(case.id)):
        raise Refusal(wording.visits_open())
    work.people.audit(by.id, "case closed", now, {"case": case.number})
    return await work.cases.close_case(case.id, now)


async def approve_card(
    work: Work, school: School, whole: Whole, words: str, by: Person, now: datetime
) -> list[Tells]:
    """What the text still tells about somebody; empty: it is approved and may be used."""
    case = whole.case
    victim = await work.people.by_id(case.victim) if case.victim is not None else None
    near = await work.people.members(case.unit, limit=200)
    guardians = await work.people.guardians(victim.id) if victim else []
    people = [*([victim] if victim else []), *near, *guardians]
    units = [unit.path for unit in await work.people.units()]
    found = tells(words, {p.name for p in people}, [*units, case.unit], {victim.code} if victim else ())
    if not found:
        work.cases.add_card(case.id, words, by.id, now, approved=True)
        work.people.audit(by.id, "case card approved", now, {"case": case.number})
        await duties.card_approved(work, school, case, words, now)
    return found


async def holders(work: Work, case: Case) -> list[Person]:
    """Who may be responsible, nearest first."""
    paths = [*ancestors(case.unit), ""]
    rings = [await work.people.teachers_of(path, (RoleName.DUTY,)) for path in paths]
    rings.append(await work.people.teachers_of("", (RoleName.ADMIN,)))
    people = {one.id: one for ring in rings for one in ring}
    return [one for one in people.values() if may_know(one, case.unit, case.victim)]


async def clock(work: Work, school: School, now: datetime) -> int:
    """One ring of the alarm clock for calls and visits; how many messages that made."""
    done = await escalate(work, school, now)
    for call in await work.cases.without_result(now - ASK_RESULT):
        done += await ask_result(work, call, now)
    for call in await work.cases.open_before(now - FORGOTTEN):
        await finish(work, call, Outcome.NONE, None, now)
    if school.plan.quiet_until(now) > now:
        return done
    for case, visit in await work.cases.visits_due(now):
        done += await _remind(work, school, case, visit, now)
    return done


async def _remind(work: Work, school: School, case: Case, visit: Visit, now: datetime) -> int:
    """Twice to whoever holds the visit, a morning apart, then once to the next; then nobody is pressed."""
    if visit.reminded_at is not None and (now - visit.reminded_at).total_seconds() < _GAP:
        return 0
    if visit.reminded > REMINDERS:
        return 0
    holder, words = visit.holder, wording.visit_due(case.number, visit.day, visit.reminded > 0)
    if visit.reminded == REMINDERS or holder is None:
        others = [one.id for one in await holders(work, case) if one.id != visit.holder]
        holder, words = others[0] if others else holder, wording.visit_handed(case.number, visit.day)
    before = visit.reminded
    if holder is None or not await work.cases.remind_visit(case.id, visit.day, before, now, holder):
        return 0
    return await _say(work, f"visit/{case.id}/{visit.day}/{before}", [holder], words, now)


async def _say(work: Work, key: str, people: Sequence[int], words: str, now: datetime) -> int:
    """A routine line: it waits for the morning and travels with the others of the day."""
    contacts = await work.people.contacts_of(people)
    for id_ in people:
        for contact in contacts.get(id_, [])[:1]:
            work.outbox.queue(
                key=f"{key}/{id_}",
                account=contact.account,
                address=contact.address.key,
                person=id_,
                content=Text(words),
                urgency=Urgency.ROUTINE,
                not_before=now,
                digest=True,
            )
    return len(contacts)
