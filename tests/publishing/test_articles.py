"""From a campaign to a published article over the true wire: each step, each refusal, each lost answer."""

from __future__ import annotations

import pytest

from bot import migrate
from bot.duties.rules import OccurrenceState
from bot.publishing.article import plain
from bot.publishing.rules import State
from tests.publishing.desk import ADD, COVER, GET, LIST, SUBMIT, Desk


async def test_the_tables_are_those_of_the_migrations(desk: Desk) -> None:
    await migrate.check(desk.stage.bot.database)


async def test_a_weekly_text_is_drafted_agreed_to_and_published(desk: Desk) -> None:
    occurrence = await desk.stage.fire("weekly-reminder")
    one = await desk.draft(occurrence)
    assert one.state is State.DRAFT
    assert one.text.startswith("college-")
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


async def test_a_campaign_has_one_article_at_a_time(desk: Desk) -> None:
    occurrence = await desk.stage.fire("weekly-reminder")
    await desk.draft(occurrence)
    await desk.refused("已有这项活动的文章", desk.draft(occurrence, by="T1004"))
    quiz = await desk.stage.fire("term-test")
    await desk.refused("没有可以做成文章的文字", desk.draft(quiz))


@pytest.mark.parametrize(
    ("status", "words"), [(2, "非原创"), (3, "发布失败"), (4, "审核不通过")]
)
async def test_what_the_platform_does_not_publish_is_told_and_may_be_tried_anew(
    desk: Desk, status: int, words: str
) -> None:
    desk.account.publish_status = status
    one = await desk.ready()
    await desk.runs()
    failed = await desk.now(one.id)
    assert (failed.state, failed.outcome) == (State.FAILED, f"status:{status}")
    desk.chen.received(words)
    again = await desk.draft(one.occurrence)
    assert again.state is State.DRAFT
    assert again.number == 2
    assert again.source_url != one.source_url


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
    assert (await desk.now(one.id)).state is State.SUBMITTED
    await desk.passes(minutes=3)
    assert (await desk.now(one.id)).state is State.SUBMITTED
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
    assert (await desk.now(one.id)).state is State.UNKNOWN
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


# answers that are lost


async def test_a_lost_answer_of_a_draft_is_found_in_the_box(desk: Desk) -> None:
    desk.stage.sim.faults.drop(ADD)
    one = await desk.draft(await desk.stage.fire("weekly-reminder"))
    assert one.state is State.DRAFTING
    await desk.passes(minutes=1)
    assert (await desk.now(one.id)).state is State.DRAFT
    assert len(desk.drafts()) == 1
    assert desk.calls(ADD) == ["ok"]


async def test_a_draft_call_that_did_nothing_is_made_again(desk: Desk) -> None:
    desk.stage.sim.faults.http(ADD)
    one = await desk.draft(await desk.stage.fire("weekly-reminder"))
    await desk.passes(minutes=1)
    assert (await desk.now(one.id)).state is State.DRAFT
    assert len(desk.drafts()) == 1


async def test_a_lost_answer_of_submit_is_found_among_the_published(desk: Desk) -> None:
    desk.account.publish_event = False
    one = await desk.ready()
    desk.stage.sim.faults.drop(SUBMIT)
    await desk.runs()
    assert (await desk.now(one.id)).state is State.SUBMITTING
    await desk.passes(minutes=1)
    done = await desk.now(one.id)
    assert done.state is State.PUBLISHED
    assert done.url == desk.public()[0].urls[0]
    assert desk.calls(SUBMIT) == ["ok"]
    assert len(desk.public()) == 1


async def test_a_lost_answer_of_submit_is_found_by_its_event(desk: Desk) -> None:
    one = await desk.ready()
    desk.stage.sim.faults.drop(SUBMIT)
    await desk.runs()
    await desk.passes(minutes=1)
    done = await desk.now(one.id)
    assert done.state is State.PUBLISHED
    assert done.publish_id == desk.public()[0].publish_id
    assert desk.calls(LIST) == []


@pytest.mark.parametrize("busy", [-1, 502])
async def test_a_submission_in_doubt_that_nobody_can_find_is_never_repeated(desk: Desk, busy: int) -> None:
    one = await desk.ready()
    faults = desk.stage.sim.faults
    faults.errcode(SUBMIT, busy, 5) if busy == -1 else faults.http(SUBMIT, busy, 5)
    for _ in range(40):
        await desk.passes(minutes=1)
    unknown = await desk.now(one.id)
    assert (unknown.state, unknown.outcome) == (State.UNKNOWN, "unknown")
    assert len(desk.calls(SUBMIT)) == 1
    desk.chen.received("结果不明")
    await desk.passes(days=4)
    assert len(desk.calls(SUBMIT)) == 1
    assert (await desk.now(one.id)).state is State.UNKNOWN


async def test_an_unknown_one_that_turns_up_later_is_public_after_all(desk: Desk) -> None:
    desk.account.publish_status, desk.account.publish_event = 1, False
    one = await desk.ready()
    desk.stage.sim.faults.drop(SUBMIT)
    for _ in range(40):
        await desk.passes(minutes=1)
    assert (await desk.now(one.id)).state is State.UNKNOWN
    desk.finish(0)
    await desk.passes(hours=5)
    assert (await desk.now(one.id)).state is State.PUBLISHED


async def test_a_look_that_fails_does_not_submit_again(desk: Desk) -> None:
    """While the platform cannot be asked, nothing is known, so nothing is done."""
    desk.account.publish_event = False
    one = await desk.ready()
    faults = desk.stage.sim.faults
    faults.drop(SUBMIT)
    faults.errcode(LIST, 45009, 1)
    faults.errcode(LIST, 48001, 1)
    faults.http(LIST, 502, 1)
    faults.drop(LIST)
    seen = []
    for _ in range(30):
        await desk.passes(hours=1)
        seen.append((await desk.now(one.id)).state)
    assert desk.calls(SUBMIT) == ["ok"]
    assert list(dict.fromkeys(seen)) == [State.SUBMITTING, State.UNKNOWN, State.PUBLISHED]
    assert len(desk.public()) == 1


async def test_whoever_dies_while_submitting_is_taken_over_without_a_second_try(desk: Desk) -> None:
    """The row says that a call was under way; the lease runs out; the next press looks and does not send."""
    one = await desk.ready()
    now = desk.stage.clock()
    async with desk.work() as work:
        [held] = await work.articles.claim(["public"], now, 1)
    marked = await desk.stage.bot.press._record.marked(held, State.SUBMITTING, "publish", since=now)
    assert marked is not None
    desk.account.publish_event = False
    await desk.stage.bot.lines.publishers["public"].submit(held.media_id)  # and kill -9
    await desk.runs()
    assert (await desk.now(one.id)).state is State.SUBMITTING
    await desk.passes(minutes=3)
    assert (await desk.now(one.id)).state is State.PUBLISHED
    assert desk.calls(SUBMIT) == ["ok"]


async def test_a_late_answer_counts_though_the_lease_is_over(desk: Desk) -> None:
    one = await desk.ready()
    now = desk.stage.clock()
    async with desk.work() as work:
        [held] = await work.articles.claim(["public"], now, 1)
        assert await work.articles.settle(held, State.UNKNOWN, None, outcome="unknown")
    async with desk.work() as work:
        await work.articles.learnt(one.id, "7", now)
    found = await desk.now(one.id)
    assert (found.state, found.publish_id) == (State.SUBMITTED, "7")


# refusals


async def test_a_draft_that_was_deleted_in_the_console_is_told(desk: Desk) -> None:
    one = await desk.ready()
    desk.stage.sim.archive.drafts.clear()
    await desk.runs()
    failed = await desk.now(one.id)
    assert (failed.state, failed.outcome) == (State.FAILED, "error:40007")
    desk.chen.received("没有这篇草稿")


@pytest.mark.parametrize(
    ("code", "state"), [(48001, State.FAILED), (45168, State.FAILED), (40164, State.ASKED)]
)
async def test_refusals_end_or_wait_for_somebody_to_mend_the_account(
    desk: Desk, code: int, state: State
) -> None:
    desk.stage.sim.faults.errcode(ADD, code)
    one = await desk.draft(await desk.stage.fire("weekly-reminder"))
    assert (one.state, one.outcome) == (state, f"error:{code}")
    await desk.passes(minutes=11)
    assert (await desk.now(one.id)).state is (State.DRAFT if state is State.ASKED else state)


async def test_the_day_of_a_hundred_submissions_is_kept_to(desk: Desk) -> None:
    one = await desk.ready()
    async with desk.work() as work:
        from bot.delivery.store_courier import CourierRows
        from bot.messages import Urgency

        rows, now = CourierRows(work.tx), desk.stage.clock()
        ledger = desk.stage.bot.press._record.ledger
        assert await ledger.draw(rows, "public", "publish", 100, Urgency.SOLICITED, now) == 100
    await desk.runs()
    waits = await desk.now(one.id)
    assert (waits.state, waits.outcome) == (State.READY, "quota")
    assert desk.calls(SUBMIT) == []
    await desk.passes(days=1)
    assert (await desk.now(one.id)).state is State.PUBLISHED


async def test_a_stopped_campaign_is_not_published(desk: Desk) -> None:
    one = await desk.ready()
    async with desk.work() as work:
        from bot.delivery import actions as delivery_actions

        await delivery_actions.stop(work, one.occurrence, desk.stage.clock())
    await desk.runs()
    stopped = await desk.now(one.id)
    assert (stopped.state, stopped.outcome) == (State.FAILED, "stopped")
    assert desk.calls(SUBMIT) == []


async def test_a_restored_backup_publishes_nothing_by_itself(desk: Desk) -> None:
    one = await desk.ready()
    async with desk.work() as work:
        await work.articles.hold("public")
    await desk.passes(days=1)
    assert (await desk.now(one.id)).state is State.UNKNOWN
    assert desk.calls(SUBMIT) == []


async def test_two_presses_at_once_publish_once(desk: Desk) -> None:
    import asyncio

    one = await desk.ready()
    press = desk.stage.bot.press
    await asyncio.gather(*(press.round() for _ in range(4)))
    await desk.runs()
    assert (await desk.now(one.id)).state is State.PUBLISHED
    assert desk.calls(SUBMIT) == ["ok"]


async def test_an_event_of_somebody_elses_article_changes_nothing(desk: Desk) -> None:
    """An administrator published another article in the console while ours was in doubt."""
    one = await desk.ready()
    desk.stage.sim.faults.errcode(SUBMIT, -1)
    await desk.runs()
    archive, media = desk.stage.sim.archive, desk.stage.sim.media
    other = archive.draft("wx0123456789abcdef", [{"title": "别的", "content": "x", "content_source_url": ""}])
    desk.finish_job(archive.submit("wx0123456789abcdef", other))
    assert media is not None
    for _ in range(40):
        await desk.passes(minutes=1)
    assert (await desk.now(one.id)).state is State.UNKNOWN


async def test_teachers_are_offered_the_article_beside_their_class_links(desk: Desk) -> None:
    occurrence = await desk.stage.fire("class-forward")
    one = await desk.agrees(await desk.publishes(await desk.draft(occurrence)))
    assert one.state is State.PUBLISHED
    await desk.su.says("转发")
    desk.su.hears("/a/", one.url)
