"""One person with two accounts, and two accounts that claim one person, at the same instant."""

from __future__ import annotations

import asyncio
from random import Random

import sqlalchemy as sa

from bot.conversation import Conversation
from bot.messages import Address, Inbound, Kind
from bot.people.tables import contact
from bot.quiz.tables import answer
from bot.simulator.campus import APP, CORP
from handlers import ROUTERS
from tests.stories.cast import Cast

MEMBER, FANG, ZHENG = (
    Address.member(CORP, "s2301002"),
    Address.follower(APP, "oFang"),
    Address.follower(APP, "oZheng"),
)
CLAIM = "绑定 郑子安 2301003"


def process(cast: Cast) -> Conversation:
    bot = cast.stage.bot
    return Conversation(bot.database, ROUTERS, lambda: bot.school, cast.stage.clock, Random(1), lambda: None)


def said(cast: Cast, who: Address, words: str, number: int = 1) -> Inbound:
    account = "campus" if who is MEMBER else "public"
    return Inbound(account, f"{who.id}/{number}", Kind.TEXT, who, cast.stage.clock(), words)


async def test_two_accounts_of_one_person_in_one_group_take_turns(cast: Cast) -> None:
    await cast.follower("oZheng").says("绑定 周一诺 2301002")
    cast.follower("oZheng").hears("周一诺")
    one = process(cast)
    await one.receive([said(cast, MEMBER, "答题", 0)])
    for number in range(1, 4):
        group = [said(cast, MEMBER, "A", number), said(cast, ZHENG, "B", number)]
        replies = await one.receive(group)
        assert replies[0].text != replies[1].text, "the second hears of the question after"
        assert await one.receive(group[::-1]) == replies[::-1]
    async with cast.stage.bot.database.reading() as tx:
        steps = [row.step for row in await tx.rows(sa.select(answer.c.step).order_by(answer.c.step))]
    assert steps == [1, 2, 3, 4, 5, 6]


async def test_two_claims_to_one_person_in_one_group_bind_one(cast: Cast) -> None:
    replies = await process(cast).receive([said(cast, FANG, CLAIM), said(cast, ZHENG, CLAIM)])
    assert "没有核对上" in replies[1].text
    assert await bound(cast) == [FANG.key]


async def test_two_claims_to_one_person_at_two_processes_bind_one(cast: Cast) -> None:
    one, two = process(cast), process(cast)
    replies = await asyncio.gather(
        one.receive([said(cast, FANG, CLAIM)]), two.receive([said(cast, ZHENG, CLAIM)])
    )
    assert len(await bound(cast)) == 1
    assert sorted("没有核对上" in reply.text for (reply,) in replies) == [False, True]


async def bound(cast: Cast) -> list[str]:
    """The followers who are somebody."""
    known = sa.select(contact.c.address).where(contact.c.realm == "openid", contact.c.person_id.is_not(None))
    async with cast.stage.bot.database.reading() as tx:
        return [row.address for row in await tx.rows(known)]
