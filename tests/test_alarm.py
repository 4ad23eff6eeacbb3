"""The alarm clock goes on ringing when the system's clock is set back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers import base
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.app import after_a_step

_HOUR = timedelta(hours=1)


class Clock(datetime):
    """The system's clock as the scheduler reads it; ``ahead`` until somebody sets it right."""

    ahead = _HOUR

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.now(UTC) + cls.ahead


async def test_it_rings_after_the_clock_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[datetime] = []

    async def ring() -> None:
        rung.append(Clock.now())

    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(Clock, "ahead", _HOUR)
    scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": AsyncIOExecutor()})
    scheduler.add_job(ring, "cron", second="*", coalesce=True, misfire_grace_time=60, id="tick")
    scheduler.start()
    try:
        await _until(rung, 1)
        monkeypatch.setattr(Clock, "ahead", timedelta(0))
        await asyncio.sleep(1.5)
        before = len(rung)
        await asyncio.sleep(1.5)
        assert len(rung) == before, "by itself it would wait for an hour"
        after_a_step(scheduler, Clock.now())
        await _until(rung, before + 2)
        after_a_step(scheduler, Clock.now())
        due = scheduler.get_jobs()[0].next_run_time
        after_a_step(scheduler, Clock.now())
        assert scheduler.get_jobs()[0].next_run_time == due, "what is due soon stays as it is"
    finally:
        scheduler.shutdown(wait=False)


async def _until(rung: list[datetime], count: int) -> None:
    async with asyncio.timeout(10):
        while len(rung) < count:
            await asyncio.sleep(0.05)
