"""The campaign's page: buttons that fit the state and the person, and what each of them does."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from bot.people.tables import audit
from bot.publishing.rules import State
from bot.simulator.browser import Page
from bot.simulator.ears import Speaker
from tests.publishing.desk import SUBMIT, Desk

_ADDRESS = re.compile(r"https?://[^\s\"<]+/console/enter/[^\s\"<]+")


async def enters(desk: Desk, phone: Speaker) -> None:
    await phone.says("/login")
    said = "\n".join(b.text for b in phone.since_i_acted)
    found = _ADDRESS.search(said)
    assert found, said
    link = found[0]
    page = await phone.visit(link)
    await phone.visit(link, {"csrf": token(page)})


def token(page: Page) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def words(page: Page) -> str:
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", page.text))


def buttons(page: Page) -> list[str]:
    shelf = page.text.partition('id="article"')[2].partition("</section>")[0]
    return re.findall(r'name="act" value="(\w+)"', shelf)


async def looks(desk: Desk, phone: Speaker, occurrence: str) -> Page:
    page = await phone.visit(f"{desk.stage.bot_url}/console/campaign?id={occurrence}")
    assert page.status == 200, page.text
    return page


async def presses(desk: Desk, phone: Speaker, occurrence: str, act: str, **more: str) -> Page:
    page = await looks(desk, phone, occurrence)
    number = re.search(r'name="article" value="(\d+)"', page.text)
    form = {"csrf": token(page), "id": occurrence, "act": act, "account": "public"}
    form |= {"article": number[1]} if number else {}
    done = await phone.visit(f"{desk.stage.bot_url}/console/article", form | more)
    await desk.runs()
    return done


async def test_two_administrators_publish_from_the_console(desk: Desk) -> None:
    occurrence = await desk.stage.fire("weekly-reminder")
    await enters(desk, desk.chen)
    await enters(desk, desk.wu)
    page = await looks(desk, desk.chen, occurrence)
    assert buttons(page) == ["draft"]
    assert "不通知粉丝，也不占群发次数" in words(page)
    assert "用哪一篇" in words(page)

    chosen = re.findall(r'<option value="([^"]+)"', page.text)
    await presses(desk, desk.chen, occurrence, "draft", text=chosen[-1])
    page = await looks(desk, desk.chen, occurrence)
    assert "草稿已在公众号后台" in words(page)
    assert buttons(page) == ["publish"]
    async with desk.work() as work:
        assert (await work.articles.latest(occurrence))["public"].text == chosen[-1]

    await presses(desk, desk.chen, occurrence, "publish")
    page = await looks(desk, desk.chen, occurrence)
    assert "等另一位同意发布" in words(page)
    assert buttons(page) == ["back"]
    refused = await presses(desk, desk.chen, occurrence, "agree")
    assert "需要另一位" in words(refused)
    assert desk.public() == []

    assert buttons(await looks(desk, desk.wu, occurrence)) == ["agree", "back"]
    await presses(desk, desk.wu, occurrence, "agree")
    page = await looks(desk, desk.chen, occurrence)
    assert "已发布" in words(page)
    assert desk.public()[0].urls[0] in page.text
    assert buttons(page) == []
    stale = await presses(desk, desk.wu, occurrence, "agree")
    assert "不能同意" in words(stale)
    assert desk.calls(SUBMIT) == ["ok"]
    async with desk.work() as work:
        rows = await work.tx.rows(sa.select(audit.c.what).where(audit.c.what.startswith("article")))
    assert sorted(row.what for row in rows) == ["article agree", "article draft", "article publish"]


async def test_one_may_think_better_of_it(desk: Desk) -> None:
    occurrence = await desk.stage.fire("weekly-reminder")
    await desk.publishes(await desk.draft(occurrence))
    await enters(desk, desk.wu)
    await presses(desk, desk.wu, occurrence, "back")
    assert buttons(await looks(desk, desk.wu, occurrence)) == ["publish"]


async def test_what_is_unknown_is_decided_by_who_looked(desk: Desk) -> None:
    one = await desk.ready()
    desk.stage.sim.faults.errcode(SUBMIT, -1)
    for _ in range(30):
        await desk.passes(minutes=1)
    await enters(desk, desk.chen)
    page = await looks(desk, desk.chen, one.occurrence)
    assert buttons(page) == ["public", "nothing"]
    assert "这里不会自己再发一次" in words(page)
    refused = await presses(desk, desk.chen, one.occurrence, "public", url="https://evil.example/s/1")
    assert "mp.weixin.qq.com" in words(refused)
    await presses(desk, desk.chen, one.occurrence, "public", url="https://mp.weixin.qq.com/s/abc")
    done = await desk.now(one.id)
    assert (done.state, done.url) == (State.PUBLISHED, "https://mp.weixin.qq.com/s/abc")


async def test_what_was_not_published_after_all_may_be_drafted_anew(desk: Desk) -> None:
    one = await desk.ready()
    desk.stage.sim.faults.errcode(SUBMIT, -1)
    for _ in range(30):
        await desk.passes(minutes=1)
    await enters(desk, desk.chen)
    await presses(desk, desk.chen, one.occurrence, "nothing")
    assert buttons(await looks(desk, desk.chen, one.occurrence)) == ["draft"]


async def test_an_account_that_may_not_is_shown_with_the_reason(desk: Desk) -> None:
    occurrence = await desk.stage.fire("weekly-reminder")
    school = desk.stage.bot.school
    public = school.accounts.get("public")
    assert public is not None
    object.__setattr__(public, "verified", False)
    await enters(desk, desk.chen)
    page = await looks(desk, desk.chen, occurrence)
    assert buttons(page) == []
    assert "没有认证的公众号不能用接口做草稿" in words(page)
    refused = await presses(desk, desk.chen, occurrence, "draft")
    assert "没有认证" in words(refused)


@pytest.mark.parametrize("act", ["draft", "publish", "agree", "back", "public", "nothing", "x", ""])
async def test_a_teacher_can_press_nothing(desk: Desk, act: str) -> None:
    occurrence = await desk.stage.fire("weekly-reminder")
    one = await desk.draft(occurrence)
    await enters_teacher(desk)
    page = await looks(desk, desk.su, occurrence)
    assert 'id="article"' not in page.text
    form = {"csrf": token(page), "id": occurrence, "act": act, "account": "public", "article": str(one.id)}
    refused = await desk.su.visit(f"{desk.stage.bot_url}/console/article", form)
    assert refused.status == 403
    assert (await desk.now(one.id)).state is State.DRAFT


async def enters_teacher(desk: Desk) -> None:
    """By WeCom's web login, as teachers come in."""
    await desk.su.visit(f"{desk.stage.bot_url}/oauth/campus?as=member&next=")


async def test_an_article_of_another_campaign_is_not_moved_by_a_forged_form(desk: Desk) -> None:
    first, second = await desk.stage.fire("weekly-reminder"), await desk.stage.fire("parent-letter")
    one = await desk.draft(first)
    await enters(desk, desk.chen)
    page = await looks(desk, desk.chen, second)
    form = {"csrf": token(page), "id": second, "act": "publish", "article": str(one.id)}
    refused = await desk.chen.visit(f"{desk.stage.bot_url}/console/article", form)
    assert refused.status == 403
    assert (await desk.now(one.id)).state is State.DRAFT
