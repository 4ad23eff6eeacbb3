"""A real worker, really killed in the middle of publishing: nothing is published twice, nothing is lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.publishing.rules import State
from tests.delivery.test_processes import LATER, yard
from tests.publishing.desk import ADD, SUBMIT, Desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
_MONDAY = "2026-10-12T09:12:00+08:00"


async def until(desk: Desk, id_: int, state: State) -> None:
    async with asyncio.timeout(40):
        while (await desk.now(id_)).state is not state:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("event", [True, False])
async def test_kill_9_while_a_draft_is_made_and_while_it_is_published(database_url: str, event: bool) -> None:
    async with yard(database_url, 3, _MONDAY) as place:
        desk = Desk(place.stage)
        desk.account.publish_event = event
        async with desk.work() as work:
            admin = await work.people.by_code("T1")
        assert admin is not None
        one = await desk.asked(await place.stage.fire("weekly-reminder"), "T1")
        for later, path, state in ((0.0, ADD, State.DRAFT), (2 * LATER, SUBMIT, State.PUBLISHED)):
            place.stage.sim.faults.hang(path)
            worker = await place.start("worker", later)
            async with asyncio.timeout(30):
                while not desk.calls(path):
                    await asyncio.sleep(0.02)
            worker.kill()
            await worker.wait()
            place.stage.sim.faults.heal()
            assert (await desk.now(one.id)).state in (State.DRAFTING, State.SUBMITTING)
            worker = await place.start("worker", later + LATER)
            await until(desk, one.id, state)
            worker.kill()
            await worker.wait()
            if state is State.DRAFT:
                async with desk.work() as work:
                    found = await work.articles.get(one.id)
                    assert found is not None
                    await work.articles.move(
                        found, State.READY, publish_by=admin.id, due=place.stage.clock()
                    )
        assert desk.calls(ADD) == ["ok"]
        assert desk.calls(SUBMIT) == ["ok"]
        assert len(desk.public()) == 1
        assert (await desk.now(one.id)).url == desk.public()[0].urls[0]
