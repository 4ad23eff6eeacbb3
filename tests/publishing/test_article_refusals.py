"""What an article is refused for, by the platform and by ourselves, and what waits for another day."""

from __future__ import annotations

import pytest

from bot.delivery import actions
from bot.delivery.store_courier import CourierRows
from bot.messages import Urgency
from bot.publishing.rules import State
from tests.publishing.desk import ADD, SUBMIT, Desk


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
    assert await desk.state(one) is (State.DRAFT if state is State.ASKED else state)


async def test_the_day_of_a_hundred_submissions_is_kept_to(desk: Desk) -> None:
    one = await desk.ready()
    async with desk.work() as work:
        rows, now = CourierRows(work.tx), desk.stage.clock()
        ledger = desk.stage.bot.press._record.ledger
        assert await ledger.draw(rows, "public", "publish", 100, Urgency.SOLICITED, now) == 100
    await desk.runs()
    waits = await desk.now(one.id)
    assert (waits.state, waits.outcome) == (State.READY, "quota")
    assert desk.calls(SUBMIT) == []
    await desk.passes(days=1)
    assert await desk.state(one) is State.PUBLISHED


async def test_a_stopped_campaign_is_not_published(desk: Desk) -> None:
    one = await desk.ready()
    async with desk.work() as work:
        await actions.stop(work, one.occurrence, desk.stage.clock())
    await desk.runs()
    stopped = await desk.now(one.id)
    assert (stopped.state, stopped.outcome) == (State.FAILED, "stopped")
    assert desk.calls(SUBMIT) == []


async def test_a_restored_backup_publishes_nothing_by_itself(desk: Desk) -> None:
    one = await desk.ready()
    async with desk.work() as work:
        await work.articles.hold("public")
    await desk.passes(days=1)
    assert await desk.state(one) is State.UNKNOWN
    assert desk.calls(SUBMIT) == []
