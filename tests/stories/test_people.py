"""Strangers, binding, help by role."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from bot.duties.events import after_import
from bot.people.actions import corps_of, import_roster, preview_roster
from bot.people.tables import person
from bot.simulator.cast import to_csv
from bot.work import Work
from tests.stories.cast import CAMPUS, NETWORK, Cast


async def test_a_follower_binds_with_name_and_number(cast: Cast) -> None:
    zheng = cast.follower("oZheng")
    await zheng.says("你好")
    zheng.hears("绑定")
    await zheng.says("绑定 郑子安 2301003")
    zheng.hears("郑子安")
    await zheng.says("答题")
    zheng.hears("练习10题")


async def test_a_name_in_latin_letters_binds_in_any_case_and_one_of_very_many_too(cast: Cast) -> None:
    async with cast.stage.bot.database.begin() as tx:
        one = {"kind": "学生", "unit": NETWORK, "stage": "大学", "joined_at": cast.stage.clock()}
        rows = [one | {"id": n, "code": f"W{n:04}", "name": "王伟"} for n in range(1, 301)]
        rows.append(one | {"id": 301, "code": "L2301", "name": "Anna Larsen"})
        await tx.execute(sa.insert(person), rows)
    await cast.visitor.says("绑定 anna larsen l2301")
    cast.visitor.hears("Anna Larsen")
    zheng = cast.follower("oZheng")
    await zheng.says("绑定 王伟 W0300")
    zheng.hears("王伟")


async def test_a_stranger_learns_nothing(cast: Cast) -> None:
    answers = set()
    for claim in ("绑定 林小满 9999999", "绑定 查无此人 2301001", "绑定 林小满 2301002"):
        await cast.visitor.says(claim)
        answers.add(cast.visitor.bubbles[-1].seen)
    assert len(answers) == 1
    assert "林小满" not in answers.pop()


async def test_five_wrong_tries_pause_for_a_day(cast: Cast) -> None:
    for number in range(5):
        await cast.visitor.says(f"绑定 郑子安 230{number}")
    await cast.visitor.says("绑定 郑子安 2301003")
    assert "郑子安" not in cast.visitor.bubbles[-1].seen
    await cast.at("2026-10-13T10:30")
    await cast.visitor.says("绑定 郑子安 2301003")
    cast.visitor.hears("郑子安")


async def test_one_account_cannot_take_a_person_who_is_taken(cast: Cast) -> None:
    await cast.follower("oZheng").says("绑定 郑子安 2301003")
    await cast.visitor.says("绑定 郑子安 2301003")
    assert "没有核对上" in cast.visitor.bubbles[-1].seen


async def test_leaving_deletes_the_platform_id_and_keeps_the_roster(cast: Cast) -> None:
    zheng = cast.follower("oZheng")
    await zheng.says("绑定 郑子安 2301003")
    await zheng.unfollow()
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        person = await work.people.by_code("2301003")
        assert person is not None
        assert await work.people.contacts_of([person.id]) == {}
    await zheng.follow("")
    zheng.hears("绑定 姓名 编号")


async def test_a_member_who_leaves_the_apps_scope_is_known_when_they_come_back(cast: Cast) -> None:
    """The userid is the roster's: nobody could bind it again. Only sending to it is useless meanwhile."""
    await cast.lin.unfollow()
    async with cast.stage.bot.database.reading() as tx:
        person = await Work(tx).people.by_code("2301001")
        assert person is not None
        [contact] = (await Work(tx).people.contacts_of([person.id]))[person.id]
        assert contact.unreachable == "不在应用可见范围"
    await cast.lin.follow("")
    cast.lin.hears("林小满，您好")
    async with cast.stage.bot.database.reading() as tx:
        [contact] = (await Work(tx).people.contacts_of([person.id]))[person.id]
        assert not contact.unreachable
    await cast.lin.says("答题")
    cast.lin.hears("练习10题")


async def test_help_differs_by_role(cast: Cast) -> None:
    await cast.lin.says("帮助")
    cast.lin.hears("答题")
    assert "/stats" not in cast.lin.bubbles[-1].seen
    await cast.su.says("help")
    cast.su.hears("未完成", "催办", "已转发")
    await cast.chen.says("／Ｈｅｌｐ")
    cast.chen.hears("/stats", "/push", "花名册")
    await cast.visitor.says("帮助")
    cast.visitor.hears("绑定 姓名 编号")
    assert "催办" not in cast.visitor.bubbles[-1].seen


async def test_commands_in_every_spelling(cast: Cast) -> None:
    for words in ("/stats", "STATS", "／ｓｔａｔｓ", " stats ", "统计"):
        await cast.chen.says(words)
        cast.chen.hears("活动")


async def test_what_is_beyond_ones_reach_is_refused_politely(cast: Cast) -> None:
    await cast.lin.says("/stats")
    cast.lin.hears("没看懂")
    await cast.stage.fire("term-test")
    await cast.su.says("/stats 网络2402")
    cast.su.hears("您的范围")
    assert "林小路" not in cast.su.transcript()


async def test_newcomers_are_greeted_and_movers_are_told(cast: Cast) -> None:
    """A second roster brings one new student and moves another to the neighbouring class."""
    rows = [dict(row) for row in CAMPUS.rows]
    rows[1]["单位"] = NETWORK
    rows.append({**rows[0], "编号": "2301099", "姓名": "新同学", "企业微信账号": "s2301003"})
    await cast.stage.turn_to(cast.local("2026-10-13T11:00"))
    bot, now = cast.stage.bot, cast.stage.clock()
    corps = corps_of(bot.school.accounts.apps())
    async with bot.database.reading() as tx:
        preview = await preview_roster(tx, to_csv(rows), "roster.csv", corps)
    async with bot.database.begin() as tx:
        done = await import_roster(tx, preview, corps, who=None, now=now)
        assert done is not None
        await after_import(Work(tx), bot.school, done, now)
    await cast.stage.settle()
    cast.zhou.received("软件2301")
    cast.zhou.received("网络2402")
    async with bot.database.reading() as tx:
        work = Work(tx)
        newcomer = await work.people.by_code("2301099")
        assert newcomer is not None
        given = await work.duties.open_tasks(newcomer.id)
        old = await work.people.by_code("2301001")
        assert old is not None
        assert await work.duties.open_tasks(old.id) == []
    assert given


async def test_two_rosters_within_a_minute_greet_the_newcomers_of_both(cast: Cast) -> None:
    await cast.stage.turn_to(cast.local("2026-10-13T11:00"))
    rows, bot = [dict(row) for row in CAMPUS.rows], cast.stage.bot
    corps = corps_of(bot.school.accounts.apps())
    for code in ("2301098", "2301099"):
        rows.append({**rows[0], "编号": code, "姓名": "新同学", "企业微信账号": f"s{code}"})
        now = cast.stage.clock()
        async with bot.database.reading() as tx:
            preview = await preview_roster(tx, to_csv(rows), "roster.csv", corps)
        async with bot.database.begin() as tx:
            done = await import_roster(tx, preview, corps, who=None, now=now)
            assert done is not None
            await after_import(Work(tx), bot.school, done, now)
        cast.stage.clock.turn_to(now + timedelta(seconds=20))
    async with bot.database.reading() as tx:
        work = Work(tx)
        for code in ("2301098", "2301099"):
            newcomer = await work.people.by_code(code)
            assert newcomer is not None
            assert len(await work.duties.open_tasks(newcomer.id)) == 1
