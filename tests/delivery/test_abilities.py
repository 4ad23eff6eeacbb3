"""A way the platform took back: nobody goes it any more, everything else goes on, and it comes back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.courier import Courier
from bot.delivery.ledger import Ledger
from bot.delivery.rules import NO_WAY, REPORTED, DeliveryState, Standing, limit_over
from bot.delivery.tables import delivery, withdrawn
from bot.delivery.ways import EXPIRED
from bot.duties.plan_values import ZONE
from bot.errors import PlatformError, Verdict
from bot.messages import Image, Notice, Realm, Urgency, Way
from bot.people.tables import contact
from bot.platforms.wechat.client import WechatClient
from bot.platforms.wechat.templates import Template
from bot.simulator.wechat_api.events import verification
from tests.delivery.post import CUSTOM, NOTICE, SUBSCRIBE, TEMPLATE, Post

SENT, REFUSED = DeliveryState.SENT, DeliveryState.REFUSED
UPLOAD = "/cgi-bin/media/upload"
LETTER = Notice("给家长的信", "两分钟读完", "https://example.edu.cn/a/x")


async def shut(post: Post) -> dict[Way, str]:
    async with post.work() as work:
        return {one.way: one.reason.split(" ")[0] for one in await work.abilities.withdrawn("public")}


@pytest.mark.parametrize("code", [48001, 43107, 40037])
async def test_the_next_way_is_taken_and_the_account_goes_on(post: Post, code: int) -> None:
    post.stage.sim.world.accounts[0].forbidden = {SUBSCRIBE: code}
    await post.accepts()
    await post.queue(LETTER, openid="oZheng")
    await post.queue("给小满的话", "2301001")
    await post.sends()
    await post.passes(seconds=10)
    assert (post.calls(SUBSCRIBE), post.calls(TEMPLATE)) == ([f"{code}"], ["ok"])
    assert (await shut(post), await post.stopped("public")) == ({Way.SUBSCRIBE: f"{code}"}, "")
    assert await post.accepted() == 1, "the platform did not take it"
    assert {end[0] for end in await post.deliveries()} == {SENT}
    await post.queue(LETTER, openid="oZheng")
    await post.passes(seconds=10)
    assert post.calls(SUBSCRIBE) == [f"{code}"], "nobody tries again today"


async def test_when_no_way_is_left_it_is_the_next_channels_turn(post: Post) -> None:
    """林海 follows and is a parent of 学校通知; the account may send nothing any more."""
    await post.bind("P2", "oZheng")
    post.stage.sim.world.accounts[0].forbidden = {SUBSCRIBE: 48001, TEMPLATE: 48001, CUSTOM: 48001}
    await post.accepts()
    await post.follower("oZheng").says("你好")
    person = await post.person("P2")
    campaign = await post.launched("parent-letter")
    await post.queue(LETTER, "P2", openid="oZheng", occurrence=campaign, key=f"{campaign}/{person}/x")
    await post.sends()
    await post.passes(seconds=10)
    assert await shut(post) == {Way.SUBSCRIBE: "48001", Way.TEMPLATE: "48001", Way.CUSTOM: "48001"}
    assert [post.calls(path) for path in (SUBSCRIBE, TEMPLATE, CUSTOM)] == [["48001"]] * 3
    assert (REFUSED, NO_WAY) in await post.deliveries()
    assert await post.stopped("public") == ""
    assert post.calls(NOTICE)
    assert (await post.states(campaign))[Standing.DELIVERED] >= 1


async def test_after_a_day_one_message_finds_out(post: Post) -> None:
    """Still shut: one call in all, whoever asks. Open again: it stays open."""
    account = post.stage.sim.world.accounts[0]
    account.forbidden = {TEMPLATE: 48001}
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    assert post.calls(TEMPLATE) == ["48001"]
    bot = post.stage.bot
    couriers = [
        Courier(bot.database, bot.lines.clients, lambda: bot.school, bot.clock, Random(n), Ledger())
        for n in range(3)
    ]
    post.stage.clock.turn(timedelta(days=1, minutes=1))
    for openid in ("oZheng", "oFang", "oLin"):
        await post.queue(LETTER, openid=openid)
    await asyncio.gather(*(courier.drain() for courier in couriers))
    assert post.calls(TEMPLATE) == ["48001"] * 2
    account.forbidden = {}
    await post.queue(LETTER, openid="oZheng")
    await post.passes(hours=23)
    assert len(post.calls(TEMPLATE)) == 2
    await post.queue(LETTER, openid="oZheng")
    await post.passes(hours=2)
    await post.queue(LETTER, openid="oFang")
    await post.queue(LETTER, openid="oLin")
    await post.passes(seconds=10)
    assert post.calls(TEMPLATE)[2:] == ["ok"] * 3, "the one that found out, and everybody after it"
    assert await shut(post) == {}


async def test_a_repeat_whose_first_answer_was_lost_is_not_sent_another_way(post: Post) -> None:
    """The template may have arrived; then the platform takes the way back. Nothing is doubled."""
    post.stage.sim.faults.drop(TEMPLATE)
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    post.stage.sim.world.accounts[0].forbidden = {TEMPLATE: 48001}
    await post.accepts()
    await post.passes(minutes=4)
    assert (post.calls(TEMPLATE), post.calls(SUBSCRIBE)) == (["ok", "48001"], [])
    assert await post.deliveries() == [(DeliveryState.UNKNOWN, "48001")]
    assert await shut(post) == {Way.TEMPLATE: "48001"}


async def test_a_punished_account_still_stops(post: Post) -> None:
    """48004 means all of it."""
    post.stage.sim.world.accounts[0].forbidden = {TEMPLATE: 48004}
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    assert (await post.stopped("public")).startswith("48004")
    assert await shut(post) == {}


async def test_the_verification_runs_out_and_comes_back(post: Post) -> None:
    """Everybody who answers for the account is told, by the app; no call is made in vain."""
    account = post.stage.sim.world.accounts[0]
    await verification(post.stage.sim, account, holds=False)
    await post.sends()
    assert await shut(post) == dict.fromkeys(Way, EXPIRED)
    for userid in ("chen", "wu", "qin"):
        assert post.seen(post.member(userid), "认证到期了") == 1
    assert post.seen(post.lin, "认证到期了") == 0
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    assert post.calls(TEMPLATE) == []
    assert (REFUSED, NO_WAY) in await post.deliveries()
    await verification(post.stage.sim, account, holds=True)
    await post.queue(LETTER, openid="oZheng")
    await post.sends()
    await post.passes(seconds=10)
    assert (post.calls(TEMPLATE), await shut(post)) == (["ok"], {})
    assert (SENT, REPORTED) in await post.deliveries()


async def test_the_first_reason_of_a_day_is_when_it_began(post: Post) -> None:
    began = post.now
    async with post.work() as work:
        work.abilities.withdraw("public", Way.MASS, "48003 mass agreement", began)
    post.stage.clock.turn(timedelta(hours=30))
    async with post.work() as work:
        work.abilities.withdraw("public", Way.MASS, "48001 api unauthorized", post.now)
    (row,) = await post.rows(sa.select(withdrawn.c.since, withdrawn.c.reason))
    assert (row.since, row.reason.split(" ")[0]) == (began, "48001")


async def test_a_day_used_up_is_that_of_one_interface(post: Post) -> None:
    """Nothing by template today; what somebody waits for goes on, a routine letter leaves in the morning."""
    await post.queue(LETTER, openid="oZheng", urgency=Urgency.ROUTINE)
    await post.queue(LETTER, openid="oFang", urgency=Urgency.ROUTINE)
    post.stage.sim.faults.errcode(TEMPLATE, 45009, times=2)
    await post.sends()
    await post.follower("oLin").says("你好")
    await post.queue("马上回答", openid="oLin", urgency=Urgency.SOS)
    await post.passes(minutes=1)
    post.follower("oLin").hears("马上回答")
    assert post.calls(TEMPLATE) == ["45009"] * 2
    assert {state for state, _ in await post.deliveries()} == {DeliveryState.DUE, SENT}
    await post.passes(hours=22)
    assert post.calls(TEMPLATE) == ["45009"] * 2 + ["ok"] * 2
    assert await shut(post) == {}
    assert {state for state, _ in await post.deliveries()} == {SENT}


async def test_a_day_used_up_late_in_the_evening_is_over_at_midnight(post: Post) -> None:
    """The account's uploads: a picture does not wait until the next evening."""
    async with post.work() as work:
        picture = Image(work.outbox.keep_blob(b"\x89PNG\r\n\x1a\n" + bytes(99), post.now))
    await post.follower("oLin").says("你好")
    await post.passes(hours=14)  # 23:12
    post.stage.sim.faults.errcode(UPLOAD, 45009)
    await post.queue(picture, openid="oLin")
    await post.sends()
    await post.passes(minutes=47)
    assert post.calls(UPLOAD) == ["45009"]
    await post.passes(minutes=3)
    await post.passes(minutes=1)
    assert (post.calls(UPLOAD), post.calls(CUSTOM)) == (["45009", "ok"], ["ok"])
    assert await post.deliveries() == [(SENT, "")]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(ZONE)))
def test_a_day_ends_at_midnight_in_china(now: datetime) -> None:
    error = PlatformError(Verdict.WAIT, 45009, "", timedelta(days=1))
    over = limit_over(error, now.astimezone(UTC))
    assert now < over <= now + timedelta(days=1)
    local = over.astimezone(ZONE)
    first_hour = now.hour == 0  # the platform may count a little longer than we believe
    assert (local.hour, local.minute) == ((1, 0) if first_hour else (0, 1))
    assert (local.date() == now.date()) == first_hour


async def test_a_window_is_not_used_by_what_did_not_leave(post: Post) -> None:
    """The one customer message that is left is still there tomorrow."""
    await post.follower("oZheng").says("你好")
    person = await post.person("2301003")
    await post.bind("2301003", "oZheng")
    async with post.work() as work:
        await work.tx.execute(sa.update(contact).where(contact.c.person_id == person).values(window_left=1))
    post.stage.sim.faults.errcode(CUSTOM, 45009)
    await post.queue("只有文字", openid="oZheng", urgency=Urgency.ROUTINE)
    await post.sends()
    await post.passes(hours=23)
    assert post.calls(CUSTOM) == ["45009", "ok"]
    assert post.seen(post.follower("oZheng"), "只有文字") == 1


async def test_an_alert_does_not_wait_for_tomorrow(post: Post) -> None:
    """林海 follows and is a parent of 学校通知."""
    await post.bind("P2", "oZheng")
    post.stage.sim.faults.errcode(TEMPLATE, 45009)
    person, campaign = await post.person("P2"), await post.launched("parent-letter")
    async with post.work() as work:
        await work.tx.execute(sa.delete(delivery))
    key = f"{campaign}/{person}"
    await post.queue(LETTER, "P2", openid="oZheng", occurrence=campaign, key=key, urgency=Urgency.ALERT)
    await post.sends()
    await post.passes(minutes=1)
    assert (post.calls(TEMPLATE), post.calls(NOTICE)) == (["45009"], ["ok"])


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_template_that_cannot_hold_a_title_leaves_the_other_ways(post: Post, is_open: bool) -> None:
    """A field of five characters (47003): within the window the letter goes as a customer message."""
    client = post.stage.bot.lines.clients["public", Realm.OPENID]
    assert isinstance(client, WechatClient)
    client._templates = {"notice": Template.of("T1", {"phrase1": "title"})}
    if is_open:
        await post.follower("oLin").says("你好")
    await post.queue(Notice("给家长的一封信", "两分钟", LETTER.url), openid="oLin")
    await post.sends()
    assert (post.calls(CUSTOM), post.calls(TEMPLATE)) == (["ok"] if is_open else [], [])
    assert await post.deliveries() == [(SENT, "") if is_open else (DeliveryState.DEAD, "47003")]
