"""Results that come later as events: connected with their shipments, whichever of the two came first."""

from __future__ import annotations

from datetime import datetime

from bot.db import Database
from bot.delivery.actions_fallback import fall_back
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_results import Results
from bot.school import School
from bot.work import Work


async def act_on_results(database: Database, school: School, now: datetime) -> int:
    """Mark what the platform sent; who was not reached gets the next channel. How many results were heard.

    An event only leaves a row, so a callback waits for nobody, and there is one order of things: a result
    is acted on after the shipment it is about was settled, once.
    """
    async with database.reading() as tx:
        if not await Results(tx).waiting(now):
            return 0
    heard = 0
    async with database.begin() as tx:
        results = Results(tx)
        found = await results.unheard(now)
        ours = await results.shipments(found)
        sent: list[int] = []
        for one in found:
            id_ = ours.get((one.account, one.message_id))
            if id_ is None:
                results.later(one, now)
                continue
            results.heard(one)
            heard += 1
            if not one.error:
                sent.append(id_)
            elif await results.miss(id_, one.error, now):
                await fall_back(Work(tx), school, await CourierRows(tx).missed(shipment_id=id_), now)
        if sent:
            await results.confirm(sent)
    return heard
