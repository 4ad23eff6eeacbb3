"""What the attention budget looks at before a message leaves: the person, their day, their campaign."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa

from bot.db import Tx, milliseconds
from bot.delivery.rules import DeliveryState
from bot.delivery.store_lessons import Lessons
from bot.delivery.tables import delivery
from bot.duties.rules import Do, OccurrenceState
from bot.duties.tables import occurrence, task
from bot.lists import among
from bot.messages import Urgency
from bot.people.tables import person
from bot.quiz.tables import sitting

NUDGE = "nudge/"  # keys of reminders begin so: counted per task, not against the caps
WITH = "with/"  # keys of files begin so, then a digit, then the key of the message they come with


def counts(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Does a message count against the caps? A file belongs to the message that it comes with."""
    return sa.and_(~key.startswith(NUDGE), ~key.startswith(WITH))


def key_with(number: int, key: str) -> str:
    """The key of the ``number``-th file (1 to 9) that comes with a message."""
    return f"{WITH}{number}/{key}"


def asks() -> sa.ColumnElement[bool]:
    """Is a delivery the message of its campaign, not one about it?"""
    return sa.func.coalesce(delivery.c.key.startswith(delivery.c.occurrence_id + "/"), sa.false())


class Reader(NamedTuple):
    """``less``: said 少发."""

    kind: str
    less: bool


class Campaign(NamedTuple):
    """What a message belongs to, as it stands now."""

    state: OccurrenceState
    do: Do
    due_at: datetime | None


class Companion(NamedTuple):
    """The message that a file comes with."""

    state: DeliveryState
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``count`` routine messages between two moments."""

    count: int
    since: datetime
    until: datetime


_LAST_HOUR: Final = timedelta(hours=1)
_NEVER: Final = 2**62
_OPEN: Final = sa.text("sitting.open")  # in the words of its index, else SQLite walks the table


class Attention(Lessons):
    _tx: Tx

    async def remarkable(
        self, people: Sequence[int], caps: Mapping[str, Cap], now: datetime, rested: datetime
    ) -> set[int]:
        """Those whom some rule about routine messages may hold back; everybody else may simply be written to.

        One question for a thousand people, because in a message to everybody most are like this: they did
        not say 少发, are in no quiz since ``rested``, are below their cap, have nothing else due and got
        nothing in the last hour.
        """
        had = delivery.alias("had")
        theirs = had.c.person_id == person.c.id
        at = sa.type_coerce(had.c.settled_at, sa.BigInteger)
        counted = sa.select(sa.func.count()).where(
            theirs,
            at >= _by_kind({kind: milliseconds(cap.since) for kind, cap in caps.items()}),
            had.c.state == DeliveryState.SENT,
            had.c.urgency == Urgency.ROUTINE,
            counts(had.c.key),
        )
        lately = sa.exists().where(
            theirs, had.c.settled_at > now - _LAST_HOUR, had.c.state == DeliveryState.SENT
        )
        is_due = (had.c.state == DeliveryState.DUE, had.c.not_before <= now)  # also what the other lane takes
        # One that is under way counts as two: with the one that is looked at, or alone, it is another.
        open_ = sa.func.sum(sa.case((had.c.state == DeliveryState.LEASED, 2), (sa.and_(*is_due), 1), else_=0))
        another = sa.select(open_).where(theirs, had.c.settled_at.is_(None)).scalar_subquery() > 1
        answering = sa.exists().where(
            sitting.c.person_id == person.c.id, _OPEN, sitting.c.touched_at > rested
        )
        full = counted.scalar_subquery() >= _by_kind({kind: cap.count for kind, cap in caps.items()})
        found = await self._tx.rows(
            sa.select(person.c.id).where(
                among(person.c.id, people), sa.or_(person.c.less, full, lately, another, answering)
            )
        )
        return {row.id for row in found}

    async def taken_elsewhere(self, own: Mapping[int, int], urgency: Urgency, now: datetime) -> set[int]:
        """People of whom another courier decides about an earlier message at this very moment.

        ``own``: the caller's due rows and their people. Neither sees yet what the other is going to send, so
        the later one waits. What nobody else looks at is locked until the end of the transaction.
        """
        first: dict[int, int] = {}
        for id_, person_id in own.items():
            if person_id:
                first[person_id] = min(id_, first.get(person_id, id_))
        if self._tx.dialect == "sqlite" or not first:
            return set()  # one writer at a time
        is_due = sa.and_(
            delivery.c.settled_at.is_(None),
            delivery.c.state == DeliveryState.DUE,
            delivery.c.urgency == urgency,
            delivery.c.not_before <= now,
        )
        whose = delivery.c.person_id
        several = (
            sa.select(whose)
            .where(among(whose, sorted(first)), is_due)
            .group_by(whose)
            .having(sa.func.count() > 1)
        )
        rows = await self._tx.rows(sa.select(delivery.c.id, whose).where(whose.in_(several), is_due))
        earlier = {row.id: row.person_id for row in rows if row.id < first[row.person_id]}
        if not earlier:
            return set()
        free = await self._tx.rows(
            sa.select(delivery.c.id)
            .where(among(delivery.c.id, sorted(earlier)))
            .with_for_update(skip_locked=True)
        )
        return {earlier[id_] for id_ in earlier.keys() - {row.id for row in free}}

    async def readers(self, people: Sequence[int]) -> dict[int, Reader]:
        rows = await self._tx.rows(
            sa.select(person.c.id, person.c.kind, person.c.less).where(among(person.c.id, people))
        )
        return {row.id: Reader(row.kind, row.less) for row in rows}

    async def campaigns(self, ids: Iterable[str]) -> tuple[dict[str, Campaign], set[str]]:
        """How these stand, which they do until the end of the transaction: whoever stops or pauses one waits
        for that. And the ids of those that somebody is just changing, for whom nobody waits here.
        """
        asked = sorted(set(ids))
        theirs = sa.select(
            occurrence.c.id, occurrence.c.state, occurrence.c.do, occurrence.c.due_at
        ).where(among(occurrence.c.id, asked))  # fmt: skip
        rows = await self._tx.rows(theirs.with_for_update(read=True, skip_locked=True)) if asked else ()
        found = {row.id: Campaign(OccurrenceState(row.state), Do(row.do), row.due_at) for row in rows}
        if len(found) == len(asked):
            return found, set()
        return found, {row.id for row in await self._tx.rows(theirs)} - found.keys()

    async def closed(self, reminders: Sequence[int]) -> set[int]:
        """Of these deliveries those whose task is done, declined or excused by now."""
        rows = await self._tx.rows(
            sa.select(delivery.c.id)
            .join(task, task.c.id == delivery.c.task_id)
            .where(
                among(delivery.c.id, reminders),
                sa.or_(task.c.settled_at.is_not(None), task.c.declined, task.c.exempt != ""),
            )
        )
        return {row.id for row in rows}

    async def companions(self, files: Sequence[int]) -> dict[int, Companion]:
        """How the message stands that each of these files comes with."""
        main = delivery.alias("main")
        rows = await self._tx.rows(
            sa.select(delivery.c.id, main.c.state, main.c.not_before)
            .join(main, main.c.key == sa.func.substr(delivery.c.key, len(key_with(1, "")) + 1))
            .where(among(delivery.c.id, files))
        )
        return {row.id: Companion(DeliveryState(row.state), row.not_before) for row in rows}

    async def recent(
        self,
        people: Sequence[int],
        since: datetime,
        now: datetime,
        urgency: Urgency = Urgency.ROUTINE,
        but: Collection[int] = (),
    ) -> dict[int, list[datetime]]:
        """When each person was last sent something; what another courier holds counts as sent now.

        A digest counts once, reminders and files not at all. ``but``: the ids of the caller's own rows.
        """
        found: dict[int, list[datetime]] = {}
        for row in await self._tx.rows(
            sa.select(delivery.c.id, delivery.c.person_id, delivery.c.settled_at).where(
                among(delivery.c.person_id, people),
                delivery.c.urgency == urgency,
                counts(delivery.c.key),
                sa.or_(
                    sa.and_(delivery.c.state == DeliveryState.SENT, delivery.c.settled_at >= since),
                    sa.and_(delivery.c.state == DeliveryState.LEASED, delivery.c.settled_at.is_(None)),
                ),
            )
        ):
            if row.id not in but:
                found.setdefault(row.person_id, []).append(row.settled_at or now)
        return found

    async def answering(self, people: Sequence[int], since: datetime) -> dict[int, datetime]:
        """Who is in the middle of a quiz, and when they last did something in it."""
        rows = await self._tx.rows(
            sa.select(sitting.c.person_id, sitting.c.touched_at).where(
                among(sitting.c.person_id, people), _OPEN, sitting.c.touched_at > since
            )
        )
        return {row.person_id: row.touched_at for row in rows}


def _by_kind(values: Mapping[str, int]) -> sa.ColumnElement[int]:
    """A number for each kind of person; for a kind without one a number that is never reached."""
    never = sa.literal(_NEVER, sa.BigInteger)
    return sa.case(values, value=person.c.kind, else_=never) if values else never
