"""订阅通知: one tap of a follower is one message, whoever sends it and whatever happens on the way."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.ledger import Ledger
from bot.delivery.rules import NO_WINDOW, DeliveryState, Standing
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import acceptance, delivery, subscription_call
from bot.delivery.ways import in_order
from bot.messages import Address, Notice, Urgency, Way
from bot.settings import TemplateMapping, Wechat
from bot.simulator.campus import APP, SUBSCRIPTION
from bot.simulator.wechat_api.events import consent, push, withdraw
from bot.work import Work
from tests.delivery.post import CUSTOM, SUBSCRIBE, TEMPLATE, Post

SENT, REFUSED, UNKNOWN = DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.UNKNOWN
ZHENG = Address.follower(APP, "oZheng").key


def letter(number: int = 1) -> Notice:
    return Notice(f"第{number}封信", "两分钟读完", "https://example.edu.cn/a/x")


async def calls_under_way(post: Post) -> int:
    return len(await post.rows(sa.select(subscription_call.c.address)))


async def test_one_tap_is_one_message_then_the_template_takes_over(post: Post) -> None:
    await post.accepts()
    await post.queue(letter(1), openid="oZheng")
    await post.queue(letter(2), openid="oZheng")
    await post.sends()
    await post.passes(seconds=30)
    assert (post.calls(SUBSCRIBE), post.calls(TEMPLATE)) == (["ok"], ["ok"])
    assert [post.seen(post.follower("oZheng"), f"第{n}封信") for n in (1, 2)] == [1, 1]
    assert (await post.accepted(), await calls_under_way(post)) == (0, 0)


async def test_a_quiz_reaches_a_silent_follower_who_accepted(post: Post) -> None:
    """A text becomes a notice that leads to its page; no template is spent on it."""
    await post.bind("2301003", "oZheng")
    await post.accepts()
    campaign = await post.launched("term-test")
    await post.sends()
    assert (post.calls(SUBSCRIBE), post.calls(TEMPLATE)) == (["ok"], [])
    assert (await post.states(campaign))[Standing.DELIVERED] == 3


async def test_without_a_template_it_is_the_only_way_to_the_silent(post: Post) -> None:
    """Whoever accepted nothing goes on to the next channel, with a reason."""
    client = post.stage.bot.courier._clients["public", Address.from_key(ZHENG).realm]
    client._templates = {"subscribe": client._templates["subscribe"]}  # type: ignore[attr-defined]
    await post.accepts()
    await post.queue(letter(1), openid="oZheng")
    await post.queue(letter(1), openid="oFang")
    await post.sends()
    assert post.calls(SUBSCRIBE) == ["ok"]
    assert [end[0] for end in await post.deliveries()] == [SENT, REFUSED]
    assert (REFUSED, NO_WINDOW) in await post.deliveries()


async def test_the_same_callback_twice_is_one_acceptance(post: Post) -> None:
    post.stage.sim.callbacks.manner.copies = 3
    await post.accepts()
    post.stage.sim.callbacks.manner.copies = 1
    assert await post.accepted() == 1
    await post.accepts()
    assert await post.accepted() == 2


async def test_several_templates_in_one_event(post: Post) -> None:
    (account,) = post.stage.sim.world.accounts
    rows = [
        {"TemplateId": SUBSCRIPTION, "SubscribeStatusString": "accept", "PopupScene": 2},
        {"TemplateId": "OTHER", "SubscribeStatusString": "reject", "PopupScene": 2},
        {"TemplateId": "a|b", "SubscribeStatusString": "accept", "PopupScene": 2},
    ]
    fields = {"SubscribeMsgPopupEvent": {"List": rows}}
    await push(post.stage.sim, account, post.follower("oZheng"), "subscribe_msg_popup_event", fields)
    assert [(r.template, r.left) for r in await post.rows(sa.select(acceptance))] == [(SUBSCRIPTION, 1)]


async def test_a_no_takes_nothing_back_but_switching_off_does(post: Post) -> None:
    (account,) = post.stage.sim.world.accounts
    await post.accepts(times=2)
    await consent(post.stage.sim, account, post.follower("oZheng"), SUBSCRIPTION, False)
    assert await post.accepted() == 2
    await withdraw(post.stage.sim, account, post.follower("oZheng"), SUBSCRIPTION)
    assert await post.accepted() == 0
    await post.queue(letter(), openid="oZheng")
    await post.sends()
    assert (post.calls(SUBSCRIBE), post.calls(TEMPLATE)) == ([], ["ok"])


async def test_a_long_term_acceptance_does_not_run_out(post: Post) -> None:
    account = post.stage.bot.school.accounts.get("public")
    assert isinstance(account, Wechat)
    long = {**account.templates, "subscribe": TemplateMapping(id=SUBSCRIPTION, type="long")}
    object.__setattr__(account, "templates", long)
    post.stage.sim.world.accounts[0].templates[SUBSCRIPTION].lasting = True
    await post.accepts()
    for number in range(3):
        await post.queue(letter(number), openid="oZheng")
        await post.sends()
        await post.passes(seconds=10)
    assert (post.calls(SUBSCRIBE), post.calls(TEMPLATE)) == (["ok"] * 3, [])
    assert await post.accepted() == 1


async def test_the_platform_knows_of_no_acceptance(post: Post) -> None:
    """43101: our count was wrong. Nothing is left, and the same person is reached by the other way."""
    await post.accepts(times=3)
    post.stage.sim.faults.errcode(SUBSCRIBE, 43101)
    await post.queue(letter(), openid="oZheng")
    await post.sends()
    assert (post.calls(SUBSCRIBE), post.calls(TEMPLATE)) == (["43101"], ["ok"])
    assert await post.accepted() == 0
    assert post.seen(post.follower("oZheng"), "第1封信") == 1


async def test_what_surely_did_not_happen_costs_nothing(post: Post) -> None:
    """Refused for good (40003): given back once. Trouble that passes: kept for the repeat, drawn once."""
    await post.accepts(times=2)
    post.stage.sim.faults.errcode(SUBSCRIBE, 40003)
    await post.queue(letter(1), openid="oZheng")
    await post.sends()
    assert (await post.accepted(), await calls_under_way(post)) == (2, 0)
    post.stage.sim.faults.http(SUBSCRIBE, 503, times=2)
    await post.queue(letter(2), openid="oZheng")
    await post.sends()
    assert (await post.accepted(), await calls_under_way(post)) == (1, 1)
    await post.passes(minutes=2)
    await post.passes(minutes=2)
    assert post.calls(SUBSCRIBE) == ["40003", "HTTP 503", "HTTP 503", "ok"]
    assert (await post.accepted(), await calls_under_way(post)) == (1, 0)


async def test_trouble_that_does_not_pass_gives_it_back_at_the_end(post: Post) -> None:
    await post.accepts()
    post.stage.sim.faults.http(SUBSCRIBE, 503, times=20)
    await post.queue(letter(), openid="oZheng")
    for _ in range(9):
        await post.passes(minutes=30)
    assert await post.deliveries() == [(DeliveryState.DEAD, "503")]
    assert (await post.accepted(), await calls_under_way(post)) == (1, 0)


async def test_a_lost_answer_stays_unknown_and_is_not_repeated(post: Post) -> None:
    await post.accepts(times=2)
    post.stage.sim.faults.drop(SUBSCRIBE)
    await post.queue(letter(), openid="oZheng")
    await post.sends()
    await post.passes(hours=1)
    assert post.calls(SUBSCRIBE) == ["ok"]
    assert await post.deliveries() == [(UNKNOWN, "0")]
    assert (await post.accepted(), await calls_under_way(post)) == (1, 0)


async def test_two_at_once_wait_for_each_other_and_count_no_attempt(post: Post) -> None:
    await post.accepts()
    post.stage.sim.faults.errcode(SUBSCRIBE, 43108, times=9)
    await post.queue(letter(), openid="oZheng")
    for _ in range(12):
        await post.passes(seconds=12)
    assert post.calls(SUBSCRIBE) == ["43108"] * 9 + ["ok"], "more often than the six tries of a real fault"
    assert post.seen(post.follower("oZheng"), "第1封信") == 1
    assert await post.attempts() == [1]


async def test_a_paused_campaign_gives_back_what_waits_for_a_repeat(post: Post) -> None:
    await post.bind("2301003", "oZheng")
    await post.accepts()
    post.stage.sim.faults.http(SUBSCRIBE, 503)
    campaign = await post.launched("term-test")
    await post.sends()
    assert await post.accepted() == 0
    async with post.work() as work:
        await work.outbox.pause(campaign)
    assert (await post.accepted(), await calls_under_way(post)) == (1, 0)
    async with post.work() as work:
        await work.outbox.resume(campaign, post.now)
    await post.passes(minutes=3)
    assert post.calls(SUBSCRIBE) == ["HTTP 503", "ok"]


async def test_whoever_leaves_leaves_nothing(post: Post) -> None:
    """And a report that comes after them does not bring them back."""
    await post.bind("2301003", "oZheng")
    await post.accepts(times=2)
    await post.follower("oZheng").unfollow()
    assert await post.rows(sa.select(acceptance)) == []
    (account,) = post.stage.sim.world.accounts
    row = {"TemplateId": SUBSCRIPTION, "MsgID": 5, "ErrorCode": 0, "ErrorStatus": "success"}
    fields = {"SubscribeMsgSentEvent": {"List": row}}
    await push(post.stage.sim, account, post.follower("oZheng"), "subscribe_msg_sent_event", fields)
    await withdraw(post.stage.sim, account, post.follower("oZheng"), SUBSCRIPTION)
    async with post.stage.bot.database.reading() as tx:
        assert await Work(tx).people.contact(Address.from_key(ZHENG)) is None
    assert await post.rows(sa.select(acceptance)) == []


async def test_an_open_window_keeps_the_acceptance(post: Post) -> None:
    await post.accepts()
    await post.follower("oZheng").says("你好")
    await post.queue("给子安的话", openid="oZheng")
    await post.sends()
    assert (post.calls(CUSTOM), post.calls(SUBSCRIBE)) == (["ok"], [])
    assert await post.accepted() == 1


async def test_a_day_used_up_costs_no_acceptance_and_no_window(post: Post) -> None:
    async with post.stage.bot.database.begin() as tx:
        rows, ledger = CourierRows(tx), Ledger()
        for line in ("subscribe", "custom"):
            limit = ledger.limit("public", line)
            assert limit is not None
            assert await ledger.draw(rows, "public", line, limit.count, Urgency.SOLICITED, post.now)
    await post.accepts()
    await post.queue(letter(), openid="oZheng", urgency=Urgency.ROUTINE)
    await post.sends()
    assert (await post.accepted(), await calls_under_way(post)) == (1, 0)
    await post.passes(hours=26)
    assert post.calls(SUBSCRIBE) == ["ok"]
    states = await post.rows(sa.select(delivery.c.attempts))
    assert {row.attempts for row in states} == {1}


ways = st.frozensets(st.sampled_from(list(Way)))


@given(can=ways, shut=ways, is_notice=st.booleans(), window=st.booleans(), accepted=st.booleans())
def test_the_order_of_ways(
    can: frozenset[Way], shut: frozenset[Way], is_notice: bool, window: bool, accepted: bool
) -> None:
    found = in_order(can, shut, is_notice=is_notice, window=window, accepted=accepted)
    assert len(set(found)) == len(found)
    assert set(found) <= can - shut - {Way.MASS}
    assert accepted or Way.SUBSCRIBE not in found
    assert window or Way.CUSTOM not in found
    if not window and found and accepted and Way.SUBSCRIBE in can - shut:
        assert found[0] is Way.SUBSCRIBE
    if window and not is_notice and Way.CUSTOM in can - shut:
        assert found[0] is Way.CUSTOM
