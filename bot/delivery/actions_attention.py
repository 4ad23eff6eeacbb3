"""The attention budget: of the claimed messages, those that may reach their person at this moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from bot.delivery.actions_pace import too_fast
from bot.delivery.rules import (
    ALONE,
    FILE_AFTER,
    HELD,
    NOTHING_OPEN,
    SECOND_ALERT,
    STOPPED,
    TOO_LATE,
    WANTS_LESS,
    DeliveryState,
    over_cap,
    period,
)
from bot.delivery.store_attention import Cap
from bot.delivery.store_courier import Claimed, CourierRows, Shipment
from bot.duties.plan_values import ZONE, Period
from bot.duties.rules import Do, OccurrenceState
from bot.messages import Realm, Urgency
from bot.people.rules import Stage
from bot.school import School

_MORNING: Final = time(7, 50)  # when what had to wait goes out, folded into one message
_QUIZ_RESTS: Final = timedelta(minutes=30)  # a sitting that was not touched for so long is over for now
_KEPT: Final = (Do.LETTER, Do.QUIZ)  # what 少发 keeps
_FOLLOWER: Final = f"|{Realm.OPENID}|"
_TOLD: Final = (DeliveryState.SENT, DeliveryState.FOLDED)
_ON_THE_WAY: Final = (DeliveryState.DUE, DeliveryState.LEASED)
_LOOK_AGAIN: Final = timedelta(minutes=1)  # at a file whose message is still on its way
_A_MOMENT: Final = timedelta(seconds=1)  # until a campaign that is just paused or stopped is so
_OVER: Final = (OccurrenceState.STOPPED, OccurrenceState.SKIPPED)


@dataclass(slots=True)
class _Desk:
    """What stays on the desk after each question."""

    rows: CourierRows
    now: datetime
    left: list[Claimed] = field(default_factory=list)

    async def later(self, some: Sequence[Claimed], at: datetime, *, as_digest: bool = False) -> None:
        await self.rows.give_back(some, at, as_digest=as_digest)
        self.without(some)

    async def never(self, some: Sequence[Claimed], why: str) -> None:
        if some:
            await self.rows.finish([c.id for c in some], DeliveryState.CANCELLED, why, self.now)
            self.without(some)

    async def too_late(self, some: Sequence[Claimed]) -> None:
        """What had to be done by then is the teacher's to settle now; no other channel is tried."""
        if some:
            await self.rows.finish([c.id for c in some], DeliveryState.REFUSED, TOO_LATE, self.now)
            self.without(some)

    def routine(self) -> list[Claimed]:
        return [c for c in self.left if c.urgency is Urgency.ROUTINE]

    def without(self, some: Sequence[Claimed]) -> None:
        gone = {c.id for c in some}
        self.left = [c for c in self.left if c.id not in gone]


async def admit(
    rows: CourierRows, school: School, claimed: Sequence[Claimed], now: datetime
) -> list[Claimed]:
    """Those who may be written to now. The others are due again when their time comes, or never.

    Quiet hours, lessons, caps, 少发 and running quizzes bind routine messages only; a paused campaign and the
    platform's limit per member bind all.
    """
    desk = _Desk(rows, now, list(claimed))
    caps = {str(kind): Cap(cap.count, *period(cap.per, now)) for kind, cap in school.plan.caps.items()}
    welcome: list[Claimed] = []
    await _campaigns(desk)
    await _done_by_now(desk)
    await _before_their_message(desk)
    quiet = school.plan.quiet_until(now)
    if quiet > now:
        await desk.later(desk.routine(), quiet)
    elif desk.routine():
        await _in_lessons(desk, school)
        welcome = await _unremarkable(desk, caps)
        await _one_at_a_time(desk, Urgency.ROUTINE)
        await _wants_less(desk)
        await _in_a_quiz(desk)
        await _over_cap(desk, school, caps)
    await _one_at_a_time(desk, Urgency.ALERT)
    await _second_alert(desk)
    await _too_fast(desk)
    return [*welcome, *desk.left]


async def may_leave_again(
    rows: CourierRows, school: School, left: Sequence[Shipment], now: datetime
) -> dict[int, datetime]:
    """When each of these calls may be repeated: what is routine and surely did not arrive disturbs nobody.

    A call is repeated as a whole, so it waits for the last lesson of anybody aboard.
    """
    patient = [s.id for s in left if s.is_patient]
    if not patient:
        return {s.id: now for s in left}
    aboard = await rows.people_aboard(patient)
    in_class = await rows.in_class(sorted({one for some in aboard.values() for one in some}))
    stages = {id_: {s for one in some for s in in_class.get(one, ())} for id_, some in aboard.items()}
    return {s.id: school.plan.free_from(now, stages.get(s.id, ())) if s.is_patient else now for s in left}


async def _unremarkable(desk: _Desk, caps: Mapping[str, Cap]) -> list[Claimed]:
    """Taken off the desk: a single routine message for somebody whom no rule holds back."""
    times = Counter(c.person for c in desk.left)
    single = [c for c in desk.routine() if c.person and times[c.person] == 1]
    if not single:
        return []
    people = [c.person for c in single]
    held = await desk.rows.remarkable(people, caps, desk.now, desk.now - _QUIZ_RESTS)
    welcome = [c for c in single if c.person not in held]
    desk.without(welcome)
    return welcome


async def _campaigns(desk: _Desk) -> None:
    """A campaign may have been paused or stopped, or be over, while its messages were on their way here."""
    known, changing = await desk.rows.campaigns({c.occurrence for c in desk.left if c.occurrence})
    await desk.later([c for c in desk.left if c.occurrence in changing], desk.now + _A_MOMENT)
    state = {id_: found.state for id_, found in known.items()}
    over = {id_ for id_, found in known.items() if found.due_at is not None and found.due_at <= desk.now}
    await desk.later([c for c in desk.left if state.get(c.occurrence) is OccurrenceState.PAUSED], HELD)
    await desk.never([c for c in desk.left if state.get(c.occurrence) in _OVER], STOPPED)
    # What waits for a mass send ends there, with a reason of its own.
    asking = [c for c in desk.routine() if c.asks and _FOLLOWER not in c.address]
    await desk.too_late([c for c in asking if c.occurrence in over])


async def _done_by_now(desk: _Desk) -> None:
    """A reminder may have waited for the morning or for the end of a quiz, and its task be done since."""
    if nudges := [c for c in desk.left if c.nudge]:
        closed = await desk.rows.closed([c.id for c in nudges])
        await desk.never([c for c in nudges if c.id in closed], NOTHING_OPEN)


async def _before_their_message(desk: _Desk) -> None:
    """A file comes after the message that says what it is, or not at all."""
    files = [c for c in desk.left if c.enclosed]
    if not files:
        return
    found = await desk.rows.companions([c.id for c in files])
    later: dict[datetime, list[Claimed]] = {}
    alone = []
    for one in files:
        message = found.get(one.id)
        if message is None or message.state not in (*_TOLD, *_ON_THE_WAY):
            alone.append(one)
        elif message.state in _ON_THE_WAY:
            soon = max(message.not_before + FILE_AFTER, desk.now + _LOOK_AGAIN)
            later.setdefault(min(soon, HELD), []).append(one)
    for at, some in later.items():
        await desk.later(some, at)
    await desk.never(alone, ALONE)


async def _in_lessons(desk: _Desk, school: School) -> None:
    """Pupils of 中小学 and who teaches them are not written to in lessons, but in the next break or after."""
    running = school.plan.lessons_at(desk.now)
    if not running:
        return
    goers = await desk.rows.in_class(_people(desk.routine()))
    held: dict[frozenset[Stage], list[Claimed]] = {}
    for one in desk.routine():
        if (stages := goers.get(one.person, frozenset())) & running:
            held.setdefault(stages, []).append(one)
    for stages, some in held.items():
        await desk.later(some, school.plan.free_from(desk.now, stages))


async def _one_at_a_time(desk: _Desk, urgency: Urgency) -> None:
    own = {c.id: c.person for c in desk.left if c.urgency is urgency and not c.nudge}
    taken = await desk.rows.taken_elsewhere(own, urgency, desk.now)
    desk.without([c for c in desk.left if c.id in own and c.person in taken])


async def _wants_less(desk: _Desk) -> None:
    routine = desk.routine()
    readers = await desk.rows.readers(_people(routine))
    fewer = [c for c in routine if (reader := readers.get(c.person)) is not None and reader.less]
    if fewer:
        known, _ = await desk.rows.campaigns({c.occurrence for c in fewer})
        kept = {id_ for id_, found in known.items() if found.do in _KEPT}
        await desk.never([c for c in fewer if c.occurrence not in kept], WANTS_LESS)


async def _in_a_quiz(desk: _Desk) -> None:
    """No message into a running quiz: it waits until the person has rested from it."""
    routine = desk.routine()
    touched = await desk.rows.answering(_people(routine), desk.now - _QUIZ_RESTS)
    for at in sorted(set(touched.values())):
        await desk.later([c for c in routine if touched.get(c.person) == at], at + _QUIZ_RESTS)


async def _over_cap(desk: _Desk, school: School, caps: Mapping[str, Cap]) -> None:
    """Who has had enough for the day, week or month; what waits goes out together on the next morning."""
    routine = [c for c in desk.routine() if not c.nudge and not c.enclosed]
    if not caps or not routine:
        return
    people = _people(routine)
    since = min(cap.since for cap in caps.values())
    recent = await desk.rows.recent(people, since, desk.now, but={c.id for c in desk.left})
    readers = await desk.rows.readers(people)
    held: dict[datetime, list[Claimed]] = {}
    digests: set[int] = set()
    for one in routine:
        reader = readers.get(one.person)
        cap = caps.get(reader.kind) if reader else None
        if cap is None or (one.digest and one.person in digests):
            continue
        mine = recent.setdefault(one.person, [])
        if over_cap(mine, cap.count, cap.since):
            held.setdefault(cap.until, []).append(one)
            continue
        mine.append(desk.now)
        if one.digest:
            digests.add(one.person)
    for end, some in held.items():
        await desk.later(some, _morning(school, end), as_digest=True)


async def _second_alert(desk: _Desk) -> None:
    """At most one alert a day for a person, or people stop listening to them."""
    alerts = [c for c in desk.left if c.urgency is Urgency.ALERT and c.person]
    if not alerts:
        return
    today, _ = period(Period.DAY, desk.now)
    own = {c.id for c in alerts}
    had = set(await desk.rows.recent(_people(alerts), today, desk.now, Urgency.ALERT, but=own))
    second = []
    for one in alerts:
        if one.person in had:
            second.append(one)
        had.add(one.person)
    await desk.never(second, SECOND_ALERT)


async def _too_fast(desk: _Desk) -> None:
    for at, some in (await too_fast(desk.rows, desk.left, desk.now)).items():
        await desk.later(some, at)


def _people(claimed: Sequence[Claimed]) -> list[int]:
    return sorted({c.person for c in claimed if c.person})


def _morning(school: School, day: datetime) -> datetime:
    return school.plan.quiet_until(datetime.combine(day.date(), _MORNING, ZONE))
