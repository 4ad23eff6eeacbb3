"""Reminders of open tasks, set-based: one statement for a class or for a million people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Moment, Tx, insert_new
from bot.delivery.rules import SPREAD_FROM, DeliveryState
from bot.delivery.store_attention import NUDGE
from bot.delivery.store_spread import spread
from bot.delivery.tables import delivery
from bot.duties.rules import Do, OccurrenceState
from bot.duties.store_locks import ONE, in_order
from bot.duties.store_unfinished import SUBJECT
from bot.duties.tables import UNGUARDED, occurrence, task
from bot.messages import Realm, Urgency
from bot.people.tables import contact

_GAP: Final = timedelta(hours=20)  # a teacher may have reminded just now
_COLUMNS: Final = [
    "key", "account", "address", "person_id", "occurrence_id", "task_id", "payload", "urgency", "digest",
    "state", "not_before", "attempts", "outcome",
]  # fmt: skip


class Reminders:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def running(self, now: datetime, back: timedelta) -> list[str]:
        """Campaigns that remind and are not over, or only since ``back``."""
        rows = await self._tx.rows(
            sa.select(occurrence.c.id).where(
                occurrence.c.state == OccurrenceState.OPEN,
                occurrence.c.remind > 0,
                occurrence.c.due_at > now - back,
            )
        )
        return [row.id for row in rows]

    async def new(self, do: Do, now: datetime, back: timedelta) -> list[str]:
        """Campaigns of a kind that went out since ``back``."""
        rows = await self._tx.rows(
            sa.select(occurrence.c.id).where(
                occurrence.c.state == OccurrenceState.OPEN,
                occurrence.c.do == do,
                occurrence.c.launched_at > now - back,
            )
        )
        return [row.id for row in rows]

    async def remind(self, occurrence_id: str, number: int, payload: str, now: datetime, at: datetime) -> int:
        """The ``number``-th reminder to everybody who is not done and had fewer; how many people.

        The key is that of a teacher's own reminder, so that both together stay within the number.
        """
        open_ = _open(occurrence_id).where(
            sa.not_(UNGUARDED),
            task.c.reminded < number,
            sa.or_(task.c.reminded_at.is_(None), task.c.reminded_at <= now - _GAP),
        )
        people = open_.subquery()
        when: sa.ColumnElement[Any] = sa.literal(at, Moment())
        if await self._tx.scalar(sa.select(sa.func.count()).select_from(people)) > SPREAD_FROM:
            when = spread(at, people.c.person_id)
        near = contact.alias("near")
        realms = sa.case(
            (near.c.realm == str(Realm.MEMBER), 0), (near.c.realm == str(Realm.PARENT), 1), else_=2
        )
        nearest = (
            sa.select(near.c.address)
            .where(near.c.person_id == people.c.person_id, near.c.unreachable.is_(None))
            .order_by(realms, near.c.address)
            .limit(1)
            .correlate(people)
            .scalar_subquery()
        )
        next_one = people.c.reminded + 1
        key = sa.literal(NUDGE) + sa.cast(people.c.id, sa.Text) + "/" + sa.cast(next_one, sa.Text)
        chosen = sa.select(
            key,
            contact.c.account,
            contact.c.address,
            people.c.person_id,
            sa.literal(occurrence_id),
            people.c.id,
            sa.literal(payload),
            sa.literal(str(Urgency.ROUTINE)),
            sa.false(),
            sa.literal(str(DeliveryState.DUE)),
            when,
            sa.literal(0),
            sa.literal(""),
        ).select_from(people.join(contact, contact.c.address == nearest))
        queued = await self._tx.execute(insert_new(delivery).from_select(_COLUMNS, chosen))
        if queued:
            counted = sa.select(delivery.c.task_id).where(
                delivery.c.occurrence_id == occurrence_id,
                delivery.c.task_id == ONE.c.id,
                delivery.c.key
                == sa.literal(NUDGE)
                + sa.cast(ONE.c.id, sa.Text)
                + "/"
                + sa.cast(ONE.c.reminded + 1, sa.Text),
            )
            await self._tx.execute(
                sa.update(task)
                .where(in_order(ONE.c.occurrence_id == occurrence_id, sa.exists(counted)))
                .values(reminded=task.c.reminded + 1, reminded_at=now)
            )
        return queued

    async def open_by_unit(self, occurrence_id: str, *, unguarded: bool = False) -> dict[str, int]:
        """How many people of each unit are not done, for their teachers; a child once, as in 未完成.

        ``unguarded``: only children of whom the roster knows no guardian.
        """
        people = sa.func.count(sa.distinct(SUBJECT)).label("people")
        open_ = _open(occurrence_id).where(UNGUARDED) if unguarded else _open(occurrence_id)
        rows = await self._tx.rows(open_.with_only_columns(task.c.unit, people).group_by(task.c.unit))
        return {row.unit: row.people for row in rows}

    async def has(self, prefix: str, occurrence_id: str) -> bool:
        """Was something with such a key queued for this campaign before?"""
        await self._tx.flush()
        found = await self._tx.scalar(
            sa.select(delivery.c.id)
            .where(
                delivery.c.occurrence_id == occurrence_id,
                delivery.c.key.startswith(prefix, autoescape=True),
            )
            .limit(1)
        )
        return found is not None


def _open(occurrence_id: str) -> sa.Select[Any]:
    return sa.select(task.c.id, task.c.person_id, task.c.unit, task.c.reminded).where(
        task.c.occurrence_id == occurrence_id,
        task.c.settled_at.is_(None),
        ~task.c.declined,
        task.c.exempt == "",
    )
