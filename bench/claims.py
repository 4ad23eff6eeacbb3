"""One worker that claims due rows and settles them, in a process of its own: ``python -m bench.claims URL``.

Waits for a line on its input, so that all workers begin together; prints how many rows it handled.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from typing import Final

import bench.school
from bot.db import Database
from bot.delivery.rules import DeliveryState
from bot.delivery.store_courier import CourierRows

_ROWS: Final = 1000


async def work(url: str, now: datetime) -> int:
    database = Database(url)
    done = 0
    try:
        while True:
            async with database.begin() as tx:
                claimed = await CourierRows(tx).claim(bench.school.ACCOUNT, now, _ROWS)
            if not claimed:
                return done
            async with database.begin() as tx:
                await CourierRows(tx).finish([c.id for c in claimed], DeliveryState.SENT, "", now)
            done += len(claimed)
    finally:
        await database.close()


def main() -> None:
    now = datetime.fromisoformat(sys.argv[2]) + timedelta(hours=1)
    print("ready", flush=True)
    sys.stdin.readline()
    print(asyncio.run(work(sys.argv[1], now)))


if __name__ == "__main__":
    main()
