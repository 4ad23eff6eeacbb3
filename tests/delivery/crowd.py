"""A college of two thousand, for what only happens to crowds; and the process that serves it."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.app import built, serving
from bot.simulator.campus import Campus
from tests.delivery.post import row

STUDENTS: Final = 2000
ROOT: Final = Path(__file__).parent.parent.parent


def crowd(students: int = STUDENTS) -> Campus:
    """Students of classes of forty, and one administrator."""
    rows = [
        row(f"{code}", f"学{chr(0x4E00 + n)}", "学生", f"示例学院/2024级/一{n // 40:02}班", f"s{code}")
        for n, code in enumerate(range(2400000, 2400000 + students))
    ]
    rows.append(row("T1", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"))
    return Campus(rows=rows)


async def serve(asked: dict[str, Any]) -> None:
    """What a worker or web process does, by a clock that is put to another hour."""
    offset = timedelta(seconds=asked["offset"])
    settings = crowd(asked["students"]).settings(asked["sim"], asked["bot"], asked["database"])
    async with built(settings, ROOT, clock=lambda: datetime.now(UTC) + offset) as bot:
        if asked["role"] == "courier":
            print("ready", flush=True)
            await bot.courier.run(0.05)
        async with serving(bot, asked["role"], "127.0.0.1", asked["port"]):
            print("ready", flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
