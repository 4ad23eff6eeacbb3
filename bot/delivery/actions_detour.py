"""An alert does not wait for an account that was stopped: it takes the next channel, where there is one."""

from __future__ import annotations

from datetime import datetime

from bot.db import Tx
from bot.delivery.actions_fallback import fall_back
from bot.delivery.rules import LINE_STOPPED, DeliveryState
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_unloading import TRY_GIVEN_BACK, unload
from bot.school import School
from bot.work import Work


async def detour(tx: Tx, school: School, now: datetime) -> int:
    """How many messages went another way; whoever has none waits until somebody has seen to the account.

    Also those that were fixed and surely did not leave, for instance because the account was stopped by them.
    """
    rows = CourierRows(tx)
    stopped = sorted(account for account, (_, why) in (await rows.account_states()).items() if why)
    if not stopped:
        return 0
    if waiting := await rows.stuck_shipments(stopped):
        await unload(tx, waiting, not_before=now, attempts=TRY_GIVEN_BACK)
    running = [account.id for account in school.accounts if account.id not in stopped]
    ids = await rows.stuck_alerts(stopped, running)
    await rows.finish(ids, DeliveryState.REFUSED, LINE_STOPPED, now)
    return await fall_back(Work(tx), school, await rows.missed(ids=ids), now)
