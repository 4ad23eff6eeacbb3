"""A call from the first word to its outcome: who is told, who answers, who comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.cases import actions_duties as duties
from bot.cases import wording
from bot.cases.rules import (
    AGAIN,
    CHOSEN,
    STALE,
    Call,
    CallKind,
    Level,
    Outcome,
    State,
    next_ring,
    worse,
)
from bot.ids import new_id
from bot.messages import Choice, Content, Question, Realm, Text, Urgency
from bot.people.records import Contact
from bot.people.rules import TEACHER_ROLES, Person, RoleName
from bot.people.spelling import ancestors
from bot.school import School
from bot.work import Work

CARD: Final = "d"  # prefix of the cards that the people on duty tap
_BEST: Final = (Realm.MEMBER, Realm.OPENID, Realm.PARENT, Realm.STUDENT)


@dataclass(frozen=True, slots=True)
class Called:
    """``told``: somebody on duty knows. ``again``: the call was open before."""

    call: Call
    told: bool
    again: bool


async def call_for_help(work: Work, school: School, person: Person, state: State, now: datetime) -> Called:
    """被骗: one open call a person, however often they press. Who presses again is heard again."""
    cases = work.cases
    open_ = await cases.open_call(person.id, CallKind.SOS)
    if open_ is not None and now - open_.received_at > STALE:
        await finish(work, open_, Outcome.NONE, None, now)
        open_ = None
    if open_ is None:
        call = Call(new_id(now), CallKind.SOS, person.id, person.unit, now, state)
        if await cases.add_call(call):
            return Called(call, await _begin(work, school, call, person, now) > 0, again=False)
        open_ = await cases.open_call(person.id, CallKind.SOS)
        assert open_ is not None
    told = await cases.told(open_.id)
    if worse(open_.state, state):
        cases.restate(open_.id, state)
        call = replace(open_, state=state)
        await _tell(work, told, f"sos/{call.id}/{state}", Text(wording.got_worse(call, person)), now)
    elif open_.contacted_by is not None:
        await _remind(work, open_, person, [open_.contacted_by], now)
    return Called(open_, bool(told), again=True)


async def warn(
    work: Work, school: School, person: Person, level: Level, by: Person, now: datetime
) -> Call | None:
    """A warning of the police about this person; ``None`` when one is open already."""
    call = Call(new_id(now), CallKind.POLICE, person.id, person.unit, now, level=level)
    if not await work.cases.add_call(call, by.id):
        return None
    await _begin(work, school, call, person, now)
    return call


async def climb(work: Work, school: School, call: Call, now: datetime) -> int | None:
    """Tell the next people on duty, each once; how many were reached.

    ``None``: another process did it, or somebody has answered. 0: nobody is left to be told.
    """
    person = await work.people.by_id(call.person) if call.person is not None else None
    if person is None:
        work.cases.next_at(call.id, None)
        return 0
    reached = await _reachable(work, call, person)
    next_at = now + timedelta(minutes=school.duty_minutes) if reached else None
    if not await work.cases.climb(call.id, call.rung, next_at):
        return None
    await tell_ring(work, replace(call, rung=call.rung + 1), person, reached, now)
    return len(reached)


async def tell_ring(
    work: Work, call: Call, person: Person, ring: Sequence[tuple[Person, Contact]], now: datetime
) -> None:
    """The card with its three buttons, or its text twin, to each of these."""
    work.cases.tell(call.id, [one.id for one, _ in ring], call.rung, now)
    for one, contact in ring:
        _send(work, f"sos/{call.id}/{one.id}", contact, one.id, _question(call, person), now)


async def contact(work: Work, call: Call, by: Person, now: datetime) -> bool:
    """已接通: the first counts. The person who asked hears who it is; ``False`` when somebody was faster."""
    if not await work.cases.contact(call.id, by.id, now):
        return False
    work.people.audit(by.id, "call answered", now, {"call": call.id})
    if call.kind is CallKind.SOS and call.person is not None:
        text = Text(wording.answered(by), (Choice(wording.NOBODY_CAME, wording.NOBODY_CAME),))
        await _tell(work, [call.person], f"sos/{call.id}/answered", text, now)
    return True


async def unreached(work: Work, school: School, call: Call, by: Person, now: datetime) -> int | None:
    """联系不上: the next ring at once, if this one is the last that was told; else ``None``."""
    work.people.audit(by.id, "call unreached", now, {"call": call.id})
    told = await work.cases.told(call.id)
    if told.get(by.id) != call.rung or call.contacted_at is not None:
        return None
    return await climb(work, school, call, now)


async def candidates(work: Work, call: Call, by: Person) -> list[Person]:
    """To whom a call may be passed: the others on duty upwards, and the teachers of the unit."""
    if call.person is None:
        return []
    rings = await _rings(work, call.unit)
    rings.append(await work.people.teachers_of(call.unit, TEACHER_ROLES))
    told = await work.cases.told(call.id)
    people = [one for ring in next_ring(rings, [*told, by.id, call.person]) for one in ring]
    contacts = await work.people.contacts_of([one.id for one in people])
    return [one for one in people if _best(contacts.get(one.id, ())) is not None]


async def pass_on(work: Work, school: School, call: Call, to: Person, by: Person, now: datetime) -> bool:
    """转给: this one knows too now, and has the same time as everybody before the next ring."""
    contacts = await work.people.contacts_of([to.id])
    contact = _best(contacts.get(to.id, ()))
    person = await work.people.by_id(call.person) if call.person is not None else None
    if contact is None or person is None:
        return False
    work.people.audit(by.id, "call passed on", now, {"call": call.id, "to": to.id})
    await tell_ring(work, call, person, [(to, contact)], now)
    if call.contacted_at is None:
        work.cases.next_at(call.id, now + timedelta(minutes=school.duty_minutes))
    return True


async def finish(work: Work, call: Call, outcome: Outcome, by: Person | None, now: datetime) -> bool:
    """The outcome; whoever writes it down without 已接通 has made the contact now."""
    if by is not None:
        await work.cases.contact(call.id, by.id, now)
    if not await work.cases.close_call(call.id, outcome, by.id if by else None, now):
        return False
    work.people.audit(by.id if by else None, "call closed", now, {"call": call.id, "outcome": outcome})
    if by is not None:
        await duties.prove(work, [duties.DISSUASION], by, now, call=call.id)
    return True


async def has_called_police(work: Work, person: Person, now: datetime) -> bool:
    call = await work.cases.open_call(person.id, CallKind.SOS)
    if call is None:
        return False
    if not call.reported:
        work.cases.reported(call.id)
        told = await work.cases.told(call.id)
        text = Text(wording.call_for(replace(call, reported=True), person))
        await _tell(work, told, f"sos/{call.id}/reported", text, now)
    return True


async def nobody_came(work: Work, school: School, person: Person, now: datetime) -> int | None:
    """老师没联系我: the next ring, and whoever said 已接通; ``None`` without an open call."""
    call = await work.cases.open_call(person.id, CallKind.SOS)
    if call is None:
        return None
    if call.contacted_by is not None:
        await _remind(work, call, person, [call.contacted_by], now)
        return 1
    return await climb(work, school, call, now) or 0


async def escalate(work: Work, school: School, now: datetime) -> int:
    """The clock: calls that nobody answered go to the next, and results that nobody wrote are asked for."""
    queued = 0
    for call in await work.cases.unanswered(now):
        reached = await climb(work, school, call, now)
        if reached is None:
            continue
        queued += 1
        if call.kind is CallKind.SOS and call.person is not None:
            words = wording.passed_on() if reached else wording.nobody_left(school.duty_phone)
            text = Text(words, (Choice(wording.CALLED_POLICE, wording.CALLED_POLICE),))
            await _tell(work, [call.person], f"sos/{call.id}/rung{call.rung + 1}", text, now)
    return queued


def result_choices(call: Call) -> tuple[Choice, ...]:
    return tuple(Choice(f"{outcome} {call.ref}", outcome) for outcome in CHOSEN)


def result_question(call: Call, words: str) -> Question:
    return Question(f"{CARD}-{call.id}-result", wording.title(call), words, result_choices(call))


async def ask_result(work: Work, call: Call, now: datetime) -> bool:
    if call.contacted_by is None or not await work.cases.asked(call.id, now):
        return False
    question = result_question(call, wording.result_missing(call))
    question = replace(question, key=f"{question.key}2")
    await _tell(work, [call.contacted_by], f"sos/{call.id}/result", question, now)
    return True


async def _begin(work: Work, school: School, call: Call, person: Person, now: datetime) -> int:
    work.people.audit(None, "call opened", now, {"call": call.id, "kind": call.kind})
    await duties.called(work, school, call, now)
    return await climb(work, school, call, now) or 0


async def _reachable(work: Work, call: Call, person: Person) -> list[tuple[Person, Contact]]:
    """The next ring in which anybody has a phone that we know."""
    told = await work.cases.told(call.id)
    rings = next_ring(await _rings(work, call.unit), [*told, person.id])
    contacts = await work.people.contacts_of([one.id for ring in rings for one in ring])
    for ring in rings:
        found = [(one, best) for one in ring if (best := _best(contacts.get(one.id, ()))) is not None]
        if found:
            return found
    return []


async def _rings(work: Work, unit: str) -> list[list[Person]]:
    """On duty for the unit, for what is above it, for the school; last the administrators of the school."""
    found = [await work.people.teachers_of(path, (RoleName.DUTY,)) for path in [*ancestors(unit), ""]]
    return [*found, await work.people.teachers_of("", (RoleName.ADMIN,))]


async def _remind(work: Work, call: Call, person: Person, people: Iterable[int], now: datetime) -> None:
    slot = int(now.timestamp() // AGAIN.total_seconds())
    text = Text(wording.asks_again(call, person))
    await _tell(work, people, f"sos/{call.id}/again{slot}", text, now)


async def _tell(work: Work, people: Iterable[int], key: str, content: Content, now: datetime) -> None:
    """The same urgent words to each of these; the same key twice is one message."""
    ids = list(people)
    contacts = await work.people.contacts_of(ids)
    for id_ in ids:
        best = _best(contacts.get(id_, ()))
        if best is not None:
            _send(work, f"{key}/{id_}", best, id_, content, now)


def _send(work: Work, key: str, contact: Contact, person: int, content: Content, now: datetime) -> None:
    work.outbox.queue(
        key=key,
        account=contact.account,
        address=contact.address.key,
        person=person,
        content=content,
        urgency=Urgency.SOS,
        not_before=now,
    )


def _question(call: Call, person: Person) -> Question:
    words = (wording.CONTACTED, wording.UNREACHED, wording.PASS_ON)
    return Question(
        f"{CARD}-{call.id}-{call.rung}",
        wording.title(call),
        wording.call_for(call, person),
        tuple(Choice(f"{word} {call.ref}", word) for word in words),
    )


def _best(contacts: Sequence[Contact]) -> Contact | None:
    """The contact that answers soonest; one the platform has given up only where there is no other."""
    ranked = sorted(contacts, key=lambda c: (bool(c.unreachable), _BEST.index(c.address.realm)))
    return ranked[0] if ranked else None
