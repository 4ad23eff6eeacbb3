"""Signatures of level 2 and 3: a name in the chat, or handwriting on a page that the chat leads to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit

import pytest

from bot.duties.composing import compose
from bot.messages import Notice
from bot.simulator.browser import Page
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import CAMPUS, MONDAY, Cast
from tests.stories.test_following import link
from tests.stories.test_quiz import answers_until_mastered, on_the_table, right_letters, shown

NAME: Final = "M1 1" + " L2 2" * 9 + " M5 5 L6 6"
Open = Callable[[int, str], AbstractAsyncContextManager[Cast]]


@pytest.fixture
async def school(database_url: str, root: Path) -> Open:
    """A school that asks for a level, with a service account, or a subscription account without login."""

    @asynccontextmanager
    async def opened(level: int, account: str) -> AsyncIterator[Cast]:
        clock = Clock(source=lambda: MONDAY)
        campus = replace(CAMPUS, signature=level, account=account)
        async with staged(campus, database_url, root, clock, rng=Random(5)) as stage:
            yield Cast(stage)

    return opened


async def posts(phone: Speaker, page: Page, **form: str) -> Page:
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    action = re.search(r'<form (?:class="act" )?method="post"(?: action="([^"]+)")?', page.text)
    assert token, page.text
    assert action
    parts = urlsplit(page.url)
    where = f"{parts.scheme}://{parts.netloc}{action[1]}" if action[1] else page.url.partition("#")[0]
    return await phone.visit(where, {"csrf": token[1], **form})


def label_for(phone: Speaker, child: str) -> str:
    return next(x.label for b in reversed(phone.bubbles) for x in b.links if f"（{child}）" in x.label)


async def kinds(cast: Cast, code: str, duty: str) -> list[str]:
    """What is on record about a person's tasks of a duty, in order."""
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        person = await work.people.by_code(code)
        assert person is not None
        occurrences = await work.duties.occurrences(duty=duty)
        tasks = await work.duties.tasks_for(occurrences[0].id, person=person.id)
        return [f"{p.kind}/{p.via}" for task, _ in tasks for p in await work.duties.proofs(task.id)]


async def follower(cast: Cast, openid: str, name: str, code: str) -> Speaker:
    phone = cast.follower(openid)
    await phone.says(f"绑定 {name} {code}")
    phone.hears(name)
    return phone


async def test_a_test_is_signed_by_hand_after_a_web_login(school: Open) -> None:
    async with school(3, "service") as cast:
        await cast.stage.fire("term-test")
        await cast.lin.says("答题")
        await answers_until_mastered(cast, cast.lin)
        cast.lin.hears("满分", "在页面上写上姓名", "手写签名：学生学期测试")
        address = link(cast.lin, "手写签名：学生学期测试")
        assert "/oauth/campus?" in address
        assert "/sign/" not in cast.lin.transcript(), "a personal link only where nobody can log in"
        for words in ("签收", "林小满"):
            await cast.lin.says(words)
            cast.lin.hears("学校要求手写签名", "手写签名：学生学期测试")
        await cast.lin.says("我的")
        cast.lin.hears("手写签名：学生学期测试")
        page = await cast.lin.opens("手写签名")
        assert page.url.partition("#")[0].startswith(f"{cast.stage.bot_url}/a/")
        assert "<canvas" in page.text
        assert "本人林小满，软件2301，已完成并知晓要求" in page.text
        assert (await posts(cast.lin, page, task="all", name="林小满")).status == 403
        page = await posts(cast.lin, page, task="all", drawing=NAME)
        assert "已收到您的签收" in page.text
        assert "<canvas" not in page.text
        code = re.search("编号 ([2-9A-Z]{8})", page.text)
        assert code
        receipt = await cast.lin.visit(f"{cast.stage.bot_url}/verify/{code[1]}")
        assert "满分 20/20，手写签名" in receipt.text
        assert (await kinds(cast, "2301001", "term-test"))[-1] == "signed/page"
        await cast.lin.says("我的")
        assert "手写签名" not in cast.lin.bubbles[-1].seen
        await cast.lin.says("答题")
        cast.lin.hears("练习10题")


async def test_without_full_marks_there_is_nothing_to_sign(school: Open) -> None:
    async with school(3, "subscription") as cast:
        zheng = await follower(cast, "oZheng", "郑子安", "2301003")
        await cast.stage.fire("term-test")
        await zheng.says("答题")
        await zheng.says("我的")
        assert "手写签名" not in zheng.bubbles[-1].seen
        await cast.lin.says("答题")
        page = await cast.lin.visit(f"{cast.stage.bot_url}/oauth/campus?as=member&next=/a/{await slug(cast)}")
        assert "<canvas" not in page.text
        assert "csrf" not in page.text


async def slug(cast: Cast) -> str:
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        return await work.receipts.slug_of((await work.duties.occurrences(duty="term-test"))[0].id)


async def test_a_follower_who_cannot_log_in_gets_a_personal_page(school: Open) -> None:
    async with school(3, "subscription") as cast:
        zheng = await follower(cast, "oZheng", "郑子安", "2301003")
        await cast.stage.fire("term-test")
        await zheng.says("答题")
        await zheng.says(right_letters(on_the_table(cast, zheng), shown(zheng)))
        await zheng.says("退出")
        await zheng.says("继续")
        await answers_until_mastered(cast, zheng)
        address = link(zheng, "手写签名：学生学期测试")
        assert address.startswith(f"{cast.stage.bot_url}/sign/")
        page = await zheng.visit(address)
        assert "本人郑子安，软件2301，已完成并知晓要求" in page.text
        assert "<canvas" in page.text
        assert "pad.js" in page.text
        assert (await posts(zheng, page, name="郑子安")).status == 403
        assert (await cast.lin.visit(address[:-2] + "xx")).status == 403
        page = await posts(zheng, page, drawing=NAME)
        assert "已收到您的签收" in page.text
        assert (await kinds(cast, "2301003", "term-test"))[-1] == "signed/page-link"
        again = await zheng.visit(address)
        assert "<canvas" not in again.text
        cast.stage.clock.turn(timedelta(hours=49))
        assert (await zheng.visit(address)).status == 403


async def test_a_parent_who_cannot_log_in_signs_for_each_child(school: Open) -> None:
    async with school(3, "subscription") as cast:
        mother = await follower(cast, "oFang", "许兰", "P1")
        await cast.stage.fire("parent-letter")
        await mother.says("签收")
        mother.hears("学校要求手写签名", "（林小满）", "（林小路）")
        await mother.says("许兰")
        mother.hears("学校要求手写签名")
        assert not [kind for kind in await kinds(cast, "P1", "parent-letter") if kind.startswith("signed")]
        await mother.says("已阅")
        mother.hears("谢谢您读完", "手写签名")
        page = await mother.visit(link(mother, label_for(mother, "林小满")))
        assert "关于 林小满" in page.text
        assert "已收到您的签收" in (await posts(mother, page, drawing=NAME)).text
        await mother.says("签收")
        assert "林小满" not in mother.bubbles[-1].seen
        mother.hears("（林小路）")


async def test_a_letter_by_hand_where_one_can_log_in(school: Open) -> None:
    async with school(3, "service") as cast:
        mother = await follower(cast, "oFang", "许兰", "P1")
        await cast.stage.fire("parent-letter")
        await mother.says("签收")
        mother.hears("手写签名")
        page = await mother.opens("手写签名")
        assert "您有2个孩子要签收这封信" in page.text
        page = await posts(mother, page, task="all", drawing=NAME)
        assert "<canvas" not in page.text
        assert page.text.count('href="/verify/') == 3, "the letter's own, and one for each child"
        assert (await kinds(cast, "P1", "parent-letter")).count("signed/page") == 2


async def test_a_typed_name_is_enough_at_level_two(school: Open) -> None:
    async with school(2, "subscription") as cast:
        mother = await follower(cast, "oFang", "许兰", "P1")
        await cast.stage.fire("parent-letter")
        await mother.says("已阅")
        mother.hears("还需要签收：键入您的姓名")
        await mother.says("签收")
        mother.hears("请键入您的姓名签名")
        await mother.says("许兰")
        mother.hears("已签收2份回执")
        assert "/sign/" not in mother.transcript()
        zheng = await follower(cast, "oZheng", "郑子安", "2301003")
        await cast.stage.fire("term-test")
        await zheng.says("答题")
        await answers_until_mastered(cast, zheng)
        zheng.hears("键入您的姓名签名")
        await zheng.says("签收")
        zheng.hears("请键入您的姓名签名")
        await zheng.says("郑子安")
        zheng.hears("已签收，编号")


async def test_the_letter_itself_says_where_it_is_signed(school: Open) -> None:
    async with school(1, "subscription") as cast:
        mother = await follower(cast, "oFang", "许兰", "P1")
        await cast.stage.fire("parent-letter")
        cast.mother.received("两分钟读完，请在页面里签收")
        bot = cast.stage.bot
        duty, public = bot.school.plan.duties["parent-letter"], bot.school.accounts.get("public")
        assert public is not None
        async with bot.database.reading() as tx:
            (occurrence,) = await Work(tx).duties.occurrences(duty="parent-letter")
        said = [message.content for message in compose(bot.school, occurrence, duty, public, "ABCDEF")]
        letters = [one.body for one in said if isinstance(one, Notice) and "两分钟读完" in one.body]
        assert letters
        assert all("读完请回「签收」" in body for body in letters)
        await mother.says("签收")
        mother.hears("已签收2份回执")
