"""Before sending: another time, a smaller unit, a try on oneself; and nobody gets round the second person."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot.delivery import actions
from bot.delivery.tables import delivery
from bot.duties.rules import Occurrence, OccurrenceState
from bot.duties.tables import occurrence, task
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import CAMPUS, MONDAY, SOFTWARE, Cast, _row

LARGER = replace(
    CAMPUS,
    rows=[
        *CAMPUS.rows,
        _row("T2001", "方明", "教职工", "信息工程学院", "fang", 职责="反诈联络员", 负责单位="信息工程学院"),
        _row("2301009", "贺子涵", "学生", "护理学院/2023级/护理2301", "s2301009"),
        _row("T1005", "秦川", "教职工", "学生处", "qin", 职责="管理员", 负责单位="全校", 学段=""),
        _row("P9", "秦川", "家长", SOFTWARE, "p_qin", 监护="2301002"),
        _row("P8", "方方", "家长", "护理学院"),
    ],
)


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    async with staged(LARGER, database_url, root, Clock(source=lambda: MONDAY), rng=Random(5)) as stage:
        yield Cast(stage)


def word(phone: Speaker, label: str) -> str:
    """What tapping the choice with this label says."""
    found = re.findall(rf"【([^】]+)】{re.escape(label)}", phone.bubbles[-1].seen)
    assert found, phone.bubbles[-1].seen
    return str(found[0])


async def all_of(cast: Cast, duty: str) -> list[Occurrence]:
    async with cast.stage.bot.database.reading() as tx:
        return await Work(tx).duties.occurrences(duty=duty)


async def count(cast: Cast, table: sa.Table) -> int:
    async with cast.stage.bot.database.reading() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(table)))


async def test_what_went_out_already_is_told_before_it_goes_again(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.chen.says("/stats 学生学期测试")
    cast.chen.hears("「学生学期测试」还没有发过")
    await cast.chen.says("/push 学生学期测试 只发 护理学院")
    assert "已经发过" not in cast.chen.bubbles[-1].seen
    await cast.chen.says(word(cast.chen, "发送"))
    cast.chen.hears("好，马上发出。发错了马上发 /stop")
    await cast.stage.rings()
    await cast.chen.says("/push term-test")
    cast.chen.hears("注意：10-12", "（护理学院）已经发过一次")
    await cast.chen.says("/push term-test 只发 信息工程学院")
    assert "已经发过" not in cast.chen.bubbles[-1].seen  # nobody of theirs was meant

    await cast.chen.says("/push staff-test 发送")
    await cast.stage.rings()
    for asked in ("/stats 护理学院/2023级/护理2301 学期测试", "/stats 学期测试 护理2301"):
        await cast.chen.says(asked)
        cast.chen.hears("护理2301｜学生学期测试")  # the newer one of that name has nobody there
    await cast.chen.says("/stats 护理2301 教职工学期测试")
    cast.chen.hears("护理2301没有人参加这项活动")


async def test_who_has_too_few_colleagues_to_agree_is_told_at_once(database_url: str, root: Path) -> None:
    alone = replace(CAMPUS, rows=[row for row in CAMPUS.rows if row["编号"] != "T1004"])
    async with staged(alone, database_url, root, Clock(source=lambda: MONDAY), rng=Random(5)) as stage:
        chen = Cast(stage).chen
        await chen.says("/alert alert-police 我市")
        chen.hears("已起草", "除您以外没有人能审批，要2位")
        await chen.says("/push weekly-bulletin 发送")
        chen.hears("等另一位审批", "除您以外没有人能审批，要1位")


async def test_who_has_colleagues_enough_is_not_warned(cast: Cast) -> None:
    await cast.chen.says("/alert alert-police 我市")
    assert "能审批，要" not in cast.chen.bubbles[-1].seen  # 吴越 and 秦川
    await cast.chen.says("/push weekly-bulletin 发送")
    assert "能审批，要" not in cast.chen.bubbles[-1].seen


async def test_tonight_for_one_class(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.chen.says("/push weekly-reminder")
    cast.chen.hears("将发给5人（学生5）")
    await cast.chen.says(word(cast.chen, "只发…"))
    cast.chen.hears("护理学院 1人", "信息工程学院 4人")
    await cast.chen.says(word(cast.chen, "信息工程学院 4人"))
    cast.chen.hears("（信息工程学院）将发给4人")
    await cast.chen.says(word(cast.chen, "改时间"))
    await cast.chen.says(word(cast.chen, "10-12 18:30"))
    cast.chen.hears("（信息工程学院）将发给4人", "10-12 18:30发", "计划里的10-16 16:40那次照常")
    await cast.chen.says(word(cast.chen, "发送"))
    cast.chen.hears("已登记，10-12 18:30发出")
    await cast.stage.turn_to(cast.local("2026-10-12T18:29"))
    cast.lin.never_received("A\nB\nC")
    assert await count(cast, task) == 0
    await cast.stage.turn_to(cast.local("2026-10-12T18:30"))
    cast.lin.received("A\nB\nC")
    cast.member("s2301009").never_received("A\nB\nC")
    (one,) = await all_of(cast, "weekly-reminder")
    assert (one.unit, one.state) == ("信息工程学院", OccurrenceState.OPEN)
    await cast.at("2026-10-16T16:41")
    cast.member("s2301009").received("A\nB\nC")
    assert len(await all_of(cast, "weekly-reminder")) == 2


async def test_the_plans_own_moment_is_taken_once(cast: Cast) -> None:
    """The unique row at that moment is this one: neither the plan nor anybody else adds a second."""
    await cast.stage.rings()
    await cast.chen.says("/push weekly-reminder 只发 信息工程学院 10-16 16:40")
    cast.chen.hears("这就是计划里的那一次")
    await cast.chen.says(word(cast.chen, "发送"))
    await cast.wu.says("/push weekly-reminder 10-16 16:40 发送")
    cast.wu.hears("这个时间已经有一次了")
    await cast.at("2026-10-16T16:45")
    assert [one.unit for one in await all_of(cast, "weekly-reminder")] == ["信息工程学院"]
    cast.lin.received("A\nB\nC")
    cast.member("s2301009").never_received("A\nB\nC")


async def test_what_was_put_off_can_be_stopped(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.chen.says("/push weekly-reminder 18:30 发送")
    (one,) = await all_of(cast, "weekly-reminder")
    async with cast.stage.bot.database.begin() as tx:
        assert await actions.stop(Work(tx), one.id, cast.stage.clock())
    await cast.stage.turn_to(cast.local("2026-10-12T18:31"))
    cast.lin.never_received("A\nB\nC")


@pytest.mark.parametrize("when", ["", " 只发 信息工程学院", " 18:30", " 只发 信息工程学院 18:30"])
async def test_nobody_gets_round_the_second_person(cast: Cast, when: str) -> None:
    """Now or later, for all or for some: it waits, the author cannot agree, and then it goes at its time."""
    await cast.stage.rings()
    await cast.chen.says(f"/push weekly-bulletin{when} 发送")
    cast.chen.hears("等另一位审批")
    await cast.stage.rings()
    (one,) = await all_of(cast, "weekly-bulletin")
    assert one.state is OccurrenceState.WAITING
    cast.wu.received("等您审批")
    await cast.chen.says(f"/approve {one.id}")
    cast.chen.hears("不能通过：这是您自己发起的")
    await cast.su.says(f"/approve {one.id}")
    if "18:30" in when:
        await cast.wu.says(f"/approve {one.id}")
        cast.wu.hears("已通过", "10-12 18:30发出")
        await cast.stage.turn_to(cast.local("2026-10-12T18:29"))
        assert not any("办好" in b.seen for p in (cast.chen, cast.wu) for b in p.bubbles)
        await cast.stage.turn_to(cast.local("2026-10-12T18:30"))
    else:
        await cast.wu.says(f"/approve {one.id}")
        cast.wu.hears("已通过")
        await cast.stage.settle()
    (one,) = await all_of(cast, "weekly-bulletin")
    assert one.state is OccurrenceState.OPEN
    assert await count(cast, task) == (1 if "只发" in when else 4)


async def test_approved_too_late_goes_at_once(cast: Cast) -> None:
    """Nobody agreed before 18:30: it does not leave by itself, and goes when somebody agrees."""
    await cast.stage.rings()
    await cast.chen.says("/push weekly-bulletin 18:30 发送")
    (one,) = await all_of(cast, "weekly-bulletin")
    await cast.stage.turn_to(cast.local("2026-10-12T18:40"))
    assert await count(cast, task) == 0
    await cast.wu.says(f"/approve {one.id}")
    cast.wu.hears("已通过")
    await cast.stage.settle()
    assert await count(cast, task) > 0


async def test_a_liaison_sends_to_their_own_college_only(cast: Cast) -> None:
    fang = cast.member("fang")
    await fang.says("/push weekly-reminder")
    fang.hears("（信息工程学院）将发给4人")
    for unit in ("护理学院", "全校", "护理2301"):
        await fang.says(f"/push weekly-reminder 只发 {unit} 发送")
        fang.hears("您的范围里没有")
    await fang.says("/push weekly-reminder 发送")
    await cast.stage.rings()
    cast.lin.received("A\nB\nC")
    cast.member("s2301009").never_received("A\nB\nC")


async def test_a_liaison_does_not_approve_for_the_whole_school(cast: Cast) -> None:
    await cast.stage.rings()
    await cast.chen.says("/push weekly-bulletin 发送")
    await cast.stage.rings()
    (one,) = await all_of(cast, "weekly-bulletin")
    fang = cast.member("fang")
    await fang.says("/approve")
    fang.hears("没有等审批")
    await fang.says(f"/approve {one.id}")
    fang.hears("不能通过：没有这一项在等您审批")


async def test_a_try_reaches_the_asker_alone_and_counts_for_nothing(cast: Cast) -> None:
    await cast.chen.says("/push weekly-reminder")
    await cast.chen.says(word(cast.chen, "试发给自己"))
    cast.chen.hears("已试发1条到您自己的企业微信", "不建任务")
    await cast.stage.settle()
    bubble = cast.chen.received("【试发·大学】")
    assert "A\nB\nC" in bubble.seen or bubble.kind == "card", bubble.seen
    for phone in (cast.lin, cast.zhou, cast.su, cast.wu, cast.mother):
        assert not any("试发" in b.seen for b in phone.bubbles)
    assert (await count(cast, occurrence), await count(cast, task)) == (0, 0)
    async with cast.stage.bot.database.reading() as tx:
        rows = await tx.rows(sa.select(delivery.c.occurrence_id, delivery.c.urgency, delivery.c.state))
    assert {tuple(row) for row in rows if row.urgency == "solicited"} == {(None, "solicited", "sent")}
    await cast.chen.taps("A")
    await cast.stage.settle()
    cast.chen.received("这是试发，点了不算")


async def test_a_try_before_anybody_has_approved(cast: Cast) -> None:
    await cast.chen.says("/push weekly-bulletin 试发")
    await cast.stage.settle()
    cast.chen.received("【试发】")
    assert await all_of(cast, "weekly-bulletin") == []


async def test_what_parents_get_comes_as_it_would_or_says_so(cast: Cast) -> None:
    """陈立 has no parent account; somebody of the same name as a colleague has, and stays untouched."""
    await cast.chen.says("/push parent-letter 试发")
    cast.chen.hears("家长收到的内容改由您自己的渠道发来")
    await cast.stage.settle()
    bubble = cast.chen.received("【试发·家长/大学】")
    assert "/console/before?duty=parent-letter" in str(bubble.to_json())
    assert "/a/" not in str(bubble.to_json())
    cast.mother.never_received("试发")
    cast.parent("p_qin").never_received("试发")


async def test_a_letter_counts_parents_where_their_children_are(cast: Cast) -> None:
    """许兰 stands in 软件2301 and has a child in 网络2402 too: a class foretells what it gets."""
    await cast.stage.rings()
    await cast.chen.says("/push parent-letter 只发 网络2402")
    cast.chen.hears("（信息工程学院/2024级/网络2402）将发给1人（家长1）", "学校通知1人")
    await cast.chen.says("/push parent-letter 只发")
    cast.chen.hears("信息工程学院 3人", "护理学院 1人")
    await cast.chen.says("/push parent-letter 发送")
    await cast.stage.rings()
    assert await count(cast, task) == 5, "one a guardian and child, and a parent of none"


async def test_a_parent_of_no_known_child_has_the_letter_too(cast: Cast) -> None:
    """The roster names no child of 方方: she is of her own unit, and nobody of the audience is lost."""
    await cast.stage.rings()
    await cast.visitor.says("绑定 方方 P8")
    await cast.chen.says("/push parent-letter 只发 护理学院")
    cast.chen.hears("将发给1人（家长1）")
    await cast.chen.says("/push parent-letter")
    cast.chen.hears("将发给4人（家长4）")
    await cast.chen.says("/push parent-letter 发送")
    await cast.stage.rings()
    cast.visitor.received("一封信")
    (one,) = await all_of(cast, "parent-letter")
    async with cast.stage.bot.database.reading() as tx:
        assert sum((await Work(tx).outbox.states(one.id)).values()) == 4
