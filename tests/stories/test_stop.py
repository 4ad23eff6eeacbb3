"""Something wrong went out: it is stopped in the chat, and the administrator hears how far it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.duties.rules import Occurrence, OccurrenceState
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import CAMPUS, MONDAY, Cast, _row
from tests.stories.office import logs_in

SEND = "/cgi-bin/message/send"
COLLEGE = "信息工程学院"


@pytest.fixture
async def colleges(database_url: str, root: Path) -> AsyncIterator[Cast]:
    """With somebody who administers one college alone."""
    head = _row("T1006", "秦川", "教职工", COLLEGE, "qin", 职责="管理员", 负责单位=COLLEGE)
    campus = replace(CAMPUS, rows=[*CAMPUS.rows, head])
    async with staged(campus, database_url, root, Clock(source=lambda: MONDAY), rng=Random(5)) as stage:
        await stage.rings()
        yield Cast(stage)


async def of(cast: Cast, duty: str) -> Occurrence:
    async with cast.stage.bot.database.reading() as tx:
        (one,) = await Work(tx).duties.occurrences(duty=duty)
    return one


def read(phone: Speaker) -> list[bool]:
    """Of every scene on this phone: was it taken back?"""
    return [b.recalled for b in phone.bubbles if b.recalled or (not b.mine and "A\nB\nC" in b.seen)]


async def test_stopped_half_way_with_the_three_numbers(cast: Cast) -> None:
    """周一诺 is answering a quiz, so the reminder of the week still waits for him."""
    await cast.stage.fire("term-test")
    await cast.zhou.says("答题")
    one = await cast.stage.fire("weekly-reminder")
    assert read(cast.lin) == [False]
    assert read(cast.zhou) == []
    await cast.chen.says("刚才发错了")
    cast.chen.hears("要停哪一项", "学生周提醒", "（weekly-reminder）")
    await cast.chen.says(f"/stop {one}")
    cast.chen.hears("已发2人，还没发1人")
    await cast.chen.says(f"/stop {one} 停止")
    cast.chen.hears("已停止：已发2人，其中撤回2人，未发1人。")
    await cast.stage.settle()
    assert read(cast.lin) == [True]
    cast.stage.clock.turn(timedelta(hours=2))
    await cast.stage.settle()
    assert read(cast.zhou) == [], "what had not left never leaves"
    await cast.chen.says(f"/stop {one} 停止")
    cast.chen.hears("没有这一项，或它已经停了")
    await cast.chen.says(f"/stop {one}")
    cast.chen.hears("已停止：已发2人，其中撤回2人，未发1人。")
    await logs_in(cast.wu)
    page = await cast.wu.visit(f"{cast.stage.bot_url}/console/campaign?id={one}")
    assert "已停止：已发2人，其中撤回2人，未发1人。" in page.text


async def test_held_back_and_let_go_in_the_chat(cast: Cast) -> None:
    cast.stage.sim.faults.errcode(SEND, -1)
    one = await cast.stage.fire("weekly-reminder")
    assert read(cast.lin) == []
    await cast.chen.says(f"/stop {one} 暂停")
    cast.chen.hears("已暂停")
    cast.stage.clock.turn(timedelta(hours=1))
    await cast.stage.settle()
    assert read(cast.lin) == []
    await cast.chen.says(f"/stop {one} 恢复")
    cast.chen.hears("已恢复")
    await cast.stage.settle()
    assert read(cast.lin) == [False]
    assert (await of(cast, "weekly-reminder")).state is OccurrenceState.OPEN


async def test_what_is_short_to_type_is_enough_until_two_are_meant(cast: Cast) -> None:
    """In WeCom a reply has nothing to tap: the name of the duty, or its title, must do."""
    first = await cast.stage.fire("weekly-reminder")
    await cast.chen.says("/stop Weekly-reminder 暂停")
    cast.chen.hears("已暂停", "/stop Weekly-reminder 恢复")
    await cast.chen.says("/stop 学生周提醒 恢复")
    cast.chen.hears("已恢复")
    cast.stage.clock.turn(timedelta(hours=2))
    second = await cast.stage.fire("weekly-reminder")
    assert first != second
    await cast.chen.says("/stop weekly-reminder 停止")
    cast.chen.hears("要停哪一项", first, second)
    assert "已停止" not in cast.chen.bubbles[-1].seen
    await cast.chen.says(f"/stop {second} 停止")
    cast.chen.hears("已停止")


async def test_only_who_answers_for_all_of_it_stops_it(cast: Cast) -> None:
    one = await cast.stage.fire("weekly-reminder")
    for phone in (cast.su, cast.lin):
        await phone.says(f"/stop {one} 停止")
        assert "已停止" not in phone.bubbles[-1].seen
    await cast.chen.says("/stop nothing@2026 停止")
    cast.chen.hears("没有这一项")
    assert (await of(cast, "weekly-reminder")).state is OccurrenceState.OPEN


async def test_who_administers_a_college_stops_nothing_of_the_whole_school(colleges: Cast) -> None:
    one, head = await colleges.stage.fire("weekly-reminder"), colleges.member("qin")
    await head.says("/stop")
    assert one not in head.bubbles[-1].seen
    for act in ("", " 停止", " 暂停", " 恢复"):
        await head.says(f"/stop {one}{act}")
        head.hears("没有这一项")
    assert (await of(colleges, "weekly-reminder")).state is OccurrenceState.OPEN
    await colleges.chen.says("/push install-app 只发 信息工程学院 发送")
    await colleges.stage.rings()
    await head.says("/stop")
    head.hears("国家反诈中心App")
