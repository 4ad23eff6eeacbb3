"""The clock: weekly reminders, sixty seconds, catching up, launching once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.duties.launch import draft
from bot.duties.occurrences import Planned
from bot.duties.rules import OccurrenceState
from bot.duties.tables import occurrence
from bot.work import Work
from tests.stories.cast import Cast


async def occurrences(cast: Cast, duty: str) -> list[tuple[str, str]]:
    async with cast.stage.bot.database.reading() as tx:
        return [(o.id, o.state) for o in await Work(tx).duties.occurrences(duty=duty)]


async def test_the_friday_reminder_with_its_scene(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.at("2026-10-16T16:41")
    bubble = cast.lin.received("A\nB\nC")
    assert bubble.card is not None
    await cast.lin.taps("B")
    await cast.stage.settle()
    cast.lin.received("本周到此，不打扰了")
    await cast.zhou.says("b")
    cast.zhou.hears("本周到此")
    await cast.zhou.says("b")
    cast.zhou.hears("没看懂")


async def test_sixty_seconds_for_the_teacher_and_the_classroom(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.at("2026-10-14T07:51")
    cast.su.received("今天的60秒")
    cast.lin.never_received("今天的60秒")


async def test_a_holiday_moves_the_reminder_to_the_day_before(cast: Cast) -> None:
    await cast.stage.turn_to(cast.local("2026-09-21T08:00"))
    await cast.at("2026-09-25T18:00")  # 中秋节, a Friday
    ids = [id_ for id_, _ in await occurrences(cast, "weekly-reminder")]
    assert ids == ["weekly-reminder@2026-09-24T16:40"]


async def test_a_missed_moment_is_caught_up_and_a_stale_one_recorded(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.stage.turn_to(cast.local("2026-10-16T18:00"))  # down from Monday until Friday evening
    assert (await occurrences(cast, "weekly-reminder"))[0] == ("weekly-reminder@2026-10-16T16:40", "open")
    cast.lin.received("A\nB\nC")
    skipped = await occurrences(cast, "sixty-seconds")
    assert {state for _, state in skipped} == {OccurrenceState.SKIPPED}


async def test_two_clocks_that_ring_together_launch_once(cast: Cast) -> None:
    await cast.stage.rings()
    cast.stage.clock.turn_to(cast.local("2026-10-16T16:40"))
    await asyncio.gather(*(cast.stage.bot.ticker.tick() for _ in range(4)))
    await cast.stage.settle()
    assert len(await occurrences(cast, "weekly-reminder")) == 1
    assert sum("A\nB\nC" in b.seen for b in cast.lin.bubbles) == 1


async def test_a_clock_that_steps_back_launches_nothing_again(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.at("2026-10-16T16:41")
    await cast.stage.turn_to(cast.local("2026-10-16T16:30"))
    await cast.at("2026-10-16T16:45")
    assert len(await occurrences(cast, "weekly-reminder")) == 1


async def test_an_administrator_looks_before_sending(cast: Cast) -> None:
    await cast.chen.says("/push")
    cast.chen.hears("接下来两周", "weekly-reminder", "monthly-bulletin")
    listed = cast.chen.bubbles[-1].seen
    assert listed.count("morning-digest") == 1, "what comes every day leaves room for the rest"
    assert "次" in listed
    await cast.chen.says("/push weekly-reminder")
    cast.chen.hears("将发给4人（学生4）", "总阅读时间")
    await cast.chen.says("/push weekly-reminder 发送")
    cast.chen.hears("马上发出")
    await cast.chen.says("/push weekly-reminder 发送")
    cast.chen.hears("已经发过了")
    await cast.stage.rings()
    cast.lin.received("A\nB\nC")


async def test_routine_messages_wait_for_the_end_of_quiet_hours(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.stage.turn_to(cast.local("2026-10-12T22:00"))
    await cast.chen.says("/push weekly-reminder 发送")
    await cast.stage.rings()
    cast.lin.never_received("A\nB\nC")
    await cast.stage.turn_to(cast.local("2026-10-13T07:01"))
    cast.lin.received("A\nB\nC")


async def test_no_more_than_two_routine_messages_a_week(cast: Cast) -> None:
    await cast.stage.rings()
    for duty in ("weekly-reminder", "term-test", "install-app"):
        await cast.stage.fire(duty)
    received = [b for b in cast.lin.bubbles if not b.mine]
    assert len(received) == 2
    await cast.stage.turn_to(cast.local("2026-10-19T07:55"))
    assert len([b for b in cast.lin.bubbles if not b.mine]) > 2


async def test_a_campaign_that_the_plan_has_lost_holds_up_no_cry_for_help(cast: Cast) -> None:
    await cast.stage.rings()
    async with cast.stage.bot.database.begin() as tx:
        work, school = Work(tx), cast.stage.bot.school
        planned = Planned(school.plan.duties["weekly-reminder"], cast.stage.clock())
        lost = replace(await draft(work, school, school.default_pack, planned), duty="of-last-year")
        assert await work.duties.add(lost)
    await cast.lin.says("被骗")
    await cast.lin.says("已经转了")
    await cast.stage.turn_to(cast.stage.clock() + timedelta(minutes=11))
    cast.chen.received("软件2301 林小满")
    assert await occurrences(cast, "of-last-year") == [(lost.id, OccurrenceState.SKIPPED)]


async def test_what_one_part_of_the_clock_raises_comes_after_the_others_had_their_turn(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.chen.says("/push weekly-reminder 发送")
    async with cast.stage.bot.database.begin() as tx:
        await tx.execute(sa.update(occurrence).values(pack="no-such-pack", do="no-such-thing"))
    await cast.lin.says("被骗")
    await cast.lin.says("已经转了")
    cast.stage.clock.turn_to(cast.stage.clock() + timedelta(minutes=11))
    with pytest.raises(ValueError, match="no-such-thing"):
        await cast.stage.bot.tick()
    await cast.stage.settle()
    cast.chen.received("软件2301 林小满")
