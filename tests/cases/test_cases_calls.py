"""被骗 over the true wire: who is told, who answers first, who comes next, and who learns nothing."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from bot.cases.tables import call, duty, told
from bot.duties.tables import proof, task
from bot.work import Work
from tests.cases.cases_cast import Cast

CALLS = sa.select(call)


async def test_the_nearest_on_duty_hear_it_at_once_and_the_first_contact_counts(cast: Cast) -> None:
    await cast.lin.says("我好像被骗了")
    await cast.lin.says("已经转了")
    cast.lin.hears("打110", "已通知值班老师", "内线8110")
    await cast.stage.settle()
    assert "已转账" in cast.he.received("软件2301 林小满").seen
    for other in (cast.wu, cast.ma, cast.chen, cast.su, cast.zhou):
        other.never_received("林小满")
    await cast.at("2026-10-12T09:16")
    await cast.he.taps("已接通")
    await cast.stage.settle()
    cast.he.received("4分钟接通")
    cast.lin.received("值班的何老师已经接手")
    await cast.he.taps("未转账已劝阻")
    await cast.stage.settle()
    cast.he.received("记下了")
    [row] = await cast.rows(CALLS)
    assert (row.outcome, row.state, row.rung) == ("未转账已劝阻", "已转账", 1)
    assert (row.contacted_at - row.received_at).total_seconds() == 240


async def test_a_call_in_the_night_passes_the_quiet_hours(cast: Cast) -> None:
    await cast.at("2026-10-12T23:40")
    await cast.lin.says("正在通话")
    await cast.stage.settle()
    cast.he.received("正在通话或共享屏幕")


async def test_pressing_often_is_one_call_and_getting_worse_is_told(cast: Cast) -> None:
    for words in ("还没转钱", "还没转钱", "被骗", "还没转钱"):
        await cast.lin.says(words)
    cast.lin.hears("已经在找值班老师")
    await cast.stage.settle()
    assert sum("林小满" in b.seen for b in cast.he.bubbles) == 1
    await cast.lin.says("已经转了")
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    assert [b.seen for b in cast.he.bubbles if "现在已转账" in b.seen] == [cast.he.bubbles[-1].seen]
    [row] = await cast.rows(CALLS)
    assert row.state == "已转账"
    await cast.lin.says("还没转钱")
    assert (await cast.rows(CALLS))[0].state == "已转账"


async def test_the_same_callback_many_times_at_once_opens_one_call(cast: Cast) -> None:
    await asyncio.gather(*(cast.lin.says("已经转了") for _ in range(6)), cast.zhou.says("已经转了"))
    await cast.stage.settle()
    assert len(await cast.rows(CALLS)) == 2
    assert sum("林小满" in b.seen for b in cast.he.bubbles) == 1


async def test_nobody_answers_so_it_climbs_each_once_and_the_caller_hears_it(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    await cast.at("2026-10-12T09:21")
    cast.wu.never_received("林小满")
    await cast.at("2026-10-12T09:23")
    cast.wu.received("林小满")
    cast.lin.received("已转给下一位")
    cast.chen.never_received("林小满")
    await cast.at("2026-10-12T09:34")
    cast.chen.received("林小满")
    await cast.at("2026-10-12T09:45")
    cast.lin.received("都还没接起，请直接拨110")
    await cast.at("2026-10-12T10:30")
    for one in (cast.he, cast.wu, cast.chen):
        assert sum("林小满" in b.seen for b in one.bubbles) == 1, one.transcript()
    cast.ma.never_received("林小满")
    await cast.chen.taps("已接通")
    await cast.stage.settle()
    cast.lin.received("陈老师已经接手")


async def test_two_press_at_once_and_the_second_hears_who_was_first(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    await cast.at("2026-10-12T09:23")
    await asyncio.gather(cast.he.taps("已接通"), cast.wu.taps("已接通"))
    await cast.stage.settle()
    heard = [one.bubbles[-1].seen for one in (cast.he, cast.wu)]
    assert sum("之后是什么结果" in text for text in heard) == 1
    assert sum("09:23已接通" in text for text in heard) == 1
    assert sum("已经接手" in b.seen for b in cast.lin.bubbles) == 1


async def test_unreached_goes_to_the_next_at_once_but_only_once(cast: Cast) -> None:
    await cast.lin.says("还没转钱")
    await cast.stage.settle()
    await cast.he.taps("联系不上")
    await cast.stage.settle()
    cast.he.hears("转给下一位")
    cast.wu.received("林小满")
    cast.chen.never_received("林小满")
    await cast.he.says("联系不上")
    await cast.stage.settle()
    cast.chen.never_received("林小满")
    await cast.he.says("已接通")
    cast.he.hears("之后是什么结果")


async def test_a_call_is_passed_to_the_counsellor_who_then_may_answer(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    await cast.he.taps("转给")
    await cast.stage.settle()
    cast.he.hears("转给谁", "苏晴")
    assert "马兰" not in cast.he.bubbles[-1].seen
    [row] = await cast.rows(CALLS)
    await cast.he.says(f"转给 {row.id % 10000:04} T1001")
    cast.he.hears("已转给苏老师")
    await cast.stage.settle()
    cast.su.received("林小满")
    await cast.su.taps("已接通")
    await cast.stage.settle()
    cast.lin.received("苏老师已经接手")
    await cast.su.says("误报")
    cast.su.hears("记下了")
    await cast.he.says("转给 马兰")
    assert "马兰" not in cast.he.bubbles[-1].seen
    cast.ma.never_received("林小满")


async def test_without_cards_the_same_is_typed(plain: Cast) -> None:
    await plain.lin.says("已经转了")
    await plain.zhou.says("还没转钱")
    await plain.stage.settle()
    plain.he.received("【求助】已转账")
    await plain.he.says("已接通")
    plain.he.hears("是哪一个")
    rows = {row.state: f"{row.id % 10000:04}" for row in await plain.rows(CALLS)}
    await plain.he.says(f"已接通 {rows['未转账']}")
    plain.he.hears("之后是什么结果", "未转账已劝阻")
    await plain.he.says(f"未转账已劝阻 {rows['未转账']}")
    await plain.he.says("已转账已报警")
    plain.he.hears("立案", "/login")
    assert {row.outcome for row in await plain.rows(CALLS)} == {"未转账已劝阻", "已转账已报警"}


async def test_a_stranger_gets_the_words_and_leaves_no_trace(cast: Cast) -> None:
    await cast.visitor.says("已经转了")
    cast.visitor.hears("打110", "内线8110")
    for words in ("已接通", "老师没联系我", "我已打电话"):
        await cast.visitor.says(words)
    await cast.stage.settle()
    assert await cast.rows(CALLS) == []
    for one in (cast.he, cast.wu, cast.chen):
        one.never_received("求助")


async def test_who_was_not_told_cannot_answer(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    for one in (cast.ma, cast.zhou, cast.fang):
        await one.says("已接通")
        await one.says("未转账已劝阻")
        assert "林小满" not in one.transcript()
    [row] = await cast.rows(CALLS)
    assert row.contacted_at is None


async def test_who_is_on_duty_and_cheated_is_not_their_own_helper(cast: Cast) -> None:
    await cast.he.says("已经转了")
    await cast.stage.settle()
    assert not any("【求助】" in b.seen for b in cast.he.bubbles)
    cast.wu.received("何远")
    await cast.he.says("已接通")
    assert (await cast.rows(CALLS))[0].contacted_at is None
    page = await cast.opens(cast.he, f"call?id={(await cast.rows(CALLS))[0].id}")
    assert page.status == 403


async def test_the_teacher_did_not_come(cast: Cast) -> None:
    await cast.lin.says("老师没联系我")
    cast.lin.hears("发「被骗」")
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    await cast.lin.says("我已打电话")
    cast.lin.hears("做得对")
    await cast.lin.says("老师没联系我")
    cast.lin.hears("已再次通知")
    await cast.stage.settle()
    cast.he.received("本人说已报警")
    cast.wu.received("本人说已报警")
    await cast.wu.taps("已接通")
    for _ in range(3):
        await cast.lin.says("老师没联系我")
    await cast.stage.settle()
    assert sum("又在求助" in b.seen for b in cast.wu.bubbles) == 1


async def test_the_outcome_is_asked_for_once_and_a_call_does_not_stay_open_for_ever(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    await cast.he.taps("已接通")
    await cast.stage.settle()
    for moment in ("2026-10-12T10:11", "2026-10-12T10:13", "2026-10-12T10:14"):
        await cast.at(moment)
    assert sum("那次求助，结果是什么" in b.seen for b in cast.he.bubbles) == 1
    await cast.lin.says("已经转了")
    assert len(await cast.rows(CALLS)) == 1
    await cast.at("2026-10-12T22:20")
    await cast.lin.says("还没转钱")
    assert sorted(str(row.outcome) for row in await cast.rows(CALLS)) == ["None", "无结果"]
    await cast.at("2026-10-20T09:00")
    assert [row.outcome for row in await cast.rows(CALLS)] == ["无结果", "无结果"]


async def test_the_duty_of_the_plan_is_closed_by_the_outcome(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.zhou.says("还没转钱")
    await cast.stage.settle()
    linked = await cast.rows(sa.select(duty.c.occurrence_id, duty.c.what))
    assert [row.what for row in linked] == ["dissuasion", "dissuasion"]
    assert len({row.occurrence_id for row in linked}) == 2
    assert "待办：预警劝阻" not in cast.he.transcript()
    [mine] = [row for row in await cast.rows(CALLS) if row.state == "已转账"]
    await cast.he.says(f"已转账已报警 {mine.id % 10000:04}")
    async with cast.stage.bot.database.reading() as tx:
        tallies = await Work(tx).stats.tallies(("",), occurrence=None, duty="dissuasion", depth=0)
    assert sorted((t.due, t.done) for t in tallies) == [(3, 0), (3, 3)]
    assert {row.via for row in await cast.rows(sa.select(proof.c.via).join(task))} == {"case"}


@pytest.mark.parametrize("told_again", [False, True])
async def test_two_clocks_tell_the_next_once(cast: Cast, told_again: bool) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    cast.stage.clock.turn_to(cast.stage.clock().replace(minute=30))
    await asyncio.gather(cast.stage.bot.ticker.tick(), cast.stage.bot.ticker.tick())
    if told_again:
        await cast.stage.bot.ticker.tick()
    await cast.stage.settle()
    assert sum("林小满" in b.seen for b in cast.wu.bubbles) == 1
    assert sorted(row.rung for row in await cast.rows(sa.select(told.c.rung))) == [1, 2]
