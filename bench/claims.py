"""One worker that claims due rows, ships and settles them; a process: ``python -m bench.claims URL``.

Waits for a line on its input, so that all workers begin together; prints how many rows it handled.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from typing import Final

import bench.school
from bot.db import Database
from bot.delivery.store_courier import CourierRows
from bot.ids import new_id
from bot.messages import Address
from bot.platforms.port import Packed, Receipt

_ROWS: Final = 1000


async def work(url: str, now: datetime) -> int:
    database = Database(url)
    done = 0
    try:
        while True:
            async with database.begin() as tx:
                rows = CourierRows(tx)
                if not (claimed := await rows.claim(bench.school.ACCOUNT, now, _ROWS)):
                    return done
                to = tuple(Address.from_key(c.address) for c in claimed)
                packed = Packed("/", b"", to, timedelta(hours=4), "app")
                members = [c.id for c in claimed]
                shipment = rows.ship(new_id(now), bench.school.ACCOUNT, packed, members, now)
            async with database.begin() as tx:
                await CourierRows(tx).delivered([(shipment, Receipt())], now)
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
