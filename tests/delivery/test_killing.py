"""kill -9 at any point: while a campaign is made, after a claim, within a call, before its answer is kept."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from bot.delivery.tables import delivery, quota
from bot.duties.tables import occurrence, task
from bot.messages import Address, Text, Urgency
from bot.simulator.campus import APP
from bot.work import Work
from tests.delivery.post import CUSTOM, SEND
from tests.delivery.yard import LATER, Yard, fan_out, seed, until, yard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
FRIDAY = "2026-10-16T16:40:01+08:00"  # the reminder of the week is due
MONDAY = "2026-10-12T09:12:00+08:00"
_LAUNCHING = 40  # points of a tick that launches one campaign
_SENDING = 150  # points of a courier that carries about three thousand people


@dataclass(frozen=True)
class Moments:
    """When the processes of one run are shot; printed with every complaint, so that it can be repeated."""

    seed: int
    launching: tuple[int, ...]
    sending: tuple[int, ...]

    @classmethod
    def by_chance(cls, launching: int, sending: int) -> Moments:
        number = seed("KILL_SEED")
        chance = Random(number)
        early = tuple(chance.randint(1, _LAUNCHING) for _ in range(launching))
        return cls(number, early, tuple(chance.randint(1, _SENDING) for _ in range(sending)))


async def test_kill_9_at_any_point_of_twenty_thousand(database_url: str) -> None:
    """A campaign, and texts to some, by processes of which ten are shot, two of them within a call."""
    moments = Moments.by_chance(launching=3, sending=5)
    async with yard(database_url, 20_000, FRIDAY) as place:
        await remembers_the_clock(place)
        for at in moments.launching:
            await died(await place.start("launcher", die_at=at), moments)
            made = await place.scalar(sa.select(sa.func.count()).select_from(delivery))
            assert made in (0, 20_000), (moments, "all or nothing")
        later = 0.0
        for number, at in enumerate(moments.sending):
            later = await next_one(place, later)
            await died(await place.start("launcher", later, die_at=at), moments)
            if number == 1:
                await fan_out(place, 40, 2000)  # cards are known by their task_id, texts by their bytes alone
        for _ in range(2):
            later = await next_one(place, later)
            await shot_in_a_call(place, await place.start("launcher", later))
        later = await next_one(place, later)
        place.stage.clock.turn(timedelta(minutes=15))
        await place.start("launcher", later + 900)
        await place.until_all_left(60)
        await everybody_was_told_once(place, moments)


async def everybody_was_told_once(place: Yard, moments: Moments) -> None:
    """On the phones, in our rows, in the ledger, and in what the administrator is shown."""
    weekly = "weekly-reminder@2026-10-16T16:40"
    shown = [Counter(b.seen for b in phone.bubbles) for phone in place.students_phones()]
    assert {count for phone in shown for count in phone.values()} == {1}, moments
    assert len(shown) == 20_000
    assert set.intersection(*(set(phone) for phone in shown)), (moments, "one text that everybody has")
    assert set(await place.states()) == {"sent"}, moments
    launched = sa.select(sa.func.count()).where(occurrence.c.duty == "weekly-reminder")
    assert await place.scalar(launched) == 1
    assert await place.scalar(sa.select(sa.func.count()).where(task.c.told_at.is_(None))) == 0, moments
    used = sa.select(sa.func.sum(quota.c.used)).where(quota.c.name.startswith("campus/app/"))
    carried = sum(len(sent.bubbles) for sent in place.stage.sim.cards.sent.values())
    assert await place.scalar(used) == carried, moments
    async with place.stage.bot.database.reading() as tx:
        assert await Work(tx).outbox.states(weekly) == {"delivered": 20_000}, moments


async def test_kill_9_where_nothing_notices_a_repeat(database_url: str) -> None:
    """Customer messages to followers who wrote: nobody gets one twice, whoever may have got it is unknown."""
    moments = Moments.by_chance(launching=0, sending=3)
    async with yard(database_url, 1, MONDAY, followers=60) as place:
        phones = [p for k, p in place.stage.sim.phones.items() if k.startswith(f"{APP}|openid|oF")]
        await asyncio.gather(*(phone.say("你好") for phone in phones))
        async with place.stage.bot.database.begin() as tx:
            for number, phone in enumerate(phones):
                Work(tx).outbox.queue(
                    key=f"crowd/{number}", account="public", address=Address.follower(APP, phone.id).key,
                    person=0, content=Text(f"给第{number}位的话"), urgency=Urgency.SOLICITED,
                    not_before=place.stage.clock(),
                )  # fmt: skip
        later = 0.0
        for at in moments.sending:
            await died(await place.start("courier", later, die_at=at), moments)
            later = await next_one(place, later)
        await shot_in_a_call(place, await place.start("courier", later), CUSTOM)
        later = await next_one(place, later)
        await place.start("courier", later)
        await place.until_all_left()
        ends = {
            row.key: row.state for row in await place.rows(sa.select(delivery.c.key, delivery.c.state))
        }
        for number, phone in enumerate(phones):
            seen = sum(f"给第{number}位的话" in bubble.seen for bubble in phone.bubbles)
            state = ends[f"crowd/{number}"]
            assert state in ("sent", "unknown"), (moments, state)
            assert seen == 1 or (state, seen) == ("unknown", 0), (moments, number, state, seen)
        unknown = sum(state == "unknown" for key, state in ends.items() if key.startswith("crowd/"))
        assert 1 <= unknown <= 8 * 4, (moments, "at most the eight calls of each that was shot")


async def remembers_the_clock(place: Yard) -> None:
    """Somebody looked a minute ago, as somebody always does."""
    async with place.stage.bot.database.begin() as tx:
        Work(tx).duties.set_watermark(
            f"clock/{place.stage.bot.school.default_pack}", place.stage.clock() - timedelta(minutes=1)
        )


async def died(process: asyncio.subprocess.Process, moments: Moments) -> None:
    """By its own hand, or by ours when there was not so much to do."""
    try:
        assert await asyncio.wait_for(process.wait(), 12) == -signal.SIGKILL, moments
    except TimeoutError:
        process.kill()
        await process.wait()


async def shot_in_a_call(place: Yard, process: asyncio.subprocess.Process, path: str = SEND) -> None:
    """The platform has accepted, the answer is not given, and then there is nobody to take it."""
    before = sum(crossing.path == path for crossing in place.stage.sim.wire)
    place.stage.sim.faults.hang(path, times=1)

    async def arrived() -> bool:
        return sum(crossing.path == path for crossing in place.stage.sim.wire) > before

    await until(arrived, 20, "no call came")
    await place.shot(process)
    place.stage.sim.faults.heal()


async def next_one(place: Yard, later: float) -> float:
    """The clock of whoever comes after; the platform's own goes with it."""
    place.stage.clock.turn(timedelta(seconds=LATER))
    return later + LATER
