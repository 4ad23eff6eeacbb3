"""A campaign's messages as a whole: where everybody stands, holding back, stopping, and who agreed to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.db import Tx, below, insert_new
from bot.delivery.rules import (
    BEST_FIRST,
    RECALLED,
    STOPPED,
    UNCLEAR,
    WANTS_LESS,
    DeliveryState,
    Standing,
    Stopped,
    Stopping,
    standing,
)
from bot.delivery.store_attention import WITH
from bot.delivery.store_halting import Halting, itself, waits
from bot.delivery.tables import delivery
from bot.duties.rules import OccurrenceState
from bot.duties.tables import UNGUARDED, approval, occurrence, task
from bot.lists import among

_APPROVE: Final = insert_new(approval)
_MISSED: Final = (DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.DEAD)
_TOLD: Final = (DeliveryState.SENT, DeliveryState.FOLDED)
_NOT_YET: Final = (OccurrenceState.ASKED, OccurrenceState.WAITING)
_SPECIAL: Final = ("", WANTS_LESS, RECALLED)


class Campaigns(Halting):
    _tx: Tx

    async def states(self, occurrence_id: str, units: Sequence[str] = ("",)) -> dict[Standing, int]:
        """Everybody of the audience in these units in exactly one standing; the counts add up to it.

        Reminders do not count: what matters is whether the campaign itself reached the person.
        """
        state = await self._state(occurrence_id)
        best = (
            sa.select(delivery.c.person_id, sa.func.min(_rank(state)).label("rank"))
            .where(*itself(occurrence_id))
            .group_by(delivery.c.person_id)
            .subquery()
        )
        asked = sa.func.max(sa.case((task.c.exempt == "", 1), else_=0))
        people = (
            sa.select(task.c.person_id, UNGUARDED.label("unguarded"), asked.label("asked"))
            .add_columns(sa.func.count(task.c.settled_at).label("settled"))
            .where(task.c.occurrence_id == occurrence_id, sa.or_(*(below(task.c.unit, u) for u in units)))
            .group_by(task.c.person_id, UNGUARDED)
            .subquery()
        )
        told = sa.and_(best.c.person_id == people.c.person_id, sa.not_(people.c.unguarded))
        where = sa.case(
            (people.c.asked == 0, -1),
            (best.c.rank.is_not(None), best.c.rank),
            (people.c.settled > 0, -2),
            else_=sa.case((people.c.unguarded, -4), else_=-3),
        )
        rows = await self._tx.rows(
            sa.select(where.label("rank"), sa.func.count().label("people"))
            .select_from(people.outerjoin(best, told))
            .group_by(where)
        )
        nowhere = Standing.NO_CHANNEL
        if state in _NOT_YET:
            nowhere = Standing.WAITING
        found: dict[Standing, int] = {}
        outside = {-1: Standing.EXEMPT, -2: Standing.DONE, -3: nowhere, -4: Standing.UNGUARDED}
        for row in rows:
            key = outside[row.rank] if row.rank < 0 else BEST_FIRST[row.rank]
            found[key] = found.get(key, 0) + row.people
        return found

    async def refusals(self, occurrence_id: str) -> dict[str, int]:
        """How many messages of a campaign surely or perhaps reached nobody, by the reason on record."""
        reason = sa.case((delivery.c.state == DeliveryState.UNKNOWN, UNCLEAR), else_=delivery.c.outcome)
        rows = await self._tx.rows(
            sa.select(reason.label("reason"), sa.func.count().label("messages"))
            .where(delivery.c.occurrence_id == occurrence_id, delivery.c.state.in_(_MISSED))
            .group_by("reason")
        )
        return {row.reason: row.messages for row in rows}

    async def unreached(self, pairs: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """(occurrence, person) -> why, for those whom no channel surely reached; ``""``: they have none."""
        found: dict[tuple[str, int], list[tuple[Standing, str]]] = {pair: [] for pair in pairs}
        for row in await self._tx.rows(
            sa.select(delivery.c.occurrence_id, delivery.c.person_id, delivery.c.state, delivery.c.outcome)
            .where(
                delivery.c.occurrence_id.in_({id_ for id_, _ in found}),
                among(delivery.c.person_id, sorted({person for _, person in found})),
                ~delivery.c.key.startswith(WITH),
            )
            .order_by(delivery.c.id)
        ):
            if (ends := found.get((row.occurrence_id, row.person_id))) is not None:
                state = standing(DeliveryState(row.state), row.outcome)
                ends.append((state, UNCLEAR if state is Standing.UNKNOWN else row.outcome))
        missed = (Standing.REFUSED, Standing.UNKNOWN)
        return {
            pair: ends[-1][1] if ends else ""
            for pair, ends in found.items()
            if all(state in missed for state, _ in ends)
        }

    async def stop(self, occurrence_id: str, now: datetime) -> Stopped | Stopping:
        """What has not left stays here; what WeCom can take back within 24 hours is marked for the courier.

        ``recalled`` counts the people whose message will be taken back; ``stopped`` tells what came of it.
        """
        ids = await self.halt(occurrence_id, now)
        if ids is None:
            return Stopping()
        counts = await self.stopped(occurrence_id)
        back = await self._tx.scalar(
            sa.select(sa.func.count(sa.distinct(delivery.c.person_id))).where(
                *itself(occurrence_id), delivery.c.shipment_id.in_(ids), delivery.c.state.in_(_TOLD)
            )
        )
        return Stopped(counts.sent, int(back), counts.unsent)

    async def stopped(self, occurrence_id: str) -> Stopped:
        """Of a stopped campaign: people told, of these taken back, and never told. Reminders do not count.

        What is still to be put away counts as never told; what is in the air as neither.
        """
        told = delivery.c.state.in_(_TOLD)
        marks = {
            "sent": told,
            "recalled": sa.and_(told, delivery.c.outcome == RECALLED),
            "unsent": sa.or_(
                sa.and_(delivery.c.state == DeliveryState.CANCELLED, delivery.c.outcome == STOPPED), waits()
            ),
        }
        people = (
            sa.select(*(sa.func.max(sa.case((w, 1), else_=0)).label(name) for name, w in marks.items()))
            .where(*itself(occurrence_id), delivery.c.person_id != 0)
            .group_by(delivery.c.person_id)
            .subquery()
        )
        row = await self._tx.row(
            sa.select(
                sa.func.count().filter(people.c.sent == 1).label("sent"),
                sa.func.count().filter(people.c.recalled == 1).label("recalled"),
                sa.func.count().filter(people.c.sent == 0, people.c.unsent == 1).label("unsent"),
            )
        )
        assert row is not None
        return Stopped(row.sent, row.recalled, row.unsent)

    async def tried(self, bases: Iterable[str]) -> dict[str, list[str]]:
        """The addresses already tried for each message, by the key without its channel number."""
        keys = [f"{base}{suffix}" for base in bases for suffix in ("", "#2", "#3", "#4")]
        found: dict[str, list[str]] = {}
        for row in await self._tx.rows(
            sa.select(delivery.c.key, delivery.c.address).where(delivery.c.key.in_(keys))
        ):
            found.setdefault(row.key.partition("#")[0], []).append(row.address)
        return found

    async def agree(self, occurrence_id: str, by: int, now: datetime) -> int:
        """One more says yes to a draft; how many have by now. Two at once take turns."""
        await self._tx.rows(
            sa.select(occurrence.c.id).where(occurrence.c.id == occurrence_id).with_for_update(key_share=True)
        )
        await self._tx.execute(_APPROVE, {"occurrence_id": occurrence_id, "person_id": by, "at": now})
        agreed = await self._tx.scalar(
            sa.select(sa.func.count()).where(approval.c.occurrence_id == occurrence_id)
        )
        return int(agreed)

    async def _state(self, occurrence_id: str) -> OccurrenceState | None:
        state = await self._tx.scalar(sa.select(occurrence.c.state).where(occurrence.c.id == occurrence_id))
        return OccurrenceState(state) if state else None


def _rank(campaign: OccurrenceState | None) -> sa.ColumnElement[int]:
    """The place of ``standing(state, outcome)`` in BEST_FIRST, as SQL; of a stopped campaign nothing leaves
    any more, even if it is not put away yet.
    """
    is_stopped = campaign is OccurrenceState.STOPPED
    stays = [(waits(), BEST_FIRST.index(Standing.STOPPED))] if is_stopped else []
    cases = [
        (
            sa.and_(delivery.c.state == state, delivery.c.outcome == outcome),
            BEST_FIRST.index(standing(state, outcome)),
        )
        for state in DeliveryState
        for outcome in _SPECIAL[1:]
    ]
    plain = [(delivery.c.state == state, BEST_FIRST.index(standing(state, ""))) for state in DeliveryState]
    return sa.case(*stays, *cases, *plain)
