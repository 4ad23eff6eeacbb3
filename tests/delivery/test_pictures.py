"""A picture whose upload expired before its call was taken."""

from __future__ import annotations

import pytest

from bot.delivery.rules import DeliveryState
from bot.messages import Image
from tests.delivery.post import CUSTOM, SEND, Post

SENT, DEAD = DeliveryState.SENT, DeliveryState.DEAD


@pytest.mark.parametrize("by", ["app", "custom"])
async def test_a_picture_that_expired_while_it_waited_is_uploaded_again(post: Post, by: str) -> None:
    """Its bytes were fixed with a media_id of three days; the trouble lasted for four."""
    path, upload = (SEND if by == "app" else CUSTOM), "/cgi-bin/media/upload"
    trouble = "-1" if by == "app" else "HTTP 503"
    async with post.work() as work:
        picture = Image(work.outbox.keep_blob(b"\x89PNG\r\n\x1a\n" + bytes(99), post.now))
    await post.follower("oLin").says("你好")
    if by == "app":
        post.stage.sim.faults.errcode(path, -1)
    else:
        post.stage.sim.faults.http(path, 503)
    await post.queue(picture, *(["2301001"] if by == "app" else []), openid="" if by == "app" else "oLin")
    for _ in range(2):
        await post.stage.bot.courier.round()
    await post.passes(days=4)
    if by == "custom":
        await post.follower("oLin").says("还在吗")
    await post.passes(minutes=1)
    assert post.calls(path)[:2] == [trouble, "40007"]
    await post.passes(minutes=1)
    assert (post.calls(path), post.calls(upload)) == ([trouble, "40007", "ok"], ["ok", "ok"])
    assert await post.deliveries() == [(SENT, "")]


async def test_a_picture_that_is_never_taken_ends_with_its_reason(post: Post) -> None:
    async with post.work() as work:
        picture = Image(work.outbox.keep_blob(b"\x89PNG\r\n\x1a\n" + bytes(99), post.now))
    post.stage.sim.faults.errcode(SEND, 40007, times=30)
    await post.queue(picture, "2301001")
    for _ in range(12):
        await post.passes(minutes=30)
    assert 6 <= len(post.calls(SEND)) <= 12
    assert await post.deliveries() == [(DEAD, "40007")]
