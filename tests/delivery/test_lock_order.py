"""Whoever writes several tasks at once takes them in one order: nobody waits in a ring (PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from bot.conversation import Conversation
from bot.delivery.store_courier import CourierRows
from bot.delivery.store_shipments import Shipment
from bot.delivery.tables import delivery
from bot.duties.rules import ProofKind
from bot.duties.tables import proof, task
from bot.ids import new_id
from bot.messages import Address, Inbound, Kind
from bot.people.tables import contact, person
from bot.platforms.port import Packed, Receipt
from bot.simulator.campus import APP, CORP
from handlers import ROUTERS
from tests.delivery.post import Post

# As in a big school, where each message leads to its task by an index: the order is that of the messages.
_BIG = ("enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_bitmapscan")
_NAMES = ("2301001", "2301002", "T1001")


@pytest.fixture
async def crossing(post: Post) -> Post:
    if post.stage.bot.database.is_sqlite:
        pytest.skip("one writer at a time")
    return post


async def in_task_order(post: Post, campaign: str) -> list[tuple[int, str, str]]:
    """(task, code, userid) of the three."""
    found = await post.rows(
        sa.select(task.c.id, person.c.code, contact.c.address)
        .join(person, person.c.id == task.c.person_id)
        .join(contact, contact.c.person_id == person.c.id)
        .where(task.c.occurrence_id == campaign, person.c.code.in_(_NAMES))
        .order_by(task.c.id)
    )
    return [(row.id, row.code, Address.from_key(row.address).id) for row in found]


async def aboard(post: Post, campaign: str, codes: Sequence[str], name: str) -> Shipment:
    """One call with a message of the campaign to each of these, in this order."""
    keys = [f"{campaign}/{name}/{code}" for code in codes]
    for code, key in zip(codes, keys, strict=True):
        await post.queue(name, code, occurrence=campaign, key=key)
    rows = await post.rows(sa.select(delivery.c.id).where(delivery.c.key.in_(keys)).order_by(delivery.c.id))
    to = tuple(Address.member(CORP, code) for code in codes)
    packed = Packed("/x", b"", to, timedelta(0), "app")
    async with post.work() as work:
        ids = [row.id for row in rows]
        return CourierRows(work.tx).ship(new_id(post.now), "campus", packed, ids, post.now)


async def settled(post: Post, call: Shipment) -> None:
    async with post.stage.bot.database.begin() as tx:
        for name in _BIG:
            await tx.execute(sa.text(f"set local {name} = off"))
        await CourierRows(tx).delivered([(call, Receipt())], post.now)


@asynccontextmanager
async def held(post: Post, row: sa.Select[Any]) -> AsyncIterator[None]:
    """Somebody has this row for a moment."""
    async with post.stage.bot.database.begin() as tx:
        await tx.rows(row.with_for_update(key_share=True))
        yield


def the_task(id_: int) -> sa.Select[Any]:
    return sa.select(task.c.id).where(task.c.id == id_)


async def together(post: Post, middle: sa.Select[Any], *work: Coroutine[Any, Any, Any]) -> list[Any]:
    """Both begin, neither comes past the row in the middle, then the way is free."""
    async with held(post, middle):
        running = [asyncio.create_task(one) for one in work]
        await asyncio.sleep(0.5)
        assert not any(one.done() for one in running)
    return await asyncio.gather(*running)


async def test_two_couriers_settle_the_same_people(crossing: Post) -> None:
    """A letter and a reminder of it, whose messages were queued in opposite orders."""
    campaign = await crossing.launched("install-app")
    three = await in_task_order(crossing, campaign)
    codes = [code for _, code, _ in three]
    first = await aboard(crossing, campaign, codes, "第一")
    second = await aboard(crossing, campaign, codes[::-1], "第二")
    await together(crossing, the_task(three[1][0]), settled(crossing, first), settled(crossing, second))
    told = await crossing.rows(sa.select(task.c.told_at).where(task.c.id.in_([id_ for id_, _, _ in three])))
    assert [row.told_at for row in told] == [crossing.now] * 3


async def test_a_group_of_turns_proves_what_a_courier_settles(crossing: Post) -> None:
    campaign = await crossing.launched("install-app")
    three = await in_task_order(crossing, campaign)
    call = await aboard(crossing, campaign, [code for _, code, _ in three], "第一")
    bot = crossing.stage.bot
    talk = Conversation(bot.database, ROUTERS, lambda: bot.school, bot.clock, Random(1), lambda: None)
    said = [
        Inbound("campus", f"{who}/1", Kind.TEXT, Address.member(CORP, who), crossing.now, "已安装")
        for _, _, who in three[::-1]
    ]
    replies, _ = await together(crossing, the_task(three[1][0]), talk.receive(said), settled(crossing, call))
    assert all("记下了" in reply.text for reply in replies)
    proofs = await crossing.rows(sa.select(proof.c.task_id).where(proof.c.kind == ProofKind.CONFIRMED))
    assert {row.task_id for row in proofs} == {id_ for id_, _, _ in three}


async def test_followers_write_while_a_courier_draws_of_their_windows(crossing: Post) -> None:
    """Three messages that were queued in one order, to three people who write in the other."""
    three = ("oFang", "oLin", "oZheng")
    for openid in three:
        await crossing.follower(openid).says("你好")
    crossing.stage.clock.turn(timedelta(hours=3))
    for openid in three[::-1]:
        await crossing.queue(f"给{openid}的话", openid=openid)
    bot = crossing.stage.bot
    talk = Conversation(bot.database, ROUTERS, lambda: bot.school, bot.clock, Random(1), lambda: None)
    whose = {openid: Address.follower(APP, openid) for openid in three}
    said = [Inbound("public", f"{o}/1", Kind.TEXT, whose[o], crossing.now, "帮助") for o in three]
    middle = sa.select(contact.c.address).where(contact.c.address == whose["oLin"].key)
    replies, _ = await together(crossing, middle, talk.receive(said), bot.courier.round())
    assert all(reply.text for reply in replies)
    assert [crossing.seen(crossing.follower(o), f"给{o}的话") for o in three] == [1, 1, 1]
