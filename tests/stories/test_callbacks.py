"""What the platforms' retries, forgers and strange messages do to us."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
import sqlalchemy as sa

from bot.quiz.tables import sitting
from bot.simulator.callbacks import Manner
from bot.work import Work
from tests.stories.cast import CAMPUS, Cast
from tests.stories.test_quiz import on_the_table, right_letters, shown


async def answers_kept(cast: Cast) -> int:
    async with cast.stage.bot.database.reading() as tx:
        count: int = await tx.scalar(sa.text("select count(*) from answer"))
        return count


async def test_three_overlapping_deliveries_count_once_and_hear_one_reply(cast: Cast) -> None:
    await cast.lin.says("答题")
    cast.stage.sim.callbacks.manner = Manner(copies=3, overlap=True)
    await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    await cast.stage.sim.settled()
    assert await answers_kept(cast) == 1
    assert cast.lin.failures == []


async def test_a_repeat_after_a_restart_gets_the_same_reply(cast: Cast) -> None:
    await cast.lin.says("答题")
    cast.stage.sim.callbacks.manner = Manner(copies=2)
    await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    assert await answers_kept(cast) == 1
    last = cast.lin.bubbles[-1].seen
    assert "2/10" in last


async def test_the_same_nonce_again_is_no_offence(cast: Cast) -> None:
    cast.stage.sim.callbacks.manner = Manner(copies=2, reuse_nonce=True)
    await cast.lin.says("帮助")
    assert cast.lin.failures == []


async def test_two_thumbs_of_one_person_take_turns(cast: Cast) -> None:
    await cast.lin.says("答题")
    await asyncio.gather(*(cast.lin.say("A") for _ in range(5)))
    assert await answers_kept(cast) == 5
    async with cast.stage.bot.database.reading() as tx:
        steps = await tx.rows(sa.text("select step from answer order by step"))
    assert [row.step for row in steps] == [1, 2, 3, 4, 5]


async def test_many_people_at_once_share_commits_and_keep_their_own(cast: Cast) -> None:
    people = [cast.lin, cast.zhou, cast.member("s2402001"), cast.su, cast.chen, cast.wu]
    await asyncio.gather(*(p.says("答题") for p in people))
    for phone in people:
        assert "1/10" in phone.bubbles[-1].seen


@pytest.mark.parametrize("account", ["campus", "public"])
async def test_a_forger_gets_403_and_leaves_nothing(cast: Cast, account: str) -> None:
    url = f"{cast.stage.bot_url}/callback/{account}"
    async with aiohttp.ClientSession() as session:
        query = {"msg_signature": "0" * 40, "signature": "0" * 40, "timestamp": "1791768000", "nonce": "n"}
        body = "<xml><ToUserName>x</ToUserName><Encrypt>AAAA</Encrypt></xml>"
        for data in (body, "", "not xml", "<xml>" + "x" * 1000):
            async with session.post(url, params=query, data=data.encode()) as response:
                assert response.status in (403, 200)
                assert await response.read() in (b"", b"403: Forbidden")
        async with session.get(url, params={**query, "echostr": "1"}) as response:
            assert response.status == 403
        async with session.post(f"{cast.stage.bot_url}/callback/nobody", data=b"x") as response:
            assert response.status == 404
    async with cast.stage.bot.database.reading() as tx:
        assert await tx.scalar(sa.text("select count(*) from inbox")) == 0


async def test_pictures_voices_and_places_are_answered_kindly(cast: Cast) -> None:
    await cast.lin.send_picture("MEDIA")
    cast.lin.hears("看不懂图片")
    await cast.lin.says("答题")
    await cast.lin.send_picture("MEDIA")
    cast.lin.hears("这题不用图片")


async def test_a_markup_bomb_in_a_message_stays_text(cast: Cast) -> None:
    await cast.lin.says("]]><Content>恶意</Content> 查 ]]>&lt;")
    assert cast.lin.failures == []
    cast.lin.hears("没看懂")


async def test_a_turn_that_fails_costs_nobody_else(cast: Cast) -> None:
    """What is on the table makes no sense any more: one apology, and the neighbour hears theirs."""
    await cast.lin.says("答题")
    async with cast.stage.bot.database.begin() as tx:
        (row,) = await tx.rows(sa.select(sitting.c.kept))
        unclear, slips, queue, (point, question, order, _), points = row.kept
        spoilt = [unclear, slips, queue, [point, question, order, "not a number"], points]
        await tx.execute(sa.update(sitting).values(kept=spoilt))
    await asyncio.gather(cast.lin.says("A"), cast.zhou.says("帮助"))
    cast.lin.hears("进度没有丢")
    cast.zhou.hears("我能做这些")
    assert await answers_kept(cast) == 0


async def test_an_event_that_nobody_knows_is_answered_silently(cast: Cast) -> None:
    await cast.visitor.unfollow()
    await cast.visitor.follow("")
    cast.visitor.hears("绑定 姓名 编号")


async def test_members_are_known_by_their_userid_whatever_its_case(cast: Cast) -> None:
    await cast.zhou.says("我的")
    cast.zhou.hears("周一诺")
    async with cast.stage.bot.database.reading() as tx:
        person = await Work(tx).people.by_code("2301002")
    assert person is not None
    assert person.name == "周一诺"
    assert CAMPUS.rows[1]["企业微信账号"] == "S2301002"
