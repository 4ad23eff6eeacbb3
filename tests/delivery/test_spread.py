"""A large audience is written to over some minutes, and in none in which everybody else sends (90236)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import store, store_reminders
from bot.delivery.actions_reminders import remind_due
from bot.delivery.rules import CROWDED, HALF_HOUR, SPREAD_SECONDS, crowd
from bot.delivery.tables import delivery
from tests.delivery.post import Post


def offset(start: datetime, place: int) -> int:
    begins, seconds = crowd(start)
    place %= SPREAD_SECONDS - seconds
    return place + (seconds if place >= begins else 0)


@given(st.integers(0, 2 * HALF_HOUR), st.integers(0, SPREAD_SECONDS - 1))
def test_no_second_of_a_spread_is_crowded(second: int, place: int) -> None:
    start = datetime(2026, 10, 12, 10, tzinfo=UTC) + timedelta(seconds=second)
    after = offset(start, place)
    assert 0 <= after < SPREAD_SECONDS
    assert int((start + timedelta(seconds=after)).timestamp()) % HALF_HOUR >= CROWDED


@pytest.mark.parametrize("minutes", [18, 10, 0])  # at 09:30, 09:22, 09:12
async def test_what_is_planned_for_the_half_hour_leaves_after_it(
    post: Post, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    monkeypatch.setattr(store, "SPREAD_FROM", 0)
    post.stage.clock.turn(timedelta(minutes=minutes))
    await post.launched("staff-reminder")
    rows = await post.rows(sa.select(delivery.c.person_id, delivery.c.not_before))
    assert len(rows) == 4
    for row in rows:
        late = timedelta(seconds=offset(post.now, row.person_id // 4096))
        assert row.not_before == post.now + late
        assert int(row.not_before.timestamp()) % HALF_HOUR >= CROWDED


async def test_reminders_of_many_are_spread_as_well(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_reminders, "SPREAD_FROM", 0)
    await post.launched("term-test")
    await post.sends()
    post.stage.clock.turn(timedelta(days=19, minutes=18))  # at half past nine
    async with post.work() as work:
        assert await remind_due(work, post.stage.bot.school, post.now) == 2
    nudges = delivery.c.key.startswith("nudge/")
    rows = await post.rows(sa.select(delivery.c.person_id, delivery.c.not_before).where(nudges))
    assert len(rows) == 2
    for row in rows:
        late = timedelta(seconds=offset(post.now, row.person_id // 4096))
        assert row.not_before == post.now + late
        assert int(row.not_before.timestamp()) % HALF_HOUR >= CROWDED
