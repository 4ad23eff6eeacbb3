"""kill -9 between two things that belong together: a message and its file, a stop and what it puts away."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
import sqlalchemy as sa

from bot.db import Moment, milliseconds
from bot.delivery import actions
from bot.delivery.rules import ALONE, IN_A_TURN, Stopped, Stopping
from bot.delivery.store_attention import WITH
from bot.delivery.tables import OPEN_SHIPMENTS, clearing, delivery, shipment
from bot.messages import Address, Image, Text, Urgency
from bot.people.tables import contact
from bot.simulator.campus import APP
from bot.simulator.phone import Phone
from bot.work import Work
from tests.delivery.post import CUSTOM, SEND
from tests.delivery.test_killing import (
    FRIDAY,
    MONDAY,
    Moments,
    died,
    next_one,
    remembers_the_clock,
)
from tests.delivery.yard import Yard, until, yard

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
UPLOAD = "/cgi-bin/media/upload"
PEOPLE = 6
MANY = IN_A_TURN + 200
WEEKLY = "weekly-reminder@2026-10-16T16:40"
_SENDING = 120  # points of a courier that carries so many messages and their files


async def test_kill_9_between_a_message_and_its_file(database_url: str) -> None:
    """The file comes once, below its message, or not at all; not at all where nobody knows of the message."""
    moments = Moments.by_chance(launching=0, sending=1)
    async with yard(database_url, PEOPLE, MONDAY, followers=PEOPLE) as place:
        followers = [p for k, p in place.stage.sim.phones.items() if k.startswith(f"{APP}|openid|oF")]
        later = 0.0
        for batch, path in (("first", UPLOAD), ("second", SEND)):
            await queue(place, followers, batch)
            process = await place.start("courier", later)
            messages = delivery.c.key.startswith(f"between/{batch}/")
            await until(partial(nothing_waits, place, messages), 60, "not every message left")
            await place.shot(process)
            later = await next_one(place, later)
            place.stage.sim.faults.hang(CUSTOM)
            await shot_within(place, later, path)
            later = await next_one(place, later)
        await queue(place, followers, "third")
        await shot_within(place, later, CUSTOM)
        for at in moments.sending:
            later = await next_one(place, later)
            await died(await place.start("courier", later, die_at=at % _SENDING + 1), moments)
        await all_leaves(place, later)
        ends = {
            row.key: (row.state, row.outcome)
            for row in await place.rows(sa.select(delivery.c.key, delivery.c.state, delivery.c.outcome))
        }
        shown = {phone.id: phone for phone in (*place.students_phones(), *followers)}
        for key, (state, outcome) in ends.items():
            if not key.startswith(WITH):
                continue
            message = ends[key.removeprefix(f"{WITH}1/")][0]
            _, batch, who = key.removeprefix(f"{WITH}1/").split("/")
            words, files = read(place, shown[who], batch)
            assert len(words) <= 1, (moments, key)
            assert len(files) <= 1, (moments, key)
            assert not (words and files) or words[0] < files[0], (moments, key, "the file stands below")
            told = (message, state)
            if told == ("sent", "sent"):
                assert (len(words), len(files)) == (1, 1), (moments, key)
            elif message == "unknown":
                assert (state, outcome, files) == ("cancelled", ALONE, []), (moments, key)
            else:
                assert told == ("sent", "unknown"), (moments, key)
        members = [end for key, end in ends.items() if "/s24" in key]
        assert set(members) == {("sent", "")}, (moments, "the app notices a repeat")


async def test_kill_9_while_a_stopped_campaign_is_put_away(database_url: str) -> None:
    """Whatever was sent is taken back, nothing is sent afterwards, and the counts agree at each look."""
    moments = Moments.by_chance(launching=2, sending=0)
    async with yard(database_url, MANY, FRIDAY) as place:
        await remembers_the_clock(place)
        await place.stage.bot.tick()
        await some_each_second(place)
        later = await next_one(place, 0.0)
        process = await place.start("courier", later)
        await asyncio.wait_for(place.until_called(5), 60)
        async with place.stage.bot.database.begin() as tx:
            assert await actions.stop(Work(tx), WEEKLY, place.stage.clock()) == Stopping()
        await place.shot(process)
        await asyncio.sleep(1)  # the platform, in this very loop, has read what was sent to it
        first = await counts(place)
        carried = len(place.stage.sim.cards.sent)
        assert first.unsent > 0, (moments, "part of it is still to come")
        in_the_air = MANY - first.sent - first.unsent
        for at in moments.launching:
            later = await next_one(place, later)
            await died(await place.start("courier", later, die_at=at), moments)
            now = await counts(place)
            assert (now.sent, now.unsent) == (first.sent, first.unsent), (moments, "from the first moment on")
        later = await next_one(place, later)
        await place.start("courier", later)
        await until(lambda: all_put_away(place), 60, "not everything was put away")
        end = await counts(place)
        assert (end.sent, end.unsent, end.recalled) == (first.sent, first.unsent, first.sent), moments
        states = {"sent": end.sent, "cancelled": end.unsent, "unknown": in_the_air}
        assert await place.states() == {state: count for state, count in states.items() if count}, moments
        assert len(place.stage.sim.cards.sent) == carried, (moments, "nothing left any more")
        bubbles = [[b.recalled for b in phone.bubbles] for phone in place.students_phones()]
        assert bubbles.count([True]) == end.sent, moments
        assert bubbles.count([]) >= end.unsent, moments


async def some_each_second(place: Yard) -> None:
    """Over ten minutes, so that half is due when the first courier comes."""
    async with place.stage.bot.database.begin() as tx:
        when = milliseconds(place.stage.clock()) + delivery.c.id % 600 * 1000
        await tx.execute(sa.update(delivery).values(not_before=sa.type_coerce(when, Moment())))


async def counts(place: Yard) -> Stopped:
    async with place.stage.bot.database.reading() as tx:
        return await Work(tx).outbox.stopped(WEEKLY)


async def all_put_away(place: Yard) -> bool:
    left = sa.select(sa.func.count()).select_from(clearing)
    calls = sa.select(sa.func.count()).where(sa.text(OPEN_SHIPMENTS)).select_from(shipment)
    return not await place.scalar(left) and not await place.scalar(calls)


async def queue(place: Yard, followers: list[Phone], batch: str) -> None:
    """To each their own words and their own picture; who writes may be written to."""
    now = place.stage.clock()
    for phone in followers:
        await phone.say("你好")
    async with place.stage.bot.database.begin() as tx:
        work = Work(tx)
        found = await tx.rows(
            sa.select(contact.c.person_id, contact.c.address).where(contact.c.address.contains("|s24"))
        )
        to = [(row.address.rsplit("|", 1)[1], "campus", row.address, row.person_id) for row in found]
        to += [(p.id, "public", Address.follower(APP, p.id).key, 0) for p in followers]
        for who, account, address, person in to:
            blob = work.outbox.keep_blob(picture(batch, who), now)
            work.outbox.queue(
                key=f"between/{batch}/{who}", account=account, address=address, person=person,
                content=Text(f"{batch}：请看下面的图。{who}"), urgency=Urgency.SOLICITED, not_before=now,
                files=[Image(blob)],
            )  # fmt: skip


def picture(batch: str, who: str) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + f"{batch} {who}".encode()


def read(place: Yard, phone: Phone, batch: str) -> tuple[list[int], list[int]]:
    """Where on a phone the words of a batch are, and where their picture."""
    words = [n for n, b in enumerate(phone.bubbles) if b.seen.startswith(f"{batch}：")]
    shown = {n: place.stage.sim.media.show(b.media_id) for n, b in enumerate(phone.bubbles) if b.media_id}
    return words, [n for n, one in shown.items() if one and one.data == picture(batch, phone.id)]


async def shot_within(place: Yard, later: float, path: str) -> None:
    """The platform has acted, the answer is not given; or a slow machine had nothing left to call for."""
    before = sum(crossing.path == path for crossing in place.stage.sim.wire)
    place.stage.sim.faults.hang(path, times=1)
    process = await place.start("courier", later)

    async def arrived() -> bool:
        made = sum(crossing.path == path for crossing in place.stage.sim.wire)
        return made > before or await nothing_waits(place, sa.true())

    await until(arrived, 60, "neither a call nor an end")
    await place.shot(process)
    place.stage.sim.faults.heal()


async def nothing_waits(place: Yard, which: sa.ColumnElement[bool]) -> bool:
    open_ = delivery.c.state.in_(("due", "leased"))
    return not await place.scalar(sa.select(sa.func.count()).select_from(delivery).where(which, open_))


async def all_leaves(place: Yard, later: float) -> None:
    """One courier after the other, each some minutes later: what has to wait for its time has it then."""
    for _ in range(20):
        later = await next_one(place, later)
        process = await place.start("courier", later)
        try:
            await place.until_all_left(3)
        except AssertionError:
            await place.shot(process)
        else:
            return
    raise AssertionError("not everything left")
