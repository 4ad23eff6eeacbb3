"""A college of two thousand, for what only happens to crowds; and the process that serves it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from bot.app import Bot, built, serving
from bot.logs import configure
from bot.simulator.campus import Campus
from tests.delivery.post import CAMPUS, row

STUDENTS: Final = 2000
ROOT: Final = Path(__file__).parent.parent.parent


def crowd(students: int = STUDENTS, followers: int = 0) -> Campus:
    """Students of classes of forty, one administrator, and so many followers of the official account.

    No students: the few people of ``post``, who have names.
    """
    if not students:
        return CAMPUS
    rows = [
        row(f"{code}", f"学{chr(0x4E00 + n)}", "学生", f"示例学院/2024级/一{n // 40:02}班", f"s{code}")
        for n, code in enumerate(range(2400000, 2400000 + students))
    ]
    rows.append(row("T1", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"))
    names = tuple((f"oF{n:04}", f"关{chr(0x4E00 + n)}") for n in range(followers))
    return Campus(rows=rows, followers=names)


def dies(bot: Bot, at: int) -> None:
    """Shot by itself right before its ``at``-th statement or commit: any point that a database can tell.

    Nothing is cleaned up, nothing is flushed: the signal cannot be caught.
    """
    numbers = count(1)

    def point(*_: Any) -> None:
        if next(numbers) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(bot.database.engine.sync_engine, "before_cursor_execute", point)
    event.listen(bot.database.engine.sync_engine, "commit", point)


async def serve(asked: dict[str, Any]) -> None:
    """What a worker or web process does, by a clock that is put to another hour.

    ``courier`` only sends; ``launcher`` looks once at what is due, then sends; ``ticker`` looks at the
    moments that it is told, when it is told.
    """
    offset = timedelta(seconds=asked["offset"])
    told: list[datetime] = []
    settings = crowd(asked["students"]).settings(asked["sim"], asked["bot"], asked["database"])
    clock: Callable[[], datetime] = lambda: told[-1] if told else datetime.now(UTC) + offset  # noqa: E731
    async with built(settings, ROOT, clock=clock) as bot:
        if asked.get("die_at"):
            dies(bot, asked["die_at"])
        if asked["role"] in ("courier", "launcher"):
            print("ready", flush=True)
            if asked["role"] == "launcher":
                await bot.tick()
            await bot.courier.run(0.05)
        if asked["role"] == "ticker":
            print("ready", flush=True)
            while line := await asyncio.to_thread(sys.stdin.readline):
                told.append(datetime.fromisoformat(line.strip()))
                print(await bot.ticker.tick(), flush=True)
            return
        async with serving(bot, asked["role"], "127.0.0.1", asked.get("port", 0)):
            print("ready", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    configure("json", "warning")
    asyncio.run(serve(json.loads(sys.argv[1])))
