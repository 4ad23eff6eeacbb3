"""What the platform tells after it accepted: whichever comes first, it is acted on once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.rules import REPORTED, DeliveryState, Standing
from bot.delivery.tables import delivery, job_result, shipment
from bot.delivery.wording import why
from bot.duties.tables import task
from bot.messages import Inbound, Kind, Notice
from bot.platforms.wechat.results import Decision, Finished, decisions, finished
from bot.simulator.campus import SUBSCRIPTION
from bot.simulator.wechat_api.events import consent, push
from tests.delivery.post import NOTICE, SEND, TEMPLATE, Post

SENT, REFUSED = DeliveryState.SENT, DeliveryState.REFUSED
_NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LETTER = Notice("给家长的信", "两分钟读完", "https://example.edu.cn/a/x")


async def says(post: Post, event: str, **fields: Any) -> None:
    (account,) = post.stage.sim.world.accounts
    await push(post.stage.sim, account, post.follower("oZheng"), event, fields)


async def message_id(post: Post) -> str:
    (found,) = await post.rows(sa.select(shipment.c.message_id).where(shipment.c.account == "public"))
    return str(found.message_id)


async def told(post: Post, code: str) -> bool:
    person = await post.person(code)
    rows = await post.rows(sa.select(task.c.told_at).where(task.c.person_id == person))
    return all(row.told_at is not None for row in rows)


@pytest.mark.parametrize("first", [False, True], ids=["after the answer", "before the answer"])
async def test_sent_is_a_mark_and_no_new_state(post: Post, first: bool) -> None:
    post.stage.sim.world.accounts[0].result_first = first
    await post.queue(LETTER, openid="oZheng", occurrence="x@1")
    await post.sends()
    await post.passes(seconds=10)
    assert await post.deliveries() == [(SENT, REPORTED)]
    async with post.work() as work:
        assert await work.results.confirmed("x@1") == 1


@pytest.mark.parametrize("first", [False, True], ids=["after the answer", "before the answer"])
@pytest.mark.parametrize("status", ["failed:user block", "failed: system failed"])
async def test_not_sent_goes_to_the_next_channel_once(post: Post, first: bool, status: str) -> None:
    """林海 follows and is a parent too: accepted by the template, in vain; then 学校通知 has it."""
    await post.bind("P2", "oZheng")
    account = post.stage.sim.world.accounts[0]
    account.result_first, account.template_outcome = first, status
    campaign = await _only_by_the_account(post)
    await post.sends()
    assert post.calls(TEMPLATE) == ["ok"]
    for _ in range(3):
        await says(post, "TEMPLATESENDJOBFINISH", MsgID=int(await message_id(post)), Status=status)
        await post.passes(seconds=7)
    ends = await post.rows(
        sa.select(delivery.c.key, delivery.c.state, delivery.c.outcome)
        .where(delivery.c.person_id == await post.person("P2"))
        .order_by(delivery.c.id)
    )
    assert [row.state for row in ends] == [REFUSED, SENT]
    assert [row.key.rpartition("#")[2] for row in ends][1:] == ["2"]
    assert "平台" in why(ends[0].outcome) or "拒收" in why(ends[0].outcome)
    assert len(post.calls(NOTICE)) == 1
    assert (await post.states(campaign))[Standing.DELIVERED] == 1


async def test_whom_no_channel_is_left_for_was_not_told(post: Post) -> None:
    await post.bind("2301003", "oZheng")
    post.stage.sim.world.accounts[0].template_outcome = "failed:user block"
    campaign = await post.launched("term-test")
    await post.stage.bot.courier.drain()
    await post.sends()
    await post.passes(seconds=10)
    assert (await post.states(campaign))[Standing.REFUSED] == 1
    assert not await told(post, "2301003")
    assert await told(post, "2301001")
    async with post.work() as work:
        zheng = await work.people.by_code("2301003")
        assert zheng is not None
        missed = await work.outbox.unreached([(campaign, zheng.id)])
    assert why(missed[campaign, zheng.id]) == "对方拒收公众号的通知"


async def test_the_teacher_is_not_told_that_nothing_came_where_nobody_knows(post: Post) -> None:
    await post.bind("2301003", "oZheng")
    post.stage.sim.faults.drop(TEMPLATE)
    campaign = await post.launched("term-test")
    await post.stage.bot.courier.drain()
    await post.passes(minutes=20)
    assert (await post.states(campaign))[Standing.UNKNOWN] == 1
    await post.member("su").says("未完成")
    post.member("su").hears("郑*（尾号1003）【结果不明，可能已收到】")


async def test_a_whole_college_may_be_asked_about(post: Post) -> None:
    """More tasks than a statement may have parameters."""
    async with post.work() as work:
        missed = await work.outbox.unreached([(f"test@{n % 3}", n) for n in range(40_000)])
    assert set(missed.values()) == {""}
    assert len(missed) == 40_000


async def test_a_subscription_that_failed_is_not_counted_as_sent(post: Post) -> None:
    account = post.stage.sim.world.accounts[0]
    account.subscribe_outcome = (43101, "user refuse to accept the msg")
    await consent(post.stage.sim, account, post.follower("oZheng"), SUBSCRIPTION, True)
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    await post.passes(seconds=10)
    assert await post.deliveries() == [(REFUSED, "43101")]


async def test_the_first_word_holds(post: Post) -> None:
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    await says(post, "TEMPLATESENDJOBFINISH", MsgID=int(await message_id(post)), Status="failed:user block")
    await post.passes(seconds=10)
    assert await post.deliveries() == [(SENT, REPORTED)]


async def test_events_about_somebody_elses_messages_are_forgotten(post: Post) -> None:
    """Another program of the school sends by the same account; its results stand in nobody's way."""
    for number in range(40):
        await says(post, "TEMPLATESENDJOBFINISH", MsgID=900 + number, Status="failed:user block")
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    for _ in range(9):
        await post.passes(minutes=15)
    assert await post.deliveries() == [(SENT, REPORTED)]
    rows = await post.rows(sa.select(job_result.c.look_at).where(job_result.c.look_at.is_not(None)))
    assert rows == [], "nobody looks any more"


async def test_a_result_that_came_long_before_the_shipment_was_settled(post: Post) -> None:
    """The database was away while the courier wanted to settle; the event was quicker."""
    account = post.stage.sim.world.accounts[0]
    account.result_first, account.template_outcome = True, "failed:user block"
    courier = post.stage.bot.courier
    crew = courier._crew
    held: list[Any] = []

    async def later(outcomes: Any) -> None:
        held.append(outcomes)

    settle, crew._settle = crew._settle, later  # type: ignore[method-assign]
    await post.queue(LETTER, openid="oZheng")
    await courier.drain()
    await post.stage.sim.settled()
    crew._settle = settle  # type: ignore[method-assign]
    for _ in range(3):
        post.stage.clock.turn(timedelta(seconds=20))
        await courier.drain()
    await settle(held[0])
    await post.passes(minutes=2)
    assert await post.deliveries() == [(REFUSED, "user block")]


async def test_a_settled_delivery_of_wecom_is_not_meant(post: Post) -> None:
    """Message ids of two platforms may be equal."""
    await post.queue("给小满的话", "2301001")
    await post.sends()
    (found,) = await post.rows(sa.select(shipment.c.message_id))
    await says(post, "TEMPLATESENDJOBFINISH", MsgID=found.message_id, Status="failed:user block")
    await post.passes(minutes=1)
    assert await post.deliveries() == [(SENT, "")]
    assert post.calls(SEND) == ["ok"]


async def _only_by_the_account(post: Post) -> str:
    """The parents' letter, queued for one parent at the official account alone."""
    campaign = await post.launched("parent-letter")
    async with post.work() as work:
        await work.tx.execute(sa.delete(delivery).where(delivery.c.occurrence_id == campaign))
    person = await post.person("P2")
    await post.queue(LETTER, "P2", openid="oZheng", occurrence=campaign, key=f"{campaign}/{person}")
    async with post.work() as work:
        await work.tx.execute(sa.update(delivery).values(urgency="alert"))
    return campaign


def event(name: str, **fields: str) -> Inbound:
    return Inbound("public", "k", Kind.EVENT, None, _NOW, event=name, fields=fields)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("success", ""),
        (" Success ", ""),
        ("failed:user block", "user block"),
        ("failed: system failed", "system failed"),
        ("", "no status"),
        ("failed:", "failed:"),
    ],
)
def test_a_status_reads_as_its_reason(status: str, error: str) -> None:
    assert finished(event("templatesendjobfinish", MsgID="7", Status=status)) == [Finished("7", error)]


def test_a_list_of_sent_messages() -> None:
    fields = {
        "SubscribeMsgSentEvent.List.1.MsgID": "8",
        "SubscribeMsgSentEvent.List.1.ErrorCode": "43101",
        "SubscribeMsgSentEvent.List.0.MsgID": "7",
        "SubscribeMsgSentEvent.List.0.ErrorCode": "0",
        "SubscribeMsgSentEvent.List.2.ErrorCode": "0",
    }
    found = finished(event("subscribe_msg_sent_event", **fields))
    assert found == [Finished("7", ""), Finished("8", "43101")]


names = st.sampled_from(["List", "Event", "TemplateId", "MsgID", "ErrorCode", "0", "1", "x", ""])
paths = st.lists(names, min_size=1, max_size=4).map(".".join)


@given(
    name=st.sampled_from(["templatesendjobfinish", "subscribe_msg_sent_event", "subscribe_msg_popup_event"]),
    fields=st.dictionaries(paths, st.text(max_size=20), max_size=8),
)
def test_whatever_comes_is_read_without_a_word(name: str, fields: dict[str, str]) -> None:
    inbound = Inbound("public", "k", Kind.EVENT, None, _NOW, event=name, fields=fields)
    for one in finished(inbound):
        assert isinstance(one, Finished)
        assert one.message_id
        assert "|" not in one.message_id
    for decision in decisions(inbound):
        assert isinstance(decision, Decision)
        assert decision.template
