"""A spoken minute in the staff group, and to a member; what is no voice never leaves."""

from __future__ import annotations

from typing import Final

import pytest
import sqlalchemy as sa

from bot.delivery.rules import DeliveryState
from bot.delivery.tables import account_state
from bot.messages import Address, Content, File, Realm, Urgency, Voice

from .post import SEND, WEBHOOK, Post

UPLOAD: Final = "/cgi-bin/webhook/upload_media"
FRAME: Final = bytes([7 << 3 | 4]) + b"\xa5" * 31  # 20 ms at 12.2 kbit/s
SPOKEN: Final = b"#!AMR\n" + FRAME * 500


async def keep(post: Post, data: bytes) -> str:
    async with post.work() as work:
        return work.outbox.keep_blob(data, post.now)


async def to_the_group(post: Post, key: str, content: Content) -> None:
    async with post.work() as work:
        work.outbox.queue(
            key=key,
            account="staffroom",
            address=Address("staffroom", Realm.GROUP, "staffroom").key,
            person=0,
            content=content,
            urgency=Urgency.SOLICITED,
            not_before=post.now,
        )
    await post.sends()


async def test_the_group_hears_a_voice_uploaded_once(post: Post) -> None:
    blob = await keep(post, SPOKEN)
    for key in ("group/1", "group/2"):
        await to_the_group(post, key, Voice(blob, "课间六十秒.amr"))
    assert (post.calls(UPLOAD), post.calls(WEBHOOK)) == (["ok"], ["ok", "ok"])
    heard = [b for b in post.member("wu").bubbles if b.file_name == "课间六十秒.amr"]
    assert [bubble.kind for bubble in heard] == ["voice", "voice"]
    medium = post.stage.sim.media.show(heard[0].media_id)
    assert medium is not None
    assert (medium.kind, medium.data) == ("voice", SPOKEN)


async def test_the_same_bytes_as_a_file_are_another_upload(post: Post) -> None:
    """A media_id is of one kind: sent as the other it is unknown (40007)."""
    blob = await keep(post, SPOKEN)
    await to_the_group(post, "group/file", File(blob, "录音.amr"))
    await to_the_group(post, "group/voice", Voice(blob, "录音.amr"))
    assert (post.calls(UPLOAD), post.calls(WEBHOOK)) == (["ok", "ok"], ["ok", "ok"])
    heard = [b.kind for b in post.member("wu").bubbles if b.file_name == "录音.amr"]
    assert heard == ["file", "voice"]


@pytest.mark.parametrize(
    "data",
    [b"ID3" + b"x" * 100, SPOKEN[:-1], b"#!AMR\n" + FRAME * 3001, b"#!AMR\n" + FRAME * 70_000],
    ids=["mp3", "cut off", "too long", "too large"],
)
async def test_what_is_no_voice_of_a_minute_is_refused_before_the_call(post: Post, data: bytes) -> None:
    await to_the_group(post, "group/bad", Voice(await keep(post, data)))
    await post.passes(hours=1)
    assert (post.calls(UPLOAD), post.calls(WEBHOOK)) == ([], [])
    [(state, outcome)] = await post.deliveries()
    assert state is DeliveryState.DEAD, outcome
    await to_the_group(post, "group/next", Voice(await keep(post, SPOKEN)))
    assert post.calls(WEBHOOK) == ["ok"], "one bad voice stops nothing else"


async def test_a_member_hears_it_too(post: Post) -> None:
    await post.queue(Voice(await keep(post, SPOKEN), "课间六十秒.amr"), "2301001")
    await post.sends()
    assert post.calls(SEND) == ["ok"]
    assert post.lin.received("课间六十秒.amr").kind == "voice"


async def test_a_voice_that_waited_longer_than_its_upload_lives_is_uploaded_again(post: Post) -> None:
    """The bytes of the call name a media_id of three days (90253): refused with 40007, they are made anew."""
    blob = await keep(post, SPOKEN)
    await post.queue(Voice(blob, "早.amr"), "2301001")
    await post.sends()
    await post.passes(hours=47)
    post.stage.sim.faults.errcode(SEND, 60020)
    await post.queue(Voice(blob, "晚.amr"), "2301001")
    await post.sends()
    await post.passes(hours=40)
    async with post.work() as work:
        await work.tx.execute(sa.update(account_state).values(stopped=""))
    for _ in range(8):
        await post.passes(minutes=30)
    assert post.lin.received("晚.amr").kind == "voice"


async def test_what_is_unknown_however_often_it_is_uploaded_ends(post: Post) -> None:
    post.stage.sim.faults.errcode(SEND, 40007, times=99)
    await post.queue(Voice(await keep(post, SPOKEN)), "2301001")
    for _ in range(9):
        await post.passes(minutes=30)
    assert await post.deliveries() == [(DeliveryState.DEAD, "40007")]
    assert post.calls("/cgi-bin/media/upload") == ["ok", "ok"]
