"""``bot demo``: an invented college on its pretended platforms, and one address to open."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from bot.simulator.campus import Campus
from bot.simulator.cast import college
from bot.simulator.stage import Stage, staged
from bot.simulator.world import Clock
from bot.work import Work

# A Monday morning in the sixth week of term: reminders, a test and a letter are all near.
START: Final = datetime(2026, 10, 12, 7, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
_FIRST: Final = ("term-test", "parent-letter")


def campus() -> Campus:
    """One of the parents does not follow 学校通知 yet: her letter comes once she does."""
    return Campus(college(), followers=(("oVisitorOne", "新来的访客"),), silent=("p2301002",))


async def run(base: Path, port: int, database: str, fresh: bool) -> None:
    """Serve until Ctrl-C. ``fresh`` begins with an empty database."""
    if fresh:
        _forget(database, base)
    clock = Clock()
    clock.turn_to(START)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    async with staged(campus(), database, base, clock, port=port, rng=Random(7)) as stage:
        await _open_the_day(stage)
        jobs = (stage.bot.courier.run(0.2), stage.bot.press.run(1.0), _ring(stage), stage.bot.watch.run())
        tasks = [asyncio.create_task(job) for job in jobs]
        print(f"反诈课代表演示已就绪，请打开 {stage.url}  （Ctrl-C 结束）", flush=True)
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _open_the_day(stage: Stage) -> None:
    """Something to see at once; a database from last time goes on where it was."""
    async with stage.bot.database.reading() as tx:
        known = {o.duty for o in await Work(tx).duties.occurrences()}
        newest = await Work(tx).duties.watermark(f"clock/{stage.bot.school.default_pack}")
    if newest is not None and newest > stage.clock():
        stage.clock.turn_to(newest + timedelta(seconds=1))
    await stage.hang_menus()
    await stage.rings()
    for duty in _FIRST:
        if duty not in known:
            await stage.fire(duty)


async def _ring(stage: Stage) -> None:
    while True:
        await asyncio.sleep(5)
        await stage.bot.tick()
        await stage.bot.follows.round()


def _forget(database: str, base: Path) -> None:
    prefix = "sqlite+aiosqlite:///"
    if database.startswith(prefix):
        path = base / database.removeprefix(prefix)
        for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            name.unlink(missing_ok=True)
