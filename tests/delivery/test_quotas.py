"""Refused before the platform has to; waiting is no attempt; a fifth of the day is kept for alerts."""

from __future__ import annotations

import sqlalchemy as sa

from bot.delivery.ledger import Ledger
from bot.delivery.rules import NO_WINDOW, DeliveryState
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import delivery
from bot.messages import Address, Realm, Text, Urgency
from tests.delivery.post import CUSTOM, SEND, WEBHOOK, Post


async def test_routine_messages_leave_a_fifth_of_the_day(post: Post) -> None:
    ledger = Ledger({"campus": 1})  # 200 a day
    async with post.stage.bot.database.begin() as tx:
        rows = CourierRows(tx)

        async def draw(amount: int, urgency: Urgency) -> int:
            return await ledger.draw(rows, "campus", "app", amount, urgency, post.now)

        assert await draw(150, Urgency.ROUTINE) == 150
        assert await draw(50, Urgency.ROUTINE) == 10, "as many as there are"
        assert await draw(1, Urgency.ROUTINE) == 0
        left = await ledger.left(rows, "campus", "app", post.now)
        assert left is not None
        assert (left.limit, left.used, left.routine, left.left) == (200, 160, 0, 40)
        assert await draw(40, Urgency.ALERT) == 40
        assert await draw(1, Urgency.ALERT) == 0


async def test_when_the_day_is_used_up_the_rest_goes_tomorrow(post: Post) -> None:
    async with post.stage.bot.database.begin() as tx:
        ledger, rows = Ledger({"campus": 1000}), CourierRows(tx)
        assert await ledger.draw(rows, "campus", "app", 159_999, Urgency.ROUTINE, post.now) == 159_999
    await post.queue("给两个人的话", "2301001", "2301002", urgency=Urgency.ROUTINE)
    await post.sends()
    assert post.seen(post.lin, "给两个人的话") + post.seen(post.zhou, "给两个人的话") == 1
    await post.passes(hours=26)
    assert post.seen(post.lin, "给两个人的话") + post.seen(post.zhou, "给两个人的话") == 2
    rows_ = await post.rows(sa.select(delivery.c.attempts))
    assert {row.attempts for row in rows_} == {1}


async def test_nobody_gets_more_than_thirty_a_minute(post: Post) -> None:
    """The platform would drop the rest without a word."""
    for number in range(45):
        await post.queue(f"第{number:02}条", "2301001")
    await post.sends()
    assert len(post.calls(SEND)) == 30
    await post.passes(seconds=70)
    assert {post.seen(post.lin, f"第{number:02}条") for number in range(45)} == {1}


async def test_a_follower_who_was_silent_is_not_even_called(post: Post) -> None:
    await post.queue("给方方的话", openid="oFang")
    await post.sends()
    assert post.calls(CUSTOM) == []
    assert await post.deliveries() == [(DeliveryState.REFUSED, NO_WINDOW)]


async def test_five_messages_a_window(post: Post) -> None:
    await post.follower("oFang").says("你好")
    for number in range(7):
        await post.queue(f"第{number}句", openid="oFang")
    await post.sends()
    assert set(post.calls(CUSTOM)) == {"ok"}, "the platform never had to refuse"
    ended = await post.deliveries()
    assert ended.count((DeliveryState.REFUSED, NO_WINDOW)) >= 2


async def test_a_group_hears_twenty_a_minute(post: Post) -> None:
    async with post.work() as work:
        for number in range(30):
            work.outbox.queue(
                key=f"g/{number}", account="staffroom", person=0, content=Text(f"群消息{number:02}"),
                address=Address("staffroom", Realm.GROUP, "staffroom").key, urgency=Urgency.SOLICITED,
                not_before=post.now,
            )  # fmt: skip
    for _ in range(5):
        await post.passes(seconds=31)
    assert post.calls(WEBHOOK) == ["ok"] * 30, "no 45009"


async def test_doctor_counts_the_notices_that_people_asked_for(post: Post) -> None:
    account = post.stage.bot.school.accounts.get("public")
    assert account is not None
    assert Ledger().lines(account) == ("custom", "template", "subscribe", "mass")
