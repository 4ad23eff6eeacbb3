"""Holding a campaign back, letting it go on, stopping it: at once for any size.

Its state decides: no courier takes or repeats anything of a campaign that is not open. What has to be written
on its messages follows from that; of a large one in slices, each a short transaction of whichever courier
looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx, insert
from bot.delivery.rules import (
    HELD,
    IN_A_TURN,
    RECALL,
    RECALLED,
    STOPPED,
    DeliveryState,
    ShipmentState,
)
from bot.delivery.store_unloading import unload
from bot.delivery.tables import OPEN_SHIPMENTS, clearing, delivery, shipment
from bot.duties.rules import OccurrenceState
from bot.duties.tables import occurrence
from bot.ids import first_id
from bot.lists import among

_SLICE: Final = 2000  # ids of messages that are looked at together
_ABOARD: Final = 10_000  # messages whose calls are looked at together
_CALLS: Final = 500
_APART: Final = 50  # calls that are taken apart together
_ALL_CALLS: Final = 2**62
_HALTED: Final = (OccurrenceState.PAUSED, OccurrenceState.STOPPED)
_UNSHIPPED: Final = sa.and_(delivery.c.state == DeliveryState.LEASED, delivery.c.shipment_id.is_(None))
_MARK: Final = insert(clearing)
_BEGIN: Final = _MARK.on_conflict_do_update(
    index_elements=["occurrence_id"],
    set_={name: _MARK.excluded[name] for name in ("at", "calls", "reached", "last")},
)


def itself(occurrence_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The messages of a campaign, without what reminds of it."""
    key = delivery.c.key.startswith(f"{occurrence_id}/", autoescape=True)
    return delivery.c.occurrence_id == occurrence_id, key


def waits() -> sa.ColumnElement[bool]:
    """Surely not with the platform yet: due, held by a courier, or aboard a call that will be tried again."""
    again = sa.select(shipment.c.id).where(sa.text(OPEN_SHIPMENTS), shipment.c.state == ShipmentState.WAITING)
    leased = delivery.c.state == DeliveryState.LEASED
    return sa.or_(
        delivery.c.state == DeliveryState.DUE, _UNSHIPPED, sa.and_(leased, delivery.c.shipment_id.in_(again))
    )


class Halting:
    _tx: Tx

    async def pause(self, occurrence_id: str) -> None:
        """Whatever has not left yet waits for ``resume``."""
        if not await self._in_slices(occurrence_id, HELD):
            await self._unload(await self._own_shipments(occurrence_id), OccurrenceState.PAUSED)
            await self._mark(occurrence_id, OccurrenceState.PAUSED, HELD)

    async def resume(self, occurrence_id: str, at: datetime) -> None:
        """What was held back may go from this moment on."""
        if not await self._in_slices(occurrence_id, at):
            await self._mark(occurrence_id, OccurrenceState.OPEN, at)

    async def halt(self, occurrence_id: str, now: datetime) -> list[int] | None:
        """What has not left stays here; what WeCom can take back within 24 hours is marked for the courier:
        the ids of these calls. ``None``: a large one, which is done in slices.
        """
        if await self._in_slices(occurrence_id, now):
            return None
        mine = await self._own_shipments(occurrence_id)
        await self._unload(mine, OccurrenceState.STOPPED)
        await self._mark(occurrence_id, OccurrenceState.STOPPED, now)
        return await self._take_back(mine, now)

    async def overtaken(self, shipments: Sequence[int], now: datetime) -> None:
        """Calls that are settled, of campaigns that were paused or stopped while they were under way: what
        did not leave stays, what left is taken back.

        The lock makes whoever pauses or stops and whoever settles see what the other has done.
        """
        await self._tx.flush()
        theirs = sa.select(_first_aboard()).where(among(shipment.c.id, shipments))
        for row in await self._tx.rows(
            sa.select(occurrence.c.id, occurrence.c.state)
            .where(occurrence.c.id.in_(theirs))
            .order_by(occurrence.c.id)
            .with_for_update(read=True)
        ):
            state = OccurrenceState(row.state)
            if state in _HALTED:
                mine = await self._carry_only(row.id, shipments)
                await self._unload(mine, state)
                if state is OccurrenceState.STOPPED:
                    await self._take_back(mine, now)

    async def called_off(self, shipments: Sequence[int]) -> set[int]:
        """Of these calls those whose campaign is paused or stopped by now, as their first message tells:
        cheap enough to be asked while they are being made.
        """
        rows = await self._tx.rows(
            sa.select(shipment.c.id)
            .select_from(shipment)
            .join(occurrence, occurrence.c.id == _first_aboard())
            .where(among(shipment.c.id, shipments), occurrence.c.state.in_(_HALTED))
        )
        return {row.id for row in rows}

    async def halted(self, shipments: Sequence[int]) -> dict[int, OccurrenceState | None]:
        """Of these calls those with something aboard of a campaign that is paused or stopped, or (``None``)
        is just being changed. How the others stand they do until the end of the transaction.
        """
        aboard = (delivery.c.occurrence_id == occurrence.c.id, among(delivery.c.shipment_id, shipments))
        rows = await self._tx.rows(
            sa.select(delivery.c.shipment_id, occurrence.c.id, occurrence.c.state).where(*aboard).distinct()
        )
        theirs = sa.select(occurrence.c.id, occurrence.c.state).where(
            among(occurrence.c.id, sorted({row.id for row in rows}))
        )
        locked = await self._tx.rows(theirs.with_for_update(read=True, skip_locked=True))
        states = {row.id: OccurrenceState(row.state) for row in locked}
        found: dict[int, OccurrenceState | None] = {}
        for state in (*_HALTED, None):  # the last weighs most
            found |= {row.shipment_id: state for row in rows if states.get(row.id) is state}
        return found

    async def is_clearing(self, occurrence_id: str = "") -> bool:
        """Is something of this campaign, or of any, still to be put away?"""
        which = clearing.c.occurrence_id == occurrence_id if occurrence_id else sa.true()
        return bool(await self._tx.scalar(sa.select(sa.exists(sa.select(clearing.c.at).where(which)))))

    async def clear(self, now: datetime) -> bool:
        """Put one slice away, of one campaign that nobody else is busy with; was there any?

        The state is locked first, as whoever changes it does. A slice and how far it got are one transaction,
        so that who comes after a crash goes on there.
        """
        for found in await self._tx.rows(sa.select(clearing).order_by(clearing.c.occurrence_id)):
            id_ = found.occurrence_id
            state = await self._tx.scalar(
                sa.select(occurrence.c.state)
                .where(occurrence.c.id == id_)
                .with_for_update(read=True, skip_locked=True)
            )
            mark = await self._tx.row(
                sa.select(clearing).where(clearing.c.occurrence_id == id_).with_for_update(skip_locked=True)
            )
            if state is not None and mark is not None:
                await self._one_slice(mark, OccurrenceState(state), now)
                return True
        return False

    async def _one_slice(self, mark: sa.Row[Any], state: OccurrenceState, now: datetime) -> None:
        id_, values = mark.occurrence_id, dict[str, Any]()
        if state in _HALTED and mark.calls != _ALL_CALLS:
            values["calls"] = await self._calls(id_, state, mark.calls, now)
        elif mark.reached is None:
            first, last = await self._ends(id_)
            values = {"reached": first - 1, "last": last}
        else:
            upto = min(mark.reached + _SLICE, mark.last)
            here = (delivery.c.id > mark.reached, delivery.c.id <= upto)
            await self._mark(id_, state, now if state is OccurrenceState.STOPPED else mark.at, *here)
            values["reached"] = upto
        mine = clearing.c.occurrence_id == id_
        if values.get("reached", 0) >= values.get("last", mark.last or _ALL_CALLS):
            await self._tx.execute(sa.delete(clearing).where(mine))
        else:
            await self._tx.execute(sa.update(clearing).where(mine).values(**values))

    async def _calls(self, id_: str, state: OccurrenceState, after: int | None, now: datetime) -> int | None:
        """Calls that wait for another try are taken apart, then what has left is taken back; how far."""
        open_ = sa.select(shipment.c.id).where(
            sa.text(OPEN_SHIPMENTS), shipment.c.state == ShipmentState.WAITING
        )
        waiting = [row.id for row in await self._tx.rows(open_.order_by(shipment.c.id).limit(_CALLS))]
        if (mine := await self._carry_only(id_, waiting)) and await self._unload(mine[:_APART], state):
            return after
        if state is OccurrenceState.PAUSED:
            return _ALL_CALLS
        left = await self._tx.rows(
            sa.select(shipment.c.id, shipment.c.size)
            .where(shipment.c.id > (first_id(now - RECALL) if after is None else after), *_recallable(now))
            .order_by(shipment.c.id)
            .limit(_CALLS)
        )
        sizes = accumulate(row.size for row in left)
        ids = [row.id for row, size in zip(left, sizes, strict=True) if size - row.size < _ABOARD]
        await self._take_back(await self._carry_only(id_, ids), now)
        return ids[-1] if ids else _ALL_CALLS

    async def _in_slices(self, occurrence_id: str, at: datetime) -> bool:
        """Is this more than a turn may do? Then it is noted for the couriers."""
        some = sa.select(sa.literal(1)).where(delivery.c.occurrence_id == occurrence_id).limit(IN_A_TURN + 1)
        many = int(await self._tx.scalar(sa.select(sa.func.count()).select_from(some.subquery())))
        if many > IN_A_TURN:
            self._tx.write(_BEGIN, occurrence_id=occurrence_id, at=at, calls=None, reached=None, last=None)
        return many > IN_A_TURN

    async def _ends(self, occurrence_id: str) -> tuple[int, int]:
        """The first and the last message of a campaign."""
        # A sum, so that the index of campaigns is walked: by that of ids all older ones may come first.
        id_ = delivery.c.id + 0
        (row,) = await self._tx.rows(
            sa.select(sa.func.min(id_).label("first"), sa.func.max(id_).label("last")).where(
                delivery.c.occurrence_id == occurrence_id
            )
        )
        return row.first or 1, row.last or 0

    async def _mark(
        self, occurrence_id: str, state: OccurrenceState, at: datetime, *here: sa.ColumnElement[bool]
    ) -> None:
        """Bring messages that have not left in line with the state of their campaign."""
        due = delivery.c.state == DeliveryState.DUE
        which, values = due, dict[str, Any](not_before=at)
        if state is OccurrenceState.STOPPED:
            which = sa.or_(due, _UNSHIPPED)
            values = {"state": DeliveryState.CANCELLED, "outcome": STOPPED, "settled_at": at}
        elif state is OccurrenceState.OPEN:
            which = sa.and_(due, delivery.c.not_before == HELD)
        mine = delivery.c.occurrence_id == occurrence_id
        await self._tx.execute(sa.update(delivery).where(mine, which, *here).values(**values))

    async def _take_back(self, mine: Sequence[int], now: datetime) -> list[int]:
        """Mark for the courier what WeCom takes back within 24 hours; the ids of the shipments."""
        some = sa.select(shipment.c.id).where(among(shipment.c.id, mine), *_recallable(now))
        ids = [row.id for row in await self._tx.rows(some)]
        await self._tx.execute(
            sa.update(shipment)
            .where(among(shipment.c.id, ids))
            .values(state=ShipmentState.RECALL, lease_until=now)
        )
        return ids

    async def _unload(self, mine: Sequence[int], state: OccurrenceState) -> list[int]:
        """Calls that surely did not happen and wait for another try are taken apart again; which.

        The lock shows which of them a courier has just taken up: those are in the air.
        """
        locked = (
            sa.select(shipment.c.id)
            .where(among(shipment.c.id, mine), shipment.c.state == ShipmentState.WAITING)
            .order_by(shipment.c.id)
            .with_for_update()
        )
        ids = [row.id for row in await self._tx.rows(locked)]
        if ids and state is OccurrenceState.STOPPED:
            await unload(self._tx, ids, DeliveryState.CANCELLED, outcome=STOPPED)
        elif ids:
            await unload(self._tx, ids, outcome="", not_before=HELD)
        return ids

    async def _own_shipments(self, occurrence_id: str) -> list[int]:
        """The shipments that carry this campaign and nothing else, by way of its few messages."""
        aboard = await self._tx.rows(
            sa.select(delivery.c.shipment_id)
            .where(delivery.c.occurrence_id == occurrence_id, delivery.c.shipment_id.is_not(None))
            .distinct()
        )
        return await self._carry_only(occurrence_id, [row.shipment_id for row in aboard])

    async def _carry_only(self, occurrence_id: str, some: Sequence[int]) -> list[int]:
        """Of these shipments those that carry this campaign and nothing else, and were not taken back."""
        ours = sa.func.coalesce(delivery.c.occurrence_id, "") == occurrence_id
        other = sa.case((sa.and_(ours, delivery.c.outcome != RECALLED), 0), else_=1)
        rows = await self._tx.rows(
            sa.select(delivery.c.shipment_id)
            .where(among(delivery.c.shipment_id, some))
            .group_by(delivery.c.shipment_id)
            .having(sa.func.sum(other) == 0)
            .order_by(delivery.c.shipment_id)
        )
        return [row.shipment_id for row in rows]


def _first_aboard() -> sa.ScalarSelect[str | None]:
    mine = delivery.c.shipment_id == shipment.c.id
    return sa.select(delivery.c.occurrence_id).where(mine).limit(1).correlate(shipment).scalar_subquery()


def _recallable(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        shipment.c.state == ShipmentState.DONE,
        shipment.c.quota == "app",
        shipment.c.message_id != "",
        shipment.c.made_at > now - RECALL,
    )
