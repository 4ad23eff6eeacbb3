"""Who waits for whom: groups grow where people come by themselves, and nobody waits for nobody."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import committer
from bot.committer import Committer, expected
from bot.messages import Address, Inbound, Kind, Reply
from tests import still

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TURNS = 40  # of the loop; a wait for company would take far longer
few = st.integers(0, 300)


def message(number: int, person: int) -> Inbound:
    return Inbound("campus", f"k{number}", Kind.TEXT, Address.member("corp", f"u{person}"), NOW, str(number))


class Desk:
    """Takes groups, and remembers how large they were. ``seconds``: what a commit takes."""

    def __init__(self, seconds: float = 0) -> None:
        self.sizes: list[int] = []
        self._seconds = seconds

    async def receive(self, batch: Sequence[Inbound]) -> list[Reply]:
        self.sizes.append(len(batch))
        await asyncio.sleep(self._seconds)
        return [Reply(one.text) for one in batch]


@asynccontextmanager
async def working(desk: Desk) -> AsyncIterator[Committer]:
    one = Committer(desk.receive)
    one.start()
    yield one
    await one.close()


@given(last=few, meanwhile=few, idle=st.floats(0, 10))
def test_a_group_waits_for_no_more_than_have_been_seen(last: int, meanwhile: int, idle: float) -> None:
    """Each of the last group has its reply, and each who came meanwhile is here; no others are hoped for."""
    assert expected(last, meanwhile, idle) <= max(last + meanwhile, 1)


@given(last=few, meanwhile=few)
def test_who_comes_after_a_silence_is_alone(last: int, meanwhile: int) -> None:
    assert expected(last, meanwhile, committer._AT_MOST) == 1
    assert expected(last, meanwhile, 0) == last + meanwhile


@given(people=st.integers(1, 256), first=st.integers(1, 256))
def test_where_each_waits_for_a_reply_all_are_soon_in_one_group(people: int, first: int) -> None:
    group = min(first, people)
    for _ in range(2):
        group = min(expected(group, people - group, 0), people)
    assert group == people


async def test_one_who_is_alone_does_not_wait() -> None:
    desk = Desk()
    async with working(desk) as one:
        for number in range(5):
            asked = asyncio.ensure_future(one.submit(message(number, 1)))
            await _turns(lambda asked=asked: asked.done())
    assert desk.sizes == [1] * 5


async def test_two_thumbs_of_one_person_take_turns_without_waiting() -> None:
    desk = Desk()
    async with working(desk) as one:
        asked = [asyncio.ensure_future(one.submit(message(number, 1))) for number in range(8)]
        await _turns(lambda: all(one.done() for one in asked), TURNS * 8)
        assert [one.result().text for one in asked] == [str(number) for number in range(8)]
    assert desk.sizes == [1] * 8


async def test_whoever_waits_for_a_reply_before_going_on_loses_nothing() -> None:
    """Six people, each asking again at once: all six are in each group, and no group waits for a seventh."""
    desk = Desk()

    async def talk(one: Committer, person: int) -> None:
        for number in range(30):
            assert (await one.submit(message(person * 100 + number, person))).text

    async with working(desk) as one:
        talks = [asyncio.ensure_future(talk(one, person)) for person in range(6)]
        await _turns(lambda: all(one.done() for one in talks), TURNS * 30)
    assert desk.sizes == [6] * 30


def test_groups_grow_where_people_come_by_themselves() -> None:
    async def story() -> None:
        desk = Desk(0.003)
        async with working(desk) as one:
            asked = []
            for number in range(300):
                asked.append(asyncio.ensure_future(one.submit(message(number, number))))
                await asyncio.sleep(0.0015)
            replies = await asyncio.gather(*asked)
        assert [reply.text for reply in replies] == [str(number) for number in range(300)]
        assert min(desk.sizes[10:-1]) >= committer._ENOUGH, desk.sizes

    still.run(story())


async def test_what_waits_for_company_is_finished_at_the_end() -> None:
    desk = Desk(0.003)
    one = Committer(desk.receive)
    one.start()
    asked = [asyncio.ensure_future(one.submit(message(n, n))) for n in range(6)]
    await asyncio.gather(*asked)
    last = asyncio.ensure_future(one.submit(message(9, 9)))  # waits for the other five
    await asyncio.sleep(0)
    await one.close()
    assert (await last).text == "9"
    assert desk.sizes == [6, 1]


async def test_who_is_alone_has_a_second_try_as_everybody_in_a_group_has() -> None:
    """The connection was cut, or two met at one lock: at night nobody else is in the group."""
    tries = 0

    async def receive(batch: Sequence[Inbound]) -> list[Reply]:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConnectionError("cut")
        return [Reply(one.text) for one in batch]

    one = Committer(receive)
    one.start()
    assert (await one.submit(message(1, 1))).text == "1"
    await one.close()
    assert tries == 2


class Full(io.StringIO):
    """What a log on a full disk is."""

    def flush(self) -> None:
        raise OSError("no room")


async def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk takes the commit and the log at once; when there is room again the next one is answered."""
    room = False

    async def receive(batch: Sequence[Inbound]) -> list[Reply]:
        if not room:
            raise OSError("no room")
        return [Reply(one.text) for one in batch]

    monkeypatch.setattr(sys, "stderr", Full())
    one = Committer(receive)
    one.start()
    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError):
            await one.submit(message(1, 1))
        room = True
        assert (await one.submit(message(2, 2))).text == "2"
        await one.close()


async def _turns(done: object, most: int = TURNS) -> None:
    """The loop goes round a few times; nothing here may need a clock."""
    assert callable(done)
    for _ in range(most):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("somebody waited")
