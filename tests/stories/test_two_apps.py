"""Two apps of one corp: what one of them can no longer see the other may still reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from bot.people.records import Contact
from bot.settings import Settings, WecomApp
from bot.simulator.campus import Campus
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import CAMPUS, MONDAY, Cast

CLINIC: Final = 1000009


class TwoApps(Campus):
    """The college with one more app, say of its clinic, which everybody can see as well."""

    def world(self, bot_url: str) -> dict[str, Any]:
        world = Campus.world(self, bot_url)
        (campus,) = world["corps"][0]["apps"]
        clinic = {"agent_id": CLINIC, "secret": "clinic-secret", "callback_url": f"{bot_url}/callback/clinic"}
        world["corps"][0]["apps"] = [campus, campus | clinic | {"name": "校医院", "school": False}]
        return world

    def settings(self, simulator_url: str, bot_url: str, database: str) -> Settings:
        settings = Campus.settings(self, simulator_url, bot_url, database)
        campus = settings.accounts[0]
        assert isinstance(campus, WecomApp)
        secret = type(campus.secret)("clinic-secret")
        more = {"id": "clinic", "agent_id": CLINIC, "secret": secret, "school_notice": False}
        return settings.model_copy(update={"accounts": [*settings.accounts, campus.model_copy(update=more)]})


@pytest.fixture
async def two(database_url: str, root: Path) -> AsyncIterator[Cast]:
    campus = TwoApps(rows=CAMPUS.rows, followers=CAMPUS.followers)
    clock = Clock(source=lambda: MONDAY)
    async with staged(campus, database_url, root, clock, rng=Random(5)) as stage:
        yield Cast(stage)


async def leaves(cast: Cast, agent_id: int) -> None:
    """The app's visible scope has everybody but 林小满 from now on, and the app hears of it."""
    (corp,) = cast.stage.sim.world.corps
    app = next(one for one in corp.apps if one.agent_id == agent_id)
    app.visible = [one.userid for one in corp.members if one.id != cast.lin.id]
    await cast.lin.line.event(cast.lin, app, "unsubscribe", {"EventKey": ""}, "[unsubscribe]")


async def contact(cast: Cast) -> Contact:
    async with cast.stage.bot.database.reading() as tx:
        person = await Work(tx).people.by_code("2301001")
        assert person is not None
        (found,) = (await Work(tx).people.contacts_of([person.id]))[person.id]
        return found


async def reminded(cast: Cast) -> bool:
    """Does a campaign reach 林小满?"""
    before = len(cast.lin.bubbles)
    await cast.stage.fire("install-app")
    return len(cast.lin.bubbles) > before


def campus_agent(cast: Cast) -> int:
    app = cast.stage.bot.school.accounts.apps()[0]
    return app.agent_id


async def test_an_app_that_nobody_uses_takes_nobody_away(two: Cast) -> None:
    await leaves(two, CLINIC)
    found = await contact(two)
    assert (found.account, found.unreachable) == ("campus", "")
    assert await reminded(two)


async def test_whom_the_last_app_lost_is_reached_by_the_one_that_serves_them(two: Cast) -> None:
    await two.lin.says("帮助", f"app-{CLINIC}")
    assert (await contact(two)).account == "clinic"
    await leaves(two, CLINIC)
    found = await contact(two)
    assert (found.account, found.unreachable) == ("campus", "")
    assert await reminded(two)


async def test_whom_the_serving_app_lost_is_back_with_the_first_word_elsewhere(two: Cast) -> None:
    await leaves(two, campus_agent(two))
    assert (await contact(two)).unreachable == "不在应用可见范围"
    await two.lin.says("帮助", f"app-{CLINIC}")
    found = await contact(two)
    assert (found.account, found.unreachable) == ("clinic", "")
    assert await reminded(two)


async def test_who_leaves_both_is_reached_by_none(two: Cast) -> None:
    await leaves(two, CLINIC)
    await leaves(two, campus_agent(two))
    assert (await contact(two)).unreachable == "不在应用可见范围"
    assert not await reminded(two)
