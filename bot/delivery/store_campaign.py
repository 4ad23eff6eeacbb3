"""A campaign's messages as a whole: where everybody stands, holding back, stopping, and who agreed to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, below, insert_new
from bot.delivery.rules import (
    BEST_FIRST,
    HELD,
    RECALL,
    RECALLED,
    STOPPED,
    UNCLEAR,
    WANTS_LESS,
    DeliveryState,
    ShipmentState,
    Standing,
    Stopped,
    standing,
)
from bot.delivery.store_attention import WITH
from bot.delivery.store_unloading import unload
from bot.delivery.tables import delivery, shipment
from bot.duties.rules import OccurrenceState
from bot.duties.tables import UNGUARDED, approval, occurrence, task
from bot.lists import among

_APPROVE: Final = insert_new(approval)
_MISSED: Final = (DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.DEAD)
_TOLD: Final = (DeliveryState.SENT, DeliveryState.FOLDED)
_NOT_YET: Final = (OccurrenceState.ASKED, OccurrenceState.WAITING)
_SPECIAL: Final = ("", WANTS_LESS, RECALLED)


class Campaigns:
    _tx: Tx

    async def states(self, occurrence_id: str, units: Sequence[str] = ("",)) -> dict[Standing, int]:
        """Everybody of the audience in these units in exactly one standing; the counts add up to it.

        Reminders do not count: what matters is whether the campaign itself reached the person.
        """
        best = (
            sa.select(delivery.c.person_id, sa.func.min(_rank()).label("rank"))
            .where(*_itself(occurrence_id))
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
        if await self._state(occurrence_id) in _NOT_YET:
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

    async def pause(self, occurrence_id: str) -> int:
        """Whatever has not left yet waits for ``resume``; how many messages that are."""
        await self._unload(occurrence_id, DeliveryState.DUE, "")
        return await self._tx.execute(
            sa.update(delivery)
            .where(delivery.c.occurrence_id == occurrence_id, delivery.c.state == DeliveryState.DUE)
            .values(not_before=HELD)
        )

    async def resume(self, occurrence_id: str, at: datetime) -> int:
        """What was held back may go from this moment on."""
        return await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.occurrence_id == occurrence_id,
                delivery.c.state == DeliveryState.DUE,
                delivery.c.not_before == HELD,
            )
            .values(not_before=at)
        )

    async def stop(self, occurrence_id: str, now: datetime) -> Stopped:
        """What has not left stays here; what WeCom can take back within 24 hours is marked for the courier.

        ``recalled`` counts the people whose message will be taken back; ``stopped`` tells what came of it.
        """
        await self._unload(occurrence_id, DeliveryState.CANCELLED, STOPPED)
        unshipped = sa.and_(delivery.c.state == DeliveryState.LEASED, delivery.c.shipment_id.is_(None))
        await self._tx.execute(
            sa.update(delivery)
            .where(
                delivery.c.occurrence_id == occurrence_id,
                sa.or_(delivery.c.state == DeliveryState.DUE, unshipped),
            )
            .values(state=DeliveryState.CANCELLED, outcome=STOPPED, settled_at=now)
        )
        ids = await self._take_back(occurrence_id, now)
        counts = await self.stopped(occurrence_id)
        back = await self._tx.scalar(
            sa.select(sa.func.count(sa.distinct(delivery.c.person_id))).where(
                *_itself(occurrence_id), delivery.c.shipment_id.in_(ids), delivery.c.state.in_(_TOLD)
            )
        )
        return Stopped(counts.sent, int(back), counts.unsent)

    async def overtaken(self, shipments: Sequence[int], now: datetime) -> None:
        """Calls that are settled, of campaigns that were paused or stopped while they were under way: what
        did not leave stays, what left is taken back.

        The lock makes whoever pauses or stops and whoever settles see what the other has done.
        """
        await self._tx.flush()
        campaign = (
            sa.select(delivery.c.occurrence_id)
            .where(delivery.c.shipment_id == shipment.c.id)
            .limit(1)
            .correlate(shipment)
            .scalar_subquery()
        )
        theirs = sa.select(campaign).where(among(shipment.c.id, shipments))
        for row in await self._tx.rows(
            sa.select(occurrence.c.id, occurrence.c.state)
            .where(occurrence.c.id.in_(theirs))
            .order_by(occurrence.c.id)
            .with_for_update(read=True)
        ):
            if row.state == OccurrenceState.PAUSED:
                await self.pause(row.id)
            elif row.state == OccurrenceState.STOPPED:
                await self._unload(row.id, DeliveryState.CANCELLED, STOPPED)
                await self._take_back(row.id, now, among(shipment.c.id, shipments))

    async def stopped(self, occurrence_id: str) -> Stopped:
        """Of a stopped campaign: people told, of these taken back, and never told. Reminders do not count."""
        told = delivery.c.state.in_(_TOLD)
        marks = {
            "sent": told,
            "recalled": sa.and_(told, delivery.c.outcome == RECALLED),
            "unsent": sa.and_(delivery.c.state == DeliveryState.CANCELLED, delivery.c.outcome == STOPPED),
        }
        people = (
            sa.select(*(sa.func.max(sa.case((w, 1), else_=0)).label(name) for name, w in marks.items()))
            .where(*_itself(occurrence_id), delivery.c.person_id != 0)
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

    async def _take_back(
        self, occurrence_id: str, now: datetime, *also: sa.ColumnElement[bool]
    ) -> list[int]:
        """Mark for the courier what WeCom takes back within 24 hours; the ids of the shipments."""
        mine = self._own_shipments(occurrence_id).where(
            shipment.c.state == ShipmentState.DONE,
            shipment.c.quota == "app",
            shipment.c.message_id != "",
            shipment.c.made_at > now - RECALL,
            *also,
        )
        ids = [row.id for row in await self._tx.rows(mine)]
        await self._tx.execute(
            sa.update(shipment)
            .where(shipment.c.id.in_(ids))
            .values(state=ShipmentState.RECALL, lease_until=now)
        )
        return ids

    async def _unload(self, occurrence_id: str, state: DeliveryState, outcome: str) -> None:
        """Calls that surely did not happen and wait for another try are taken apart again.

        The lock shows which of them a courier has just taken up: those are in the air.
        """
        mine = self._own_shipments(occurrence_id).where(shipment.c.state == ShipmentState.WAITING)
        locked = mine.order_by(shipment.c.id).with_for_update(of=shipment)
        ids = [row.id for row in await self._tx.rows(locked)]
        if ids:
            await unload(self._tx, ids, state, outcome=outcome)

    def _own_shipments(self, occurrence_id: str) -> sa.Select[Any]:
        """The shipments that carry this campaign and nothing else."""
        aboard = sa.select(delivery.c.shipment_id).where(
            delivery.c.occurrence_id == occurrence_id, delivery.c.shipment_id.is_not(None)
        )
        other = delivery.alias("other")
        others = sa.exists().where(
            other.c.shipment_id == shipment.c.id,
            sa.func.coalesce(other.c.occurrence_id, "") != occurrence_id,
        )
        return sa.select(shipment.c.id).where(shipment.c.id.in_(aboard), ~others)

    async def _state(self, occurrence_id: str) -> OccurrenceState | None:
        state = await self._tx.scalar(sa.select(occurrence.c.state).where(occurrence.c.id == occurrence_id))
        return OccurrenceState(state) if state else None


def _itself(occurrence_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The messages of a campaign, without what reminds of it."""
    key = delivery.c.key.startswith(f"{occurrence_id}/", autoescape=True)
    return delivery.c.occurrence_id == occurrence_id, key


def _rank() -> sa.ColumnElement[int]:
    """The place of ``standing(state, outcome)`` in BEST_FIRST, as SQL."""
    cases = [
        (
            sa.and_(delivery.c.state == state, delivery.c.outcome == outcome),
            BEST_FIRST.index(standing(state, outcome)),
        )
        for state in DeliveryState
        for outcome in _SPECIAL[1:]
    ]
    plain = [(delivery.c.state == state, BEST_FIRST.index(standing(state, ""))) for state in DeliveryState]
    return sa.case(*cases, *plain)
