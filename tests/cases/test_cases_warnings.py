"""Calls and warnings of the police at the desk of whoever is on duty: one clock for both."""

from __future__ import annotations

import sqlalchemy as sa

from bot.cases.actions_duties import DISSUASION, called
from bot.cases.rules import Call, CallKind
from bot.cases.tables import call, duty
from bot.work import Work
from tests.cases.cases_cast import Cast, words


async def test_the_console_answers_a_call_as_the_chat_does(cast: Cast) -> None:
    row = await cast.cries()
    await cast.posts(cast.wu, "call", id=str(row.id), act="contacted")
    cast.lin.received("吴老师已经接手")
    slow = await cast.posts(cast.he, "call", id=str(row.id), act="contacted")
    assert "吴老师" in words(slow)
    await cast.he.taps("已接通")
    await cast.stage.settle()
    cast.he.received("吴老师 09:12已接通")
    page = await cast.posts(cast.wu, "call", id=str(row.id), act="outcome", value="误报")
    assert "误报" in page.text
    late = await cast.posts(cast.he, "call", id=str(row.id), act="outcome", value="转警方")
    assert "已经办结" in words(late)


async def test_warnings_of_the_police_start_the_same_clock(cast: Cast) -> None:
    page = await cast.posts(cast.wu, "cases/police", code="2301001", level="高危")
    assert "已登记1条预警" in words(page)
    cast.he.received("属地反诈中心预警")
    cast.he.received("林小满")
    before = len(cast.lin.bubbles)
    again = await cast.posts(cast.wu, "cases/police", code="2301001", level="高危")
    assert "没有重复登记" in words(again)
    assert "没有这个编号" in words(await cast.posts(cast.ma, "cases/police", code="2301002", level="高危"))
    assert "没有这个编号" in words(await cast.posts(cast.wu, "cases/police", code="9999999", level="高危"))
    await cast.at("2026-10-12T09:23")
    cast.wu.received("林小满")
    await cast.wu.taps("已接通")
    await cast.wu.says("未转账已劝阻")
    await cast.stage.settle()
    assert len(cast.lin.bubbles) == before
    [row] = await cast.rows(sa.select(call))
    assert (row.kind, row.level, row.outcome) == (str(CallKind.POLICE), "高危", "未转账已劝阻")
    page = await cast.opens(cast.wu, "cases")
    assert "1/1100%" in words(page)


async def test_a_list_of_warnings_loses_no_good_line(cast: Cast) -> None:
    page = await cast.uploads(
        cast.wu, "cases/police",
        "编号,级别,电话\n2301001,高危,1\n9999999,高,2\n2301002,红色,3\n2301002,低,4\n,高,5\n".encode(),
    )  # fmt: skip
    assert "已登记2条预警" in words(page)
    assert "第3行的编号不在您负责的单位里" in words(page)
    assert "第4行级别写" in words(page)
    assert "第6行没有编号" in words(page)
    assert "没有「编号」" not in words(page)
    bad = await cast.uploads(cast.wu, "cases/police", "姓名,级别\n林小满,高\n".encode())
    assert bad.status == 400
    assert "要有「编号」一列" in words(bad)
    assert len(await cast.rows(sa.select(call))) == 2


async def test_every_line_of_a_long_list_has_its_task(cast: Cast) -> None:
    """More of them than minutes in half an hour: occurrences are named by their minute."""
    bot, now = cast.stage.bot, cast.stage.clock()
    async with bot.database.begin() as tx:
        work = Work(tx)
        for number in range(40):
            one = Call(number + 1, CallKind.POLICE, None, "", now)
            assert await work.cases.add_call(one)
            await called(work, bot.school, one, now)
    assert len(await cast.rows(sa.select(duty).where(duty.c.what == DISSUASION))) == 40
