"""Who follows 学校通知 is known before a letter goes; the silent are neither written to nor forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot import migrate
from bot.delivery.rules import NOT_FOLLOWING, DeliveryState, Standing, offered_again
from bot.delivery.tables import delivery
from bot.delivery.wording import why
from bot.duties.codes import slug_for
from bot.messages import Urgency
from bot.people.tables_school import parent_follow, school_class, school_directory
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.delivery.post import CAMPUS, LIST, MONDAY, NOTICE, NURSES, SOFTWARE, Post, row

TREE = "/cgi-bin/school/department/list"
# 许兰 does not follow; the nurses' parents are in the 家校通讯录 and not in the roster.
FAMILIES = replace(
    CAMPUS,
    rows=[
        *CAMPUS.rows,
        row("2301101", "方小雨", "学生", NURSES, "s2301101"),
        row("2301102", "方小晴", "学生", NURSES, "s2301102"),
        row("P3", "周建", "家长", SOFTWARE, "p_zhou", 监护="2301002"),
    ],
    silent=("p_lin_ma", "p_lin_ba"),
    unknown=(("p_fang_ma", "方妈妈", "2301101;2301102"), ("p_fang_ba", "方爸爸", "2301102")),
)


@pytest.fixture
async def school(database_url: str, root: Path) -> AsyncIterator[Post]:
    frozen = datetime.fromisoformat(MONDAY)
    clock = Clock(source=lambda: frozen)
    async with staged(FAMILIES, database_url, root, clock, rng=Random(5)) as stage:
        yield Post(stage)


async def learns(post: Post) -> int:
    return await post.stage.bot.follows.drain()


async def test_the_directory_is_read_class_by_class(school: Post) -> None:
    await learns(school)
    found = await school.rows(sa.select(school_class).order_by(school_class.c.unit))
    assert [(r.unit, r.parents, r.following, r.known) for r in found] == [
        (SOFTWARE, 3, 1, 3),
        (NURSES, 2, 2, 0),
    ]
    follow = {r.address.split("|")[2]: r.follows for r in await school.rows(sa.select(parent_follow))}
    assert follow == {"p_lin_ma": False, "p_lin_ba": False, "p_zhou": True}  # of strangers only their number
    (state,) = await school.rows(sa.select(school_directory))
    assert (bool(state.code), state.code_trouble, state.trouble) == (True, "", "")
    assert await learns(school) == 0


async def test_who_does_not_follow_is_not_written_to_and_hears_it_later(school: Post) -> None:
    await learns(school)
    campaign = await school.launched("parent-letter")
    await learns(school)
    await school.sends()
    assert school.seen(school.parent("p_zhou"), "一封信") == 1
    assert school.seen(school.parent("p_lin_ma"), "一封信") == 0
    states = await school.states(campaign)
    assert states == {Standing.DELIVERED: 1, Standing.REFUSED: 2}
    async with school.work() as work:
        ma = await school.person("P1")
        missed = await work.outbox.unreached([(campaign, ma)])
        assert why(missed[campaign, ma]) == "未关注学校通知"
    await school.parent("p_lin_ma").follow()
    await school.sends()
    assert school.seen(school.parent("p_lin_ma"), "一封信") == 1
    assert await school.states(campaign) == {Standing.DELIVERED: 2, Standing.REFUSED: 1}
    await school.parent("p_lin_ma").unfollow()
    await school.parent("p_lin_ma").follow()
    await school.sends()
    assert school.seen(school.parent("p_lin_ma"), "一封信") == 1


async def test_the_official_account_takes_the_letter_instead(school: Post) -> None:
    await school.bind("P1", "oLin")
    await learns(school)
    campaign = await school.launched("parent-letter")
    await school.sends()
    assert len([b for b in school.follower("oLin").bubbles if not b.mine]) == 1
    assert (await school.states(campaign))[Standing.DELIVERED] == 2
    await school.parent("p_lin_ma").follow()
    await school.sends()
    assert school.seen(school.parent("p_lin_ma"), "一封信") == 0  # told once is enough


async def test_without_the_event_the_daily_look_notices(school: Post) -> None:
    """外部联系人变更回调 is not ticked: the platform says nothing when a parent begins to follow."""
    await learns(school)
    await school.launched("parent-letter")
    await learns(school)
    await school.sends()
    (corp,) = school.stage.sim.world.corps
    corp.school.parent("p_lin_ma").is_subscribe = True
    school.stage.clock.turn(timedelta(days=1, hours=2))
    await learns(school)
    await school.sends()
    assert school.seen(school.parent("p_lin_ma"), "一封信") == 1


async def test_an_event_that_comes_late_changes_nothing(school: Post) -> None:
    """Events are repeated and overtake one another; what was learnt later stands."""
    await learns(school)
    ma = "ww0123456789abcdef|parent|p_lin_ma"
    async with school.work() as work:
        assert await work.follows.followed({ma: True}, school.now - timedelta(minutes=1)) == []
        assert await work.follows.silent([ma]) == {ma}
        assert await work.follows.followed({ma: True}, school.now + timedelta(minutes=1)) == [ma]
    async with school.work() as work:
        assert await work.follows.silent([ma]) == set()


async def test_a_letter_waits_for_the_look_and_not_for_ever(school: Post) -> None:
    await learns(school)
    school.stage.clock.turn(timedelta(hours=3))
    (corp,) = school.stage.sim.world.corps
    corp.school.parent("p_lin_ba").is_subscribe = True
    await school.launched("parent-letter")
    await school.sends()
    assert school.calls(NOTICE) == []
    school.stage.sim.faults.errcode(LIST, -1, times=99)
    await learns(school)
    await school.passes(seconds=30)
    assert school.calls(NOTICE) == []
    school.stage.sim.faults.heal()
    await school.passes(seconds=60)
    await learns(school)
    await school.passes(seconds=30)
    assert school.seen(school.parent("p_lin_ba"), "一封信") == 1


async def test_a_directory_that_cannot_be_read_stops_no_letter(school: Post) -> None:
    await learns(school)
    school.stage.clock.turn(timedelta(hours=3))
    await school.launched("parent-letter")
    school.stage.sim.faults.errcode(LIST, 65022, times=9)
    assert await learns(school) == 0
    await school.passes(minutes=11)
    assert school.seen(school.parent("p_zhou"), "一封信") == 1
    (state,) = await school.rows(sa.select(school_directory))
    assert state.trouble.startswith("65022")
    assert await school.stopped() == ""


async def test_an_unknown_parent_is_sent_to_and_only_accepted(school: Post) -> None:
    """Nobody has looked yet: the platform's word is all there is."""
    campaign = await school.launched("parent-letter")
    await school.sends()
    assert (await school.states(campaign))[Standing.DELIVERED] == 3
    assert school.seen(school.parent("p_lin_ma"), "一封信") == 0


async def test_killed_in_the_middle_of_reading(school: Post) -> None:
    """What was learnt is kept; another worker goes on when the lease is over, with what is left."""
    keeper = school.stage.bot.follows
    await keeper.round()
    faults = school.stage.sim.faults
    faults.spare(LIST)
    faults.hang(LIST)
    dying = asyncio.create_task(keeper.round())
    while len(school.calls(LIST)) < 2:
        await asyncio.sleep(0.001)
    assert not dying.done()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    faults.heal()
    assert await keeper.round() == 0
    school.stage.clock.turn(timedelta(minutes=3))
    await learns(school)
    assert len(school.calls(LIST)) == 3
    looked = await school.rows(sa.select(school_class.c.looked_at))
    assert all(r.looked_at for r in looked)


async def test_families_are_counted_and_named_by_class(school: Post) -> None:
    await learns(school)
    bot = school.stage.bot.school
    duty = bot.plan.duties["parent-letter"]
    async with school.work() as work:
        assert await work.outbox.unfollowed(duty.to, bot.plan.asks) == 1  # both guardians of one child
        (child,) = (await work.outbox.silent_families([SOFTWARE]))[SOFTWARE]
        assert child == await school.person("2301001")
        assert await work.outbox.silent_families([NURSES]) == {}
    await school.parent("p_lin_ba").follow()
    async with school.work() as work:
        assert await work.outbox.unfollowed(duty.to, bot.plan.asks) == 0


async def test_random_families_end_somewhere_and_hear_once(school: Post) -> None:
    """Parents come and go, an official account helps one of them, the directory and the platform stumble."""
    chance = Random(20261012)
    faults = school.stage.sim.faults
    parents = ("p_lin_ma", "p_lin_ba", "p_zhou")
    for world in range(8):
        if world == 3:
            await school.bind("P1", "oLin")
        for parent in parents:
            if chance.random() < 0.4:
                phone = school.parent(parent)
                await (phone.unfollow() if phone.follows else phone.follow())
        match chance.randrange(4):
            case 0:
                faults.errcode(NOTICE, chance.choice((-1, 45009, 65024, 81013)), times=chance.randrange(1, 4))
            case 1:
                faults.drop(NOTICE, times=chance.randrange(1, 3))
            case 2:
                faults.errcode(LIST, chance.choice((-1, 45009, 65022, 60003)), times=chance.randrange(1, 9))
        campaign = await school.launched("parent-letter")
        audience = sum((await school.states(campaign)).values())
        for _ in range(5):
            if chance.random() < 0.6:
                await learns(school)
            if chance.random() < 0.5:
                phone = school.parent(chance.choice(parents))
                await (phone.unfollow() if phone.follows else phone.follow())
            await school.passes(minutes=chance.choice((1, 11, 90, 1500)))
            states = await school.states(campaign)
            assert sum(states.values()) == audience == 3, (world, states)
        slug = slug_for(school.stage.bot.school.key, campaign)
        for phone in (*map(school.parent, parents), school.follower("oLin")):
            links = [a.url for b in phone.bubbles if not b.mine for a in b.articles if f"/{slug}" in a.url]
            assert len(links) <= 1, (world, phone.name)
        both = [school.parent("p_lin_ma"), school.follower("oLin")]
        heard = [b for p in both for b in p.bubbles for a in b.articles if f"/{slug}" in a.url]
        assert len(heard) <= 1, world
        faults.heal()
        await school.passes(days=35)


async def test_the_tables_are_those_of_the_migrations(school: Post) -> None:
    await migrate.check(school.stage.bot.database)


@given(
    due=st.none() | st.integers(0, 40),
    now=st.integers(0, 50),
    tries=st.integers(1, 3),
    missed=st.booleans(),
    alert=st.booleans(),
)
def test_once_and_in_time(due: int | None, now: int, tries: int, missed: bool, alert: bool) -> None:
    start = datetime.fromisoformat(MONDAY)
    urgency = Urgency.ALERT if alert else Urgency.ROUTINE
    until = None if due is None else start + timedelta(days=due)
    again = offered_again(urgency, start, until, tries, missed, start + timedelta(days=now))
    if again:
        assert missed
        assert tries == 1
        assert now < 1 if alert or due is None else now < due


def _outcomes(rows: Sequence[Any]) -> list[tuple[str, str]]:
    return [(r.state, r.outcome) for r in rows]


async def test_a_nudge_in_vain_takes_no_attempt_at_the_platform(school: Post) -> None:
    await learns(school)
    await school.launched("parent-letter")
    await school.sends()
    sent = len(school.calls(NOTICE))
    async with school.work() as work:
        ma = await school.person("P1")
        contact = (await work.people.contacts_of([ma]))[ma][0]
        work.outbox.queue(
            key="nudge/1/1", account="campus", address=contact.address.key, person=ma,
            content=(await work.outbox.kept([(await one_payload(school))]))[await one_payload(school)],
            urgency=Urgency.ROUTINE, not_before=school.now,
        )  # fmt: skip
    await school.sends()
    assert len(school.calls(NOTICE)) == sent
    rows = await school.rows(sa.select(delivery).where(delivery.c.key == "nudge/1/1"))
    assert _outcomes(rows) == [(DeliveryState.REFUSED, NOT_FOLLOWING)]


async def one_payload(post: Post) -> str:
    return str((await post.rows(sa.select(delivery.c.payload).limit(1)))[0].payload)
