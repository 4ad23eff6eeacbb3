"""From a campaign to a published article over the true wire, step by step."""

from __future__ import annotations

import pytest

from bot import migrate
from bot.duties.rules import OccurrenceState
from bot.publishing.article import plain
from bot.publishing.rules import State
from tests.publishing.desk import COVER, GET, SUBMIT, Desk


async def test_the_tables_are_those_of_the_migrations(desk: Desk) -> None:
    await migrate.check(desk.stage.bot.database)


async def test_a_weekly_text_is_drafted_agreed_to_and_published(desk: Desk) -> None:
    occurrence = await desk.stage.fire("weekly-reminder")
    one = await desk.draft(occurrence)
    assert one.state is State.DRAFT
    assert one.text.startswith("college-"), "who follows a college are its students first"
    [draft] = desk.drafts()
    assert draft["title"] == one.title
    assert draft["content_source_url"].startswith(desk.stage.bot_url + "/a/")
    assert "/mmbiz/" in draft["content"]  # the code of our page
    assert "<script" not in draft["content"]
    assert "验真码" in draft["content"]
    page = await desk.visitor.visit(draft["content_source_url"])
    assert page.status == 200

    waiting = await desk.publishes(one)
    assert waiting.state is State.WAITING
    assert desk.public() == []
    desk.wu.received("等您同意")
    await desk.chen.says(f"/approve {one.id}")
    desk.chen.hears("需要另一位")
    await desk.wu.says("/approve")
    desk.wu.hears("发布文章")
    await desk.wu.says(f"/approve {one.id}")
    desk.wu.hears("马上发布")
    await desk.runs()

    done = await desk.now(one.id)
    assert done.state is State.PUBLISHED
    [job] = desk.public()
    assert done.url == job.urls[0]
    assert desk.drafts() == []
    desk.chen.received(f"已在公众号发布：{done.url}")
    assert desk.calls(GET) == []  # the event was enough


async def test_the_cover_is_uploaded_once_for_an_account(desk: Desk) -> None:
    await desk.draft(await desk.stage.fire("weekly-reminder"))
    await desk.draft(await desk.stage.fire("parent-letter"))
    assert desk.calls(COVER) == ["ok"]
    assert len(desk.drafts()) == 2


async def test_a_cover_deleted_in_the_console_is_uploaded_again(desk: Desk) -> None:
    await desk.draft(await desk.stage.fire("weekly-reminder"))
    desk.stage.sim.archive.pictures.clear()
    one = await desk.draft(await desk.stage.fire("parent-letter"))
    assert one.state is State.DRAFT
    assert desk.calls(COVER) == ["ok", "ok"]


@pytest.mark.parametrize("status", [5, 6])
async def test_an_article_that_is_taken_away_later_is_no_longer_offered(desk: Desk, status: int) -> None:
    one = await desk.ready()
    await desk.runs()
    desk.account.publish_event = False
    desk.finish(status)
    await desk.passes(days=1, minutes=1)
    gone = await desk.now(one.id)
    assert (gone.state, gone.outcome) == (State.GONE, f"status:{status}")
    async with desk.work() as work:
        assert await work.articles.addresses([one.occurrence]) == {}


async def test_without_an_event_the_result_is_asked_for(desk: Desk) -> None:
    desk.account.publish_status, desk.account.publish_event = 1, False
    one = await desk.ready()
    await desk.runs()
    assert await desk.state(one) is State.SUBMITTED
    await desk.passes(minutes=3)
    assert await desk.state(one) is State.SUBMITTED
    desk.finish(0)
    await desk.passes(minutes=3)
    done = await desk.now(one.id)
    assert done.state is State.PUBLISHED
    assert done.url == desk.public()[0].urls[0]
    assert desk.calls(GET) == ["ok", "ok"]


async def test_a_result_that_never_comes_is_unknown_after_three_days(desk: Desk) -> None:
    desk.account.publish_status, desk.account.publish_event = 1, False
    one = await desk.ready()
    await desk.runs()
    for _ in range(80):
        await desk.passes(hours=1)
    assert await desk.state(one) is State.UNKNOWN
    assert desk.calls(SUBMIT) == ["ok"]
    assert len(desk.calls(GET)) < 60  # 100 a day for all articles
    desk.chen.received("结果不明")


async def test_an_alert_becomes_an_article_only_after_both_agreed_to_send_it(desk: Desk) -> None:
    await desk.chen.says("/alert alert-police 我市")
    async with desk.work() as work:
        [waiting] = await work.duties.in_state(OccurrenceState.WAITING)
    await desk.refused("现在不能做成文章", desk.draft(waiting.id))
    for phone in (desk.wu, desk.stage.sim.phone("ww0123456789abcdef", "member", "qin")):
        await phone.says(f"/approve {waiting.id}")
    one = await desk.draft(waiting.id)
    assert one.title == "预警：假民警视频办案"
    assert "我市近期有人冒充民警来电" in plain(desk.drafts()[0]["content"]).replace(" ", "")


async def test_a_bulletin_for_everybody_holds_no_figures_of_units(desk: Desk) -> None:
    await desk.stage.fire("weekly-reminder")
    await desk.passes(hours=1)
    occurrence = await desk.stage.fire("monthly-bulletin")
    await desk.wu.says(f"/approve {occurrence}")
    one = await desk.draft(occurrence)
    words = plain(desk.drafts()[0]["content"])
    assert "月" in one.title
    assert "总体情况" in words
    assert "周提醒" in words
    for inside in ("软件2301", "信息工程学院", "各单位情况"):
        assert inside not in words


async def test_teachers_are_offered_the_article_beside_their_class_links(desk: Desk) -> None:
    occurrence = await desk.stage.fire("class-forward")
    one = await desk.agrees(await desk.publishes(await desk.draft(occurrence)))
    assert one.state is State.PUBLISHED
    await desk.su.says("转发")
    desk.su.hears("/a/", one.url)
