"""Taking a shipment apart: a call that surely did not happen, whose messages go on without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.db import Tx
from bot.delivery.rules import DeliveryState, ShipmentState
from bot.delivery.store_acceptances import Acceptances
from bot.delivery.store_shipments import UNSETTLED
from bot.delivery.store_windows import Windows
from bot.delivery.tables import delivery, shipment

TRY_GIVEN_BACK = delivery.c.attempts - 1  # for ``attempts``: it was not the messages' fault


async def unload(
    tx: Tx, shipments: Sequence[int], state: DeliveryState = DeliveryState.DUE, **changes: Any
) -> None:
    """Everybody on board is off again, in this state and with these changes; the shipments are done with.

    What they drew of a follower's acceptances and of their window comes back, once.
    """
    taken = await tx.rows(
        sa.select(shipment.c.id)
        .where(shipment.c.id.in_(shipments), shipment.c.state.in_(UNSETTLED))
        .order_by(shipment.c.id)
        .with_for_update()
    )
    ids = [row.id for row in taken]  # whoever comes second finds nothing to give back
    await Acceptances(tx).give_back(ids)
    await Windows(tx).unloaded(ids)
    await tx.execute(
        sa.update(delivery)
        .where(delivery.c.shipment_id.in_(ids), delivery.c.state == DeliveryState.LEASED)
        .values(state=state, shipment_id=None, **changes)
    )
    await tx.execute(
        sa.update(shipment).where(shipment.c.id.in_(ids)).values(state=ShipmentState.DONE, lease_until=None)
    )
