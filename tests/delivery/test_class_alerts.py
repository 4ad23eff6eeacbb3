"""Alerts to classes of which we know nobody: the same classes, one a day, also at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.delivery.rules import SECOND_ALERT, DeliveryState
from bot.delivery.tables import shipment
from tests.delivery.class_cast import SCHOOL, heard, letter, opened, school, sends, states
from tests.delivery.post import Post

__all__ = ["school"]  # the fixture


async def test_an_alert_goes_to_the_same_classes(school: Post) -> None:
    campaign = await school.sound()
    assert await states(school, campaign) == {DeliveryState.SENT}
    assert await heard(school, "安全账户") == {"p_jia": 1, "p_yi": 1, "p_bing": 0, "p_fang": 1}
    assert '"toall":1' not in "".join(r.body.decode() for r in await school.rows(sa.select(shipment.c.body)))


async def test_one_alert_a_day_is_enough_for_a_class(school: Post) -> None:
    await school.sound()
    school.stage.clock.turn(timedelta(minutes=7))
    second = await school.sound()
    assert set((await sends(school, second)).values()) == {(DeliveryState.CANCELLED, SECOND_ALERT)}
    assert (await heard(school, "安全账户"))["p_yi"] == 1


async def test_a_letter_to_a_class_sleeps_at_night_and_an_alert_does_not(school: Post) -> None:
    school.stage.clock.turn(timedelta(hours=14))  # 23:12
    campaign = await letter(school)
    await school.stage.bot.follows.drain()
    await school.sends()
    assert set((await heard(school, "一封信")).values()) == {0}
    await school.sound()
    assert (await heard(school, "安全账户"))["p_yi"] == 1
    await school.passes(hours=9)
    assert await states(school, campaign) == {DeliveryState.SENT}
    assert (await heard(school, "一封信"))["p_yi"] == 1


async def test_an_alert_to_everybody_where_nobody_is_known(database_url: str, root: Path) -> None:
    campus = replace(
        SCHOOL,
        rows=[r for r in SCHOOL.rows if r["身份"] != "家长"],
        unknown=(*SCHOOL.unknown, ("p_jia", "甲妈妈", "7101")),
    )
    async with opened(campus, database_url, root) as post:
        campaign = await post.sound()
        bodies = [r.body.decode() for r in await post.rows(sa.select(shipment.c.body))]
        assert sum('"toall":1' in body for body in bodies) == 1
        assert len(await sends(post, campaign)) == 4
        assert await heard(post, "安全账户") == {"p_jia": 1, "p_yi": 1, "p_bing": 0, "p_fang": 1}
