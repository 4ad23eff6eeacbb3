"""Taking a message back from the phones, after its campaign was stopped."""

from __future__ import annotations

import structlog

from bot.db import Database
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_shipments import Shipment
from bot.errors import PlatformError, Verdict
from bot.platforms.port import Client
from bot.platforms.wecom.client import WecomClient

log = structlog.get_logger()
# Also what a person mends, say the list of IPs: until the day is over, when the platform says so (42052).
_PASSING = (Verdict.RETRY, Verdict.WAIT, Verdict.UNKNOWN, Verdict.TOKEN, Verdict.STOP)


async def take_back(database: Database, client: Client | None, shipment: Shipment) -> None:
    """One recall, at most 24 h after sending; copies in the WeChat plug-in stay (94867).

    After trouble that may pass the shipment keeps its lease, which brings it back here.
    """
    done = False
    try:
        if isinstance(client, WecomClient):
            await client.recall(shipment.message_id)
            done = True
    except PlatformError as error:
        log.warning("not recalled", account=shipment.account, code=error.code)
        if error.verdict in _PASSING:
            return
    async with database.begin() as tx:
        await CourierRows(tx).recalled(shipment, done)
