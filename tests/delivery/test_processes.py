"""Real processes, really killed: nobody is left out, nobody is written to twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
import sqlalchemy as sa

from bot.delivery.tables import quota, shipment
from bot.duties.tables import occurrence
from bot.simulator.stage import free_port
from tests.delivery.yard import LATER, Yard, fan_out, yard

pytestmark = pytest.mark.slow


async def test_two_workers_and_two_web_processes(database_url: str) -> None:
    """One launch, one budget, every message once, whichever process does it; one worker is killed."""
    if database_url.startswith("sqlite"):
        pytest.skip("more than one process needs PostgreSQL")
    async with yard(database_url, 400, "2026-10-16T16:40:20+08:00") as place:
        await fan_out(place, 100)
        ports = [free_port("127.0.0.1") for _ in range(2)]
        first, *_ = await asyncio.gather(
            place.start("worker"), place.start("worker"),
            *(place.start("web", port=port) for port in ports),
        )  # fmt: skip
        await place.until_called(20)
        first.kill()
        await first.wait()
        await place.start("worker", LATER)
        await place.until_all_left()
        assert Counter(place.bubbles("请看").values()) == {1: 400}
        weekly = sa.select(sa.func.count()).where(occurrence.c.duty == "weekly-reminder")
        assert await place.scalar(weekly) == 1
        used = sa.select(sa.func.sum(quota.c.used)).where(quota.c.name.startswith("campus/app/"))
        carried = sa.select(sa.func.sum(shipment.c.size)).where(shipment.c.quota == "app")
        assert await place.scalar(used) == await place.scalar(carried)
        await says_to_both(place, ports)


async def says_to_both(place: Yard, ports: list[int]) -> None:
    """The same student at two web processes is one student."""
    (corp,) = place.stage.sim.world.corps
    student = place.stage.sim.phones[f"{corp.corp_id}|member|s2400000"]
    for port, words, answer in zip(ports, ("少发", "恢复"), ("其余不再发", "已恢复"), strict=True):
        corp.apps[0].callback_url = f"http://127.0.0.1:{port}/callback/campus"
        await student.says(words)
        student.hears(answer)
