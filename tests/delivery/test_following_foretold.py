"""Who does not follow 学校通知 is foretold where they will be told, and counted where the child is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from bot.delivery.rules import Standing
from bot.duties.scope import limited
from bot.people.tables import guardian
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.delivery.post import MONDAY, NURSES, SOFTWARE, Post
from tests.delivery.test_following import FAMILIES, learns


@pytest.fixture
async def school(database_url: str, root: Path) -> AsyncIterator[Post]:
    frozen = datetime.fromisoformat(MONDAY)
    async with staged(FAMILIES, database_url, root, Clock(source=lambda: frozen), rng=Random(5)) as stage:
        yield Post(stage)


async def test_who_is_deaf_to_the_school_is_foretold_elsewhere(school: Post) -> None:
    """许兰 is reached by the official account, 林海 by nobody but his child's teacher."""
    await learns(school)
    await school.bind("P1", "oLin")
    await school.member("chen").says("/push parent-letter")
    school.member("chen").hears(
        "将发给3人（家长3）", "渠道：campus 学校通知1人、public 公众号1人；无渠道1人（由老师转达）。"
    )
    campaign = await school.launched("parent-letter")
    await school.sends()
    found = await school.states(campaign)
    assert found == {Standing.DELIVERED: 2, Standing.REFUSED: 1}
    await school.member("chen").says(f"/push parent-letter 只发 {NURSES}")
    school.member("chen").hears("没有对象")


async def test_families_of_a_unit_are_those_of_its_children(school: Post) -> None:
    """Of a brother elsewhere nothing is told here."""
    await learns(school)
    async with school.work() as work:
        bot = school.stage.bot.school
        mine = limited(bot.plan.duties["parent-letter"], bot.default_pack, {}, bot.default_pack, SOFTWARE)
        theirs = limited(bot.plan.duties["parent-letter"], bot.default_pack, {}, bot.default_pack, NURSES)
        assert mine is not None
        assert theirs is not None
        assert await work.outbox.unfollowed(mine, bot.plan.asks) == 1
        assert await work.outbox.unfollowed(theirs, bot.plan.asks) == 0
        work.tx.write(
            guardian.insert(), parent_id=await school.person("P1"), child_id=await school.person("2301101")
        )
        await work.tx.flush()
        assert await work.outbox.unfollowed(mine, bot.plan.asks) == 1
        assert await work.outbox.unfollowed(theirs, bot.plan.asks) == 1
