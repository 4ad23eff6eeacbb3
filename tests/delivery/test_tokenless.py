"""A token is looked up between two messages, and the database has no time just then: nothing has left yet."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa

from bot.delivery.rules import DeliveryState
from tests.delivery.post import CUSTOM, Post

FOLLOWERS = ("oFang", "oZheng", "oLin")


async def test_a_token_that_cannot_be_looked_up_costs_no_message(post: Post) -> None:
    """Customer messages have no duplicate check, so whatever is not known of them is never tried again."""
    for openid in FOLLOWERS:
        await post.follower(openid).says("你好")
    for openid in FOLLOWERS:
        await post.queue(f"给{openid}的话", openid=openid)
    async with post.work() as work:
        await work.tx.execute(sa.text("alter table token rename to away"))
    with suppress(Exception):
        await post.stage.bot.courier.round()
    async with post.work() as work:
        await work.tx.execute(sa.text("alter table away rename to token"))
    await post.passes(minutes=3)
    assert [post.seen(post.follower(openid), f"给{openid}的话") for openid in FOLLOWERS] == [1, 1, 1]
    assert post.calls(CUSTOM) == ["ok"] * 3
    assert {state for state, _ in await post.deliveries()} == {DeliveryState.SENT}
