"""Two processes get the same callbacks at the same instant: each is counted once, and both say the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from random import Random

import pytest
import sqlalchemy as sa

from bot.conversation import Conversation
from bot.db import Database
from bot.messages import Address, Inbound, Kind
from bot.people.tables import person
from bot.quiz.tables import answer, sitting
from bot.simulator.campus import CORP
from handlers import ROUTERS
from tests.stories.cast import Cast

ROUNDS = 5  # with two answers each no practice paper is at its end
PEOPLE = ("s2301001", "s2301002", "s2402001", "su", "he", "chen", "wu")


@pytest.fixture
async def processes(cast: Cast, database_url: str) -> AsyncIterator[list[Conversation]]:
    """Two, each with connections of its own."""
    bot, databases = cast.stage.bot, [Database(database_url) for _ in range(2)]
    yield [
        Conversation(one, ROUTERS, lambda: bot.school, cast.stage.clock, Random(number), lambda: None)
        for number, one in enumerate(databases)
    ]
    for one in databases:
        await one.close()


def group(cast: Cast, number: int, words: str, people: Sequence[str] = PEOPLE) -> list[Inbound]:
    now = cast.stage.clock()
    return [
        Inbound("campus", f"{who}/{number}", Kind.TEXT, Address.member(CORP, who), now, words)
        for who in people
    ]


async def test_a_group_that_reaches_both_is_counted_once(cast: Cast, processes: list[Conversation]) -> None:
    one, two = processes
    await one.receive(group(cast, 0, "答题"))
    for number in range(1, ROUNDS + 1):
        batch = group(cast, number, "AB"[number % 2])
        mine, theirs = await asyncio.gather(one.receive(batch), two.receive(batch[::-1]))
        assert [reply.text for reply in mine] == [reply.text for reply in theirs[::-1]]
        assert all(reply.text for reply in mine)
    steps = await counted(cast)
    assert len(steps) == len(PEOPLE)
    assert set(steps.values()) == {tuple(range(1, ROUNDS + 1))}


async def test_different_answers_of_the_same_people_at_both_take_turns(
    cast: Cast, processes: list[Conversation]
) -> None:
    """No answer is judged by what was on the table before another one came."""
    one, two = processes
    await one.receive(group(cast, 0, "答题"))
    for number in range(1, ROUNDS + 1):
        first, second = group(cast, 2 * number, "A"), group(cast, 2 * number + 1, "B")
        await asyncio.gather(one.receive(first), two.receive(second[::-1]))
    assert set((await counted(cast)).values()) == {tuple(range(1, 2 * ROUNDS + 1))}


async def counted(cast: Cast) -> dict[str, tuple[int, ...]]:
    """The steps of each person's sitting, by 编号."""
    found: dict[str, tuple[int, ...]] = {}
    statement = (
        sa.select(person.c.code, answer.c.step)
        .join(sitting, sitting.c.id == answer.c.sitting_id)
        .join(person, person.c.id == sitting.c.person_id)
        .order_by(person.c.code, answer.c.step)
    )
    async with cast.stage.bot.database.reading() as tx:
        for code, step in await tx.rows(statement):
            found[code] = (*found.get(code, ()), step)
    return found
