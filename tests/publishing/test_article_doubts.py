"""Answers that are lost: what is looked for, what is found, and what is never sent again."""

from __future__ import annotations

import asyncio

import pytest

from bot.publishing.rules import State
from tests.publishing.desk import ADD, LIST, SUBMIT, Desk


async def test_a_lost_answer_of_a_draft_is_found_in_the_box(desk: Desk) -> None:
    desk.stage.sim.faults.drop(ADD)
    one = await desk.draft(await desk.stage.fire("weekly-reminder"))
    assert one.state is State.DRAFTING
    await desk.passes(minutes=1)
    assert await desk.state(one) is State.DRAFT
    assert len(desk.drafts()) == 1
    assert desk.calls(ADD) == ["ok"]


async def test_a_draft_call_that_did_nothing_is_made_again(desk: Desk) -> None:
    desk.stage.sim.faults.http(ADD)
    one = await desk.draft(await desk.stage.fire("weekly-reminder"))
    await desk.passes(minutes=1)
    assert await desk.state(one) is State.DRAFT
    assert len(desk.drafts()) == 1


async def test_a_lost_answer_of_submit_is_found_among_the_published(desk: Desk) -> None:
    desk.account.publish_event = False
    one = await desk.ready()
    desk.stage.sim.faults.drop(SUBMIT)
    await desk.runs()
    assert await desk.state(one) is State.SUBMITTING
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
    assert await desk.state(one) is State.UNKNOWN


async def test_an_unknown_one_that_turns_up_later_is_public_after_all(desk: Desk) -> None:
    desk.account.publish_status, desk.account.publish_event = 1, False
    one = await desk.ready()
    desk.stage.sim.faults.drop(SUBMIT)
    for _ in range(40):
        await desk.passes(minutes=1)
    assert await desk.state(one) is State.UNKNOWN
    desk.finish(0)
    await desk.passes(hours=5)
    assert await desk.state(one) is State.PUBLISHED


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
        seen.append(await desk.state(one))
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
    assert await desk.state(one) is State.SUBMITTING
    await desk.passes(minutes=3)
    assert await desk.state(one) is State.PUBLISHED
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


async def test_two_presses_at_once_publish_once(desk: Desk) -> None:
    one = await desk.ready()
    press = desk.stage.bot.press
    await asyncio.gather(*(press.round() for _ in range(4)))
    await desk.runs()
    assert await desk.state(one) is State.PUBLISHED
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
    assert await desk.state(one) is State.UNKNOWN
