"""Classes of which we know nobody are written to as classes: honest, once, and never counted as people."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import sqlalchemy as sa

from bot.delivery.actions import stop
from bot.delivery.rules import DeliveryState, Standing
from bot.delivery.tables import delivery, shipment
from bot.messages import Address
from bot.people.records import How
from bot.simulator.campus import APP
from tests.delivery.class_cast import (
    EVERYBODY,
    SECOND,
    THIRD,
    department,
    heard,
    letter,
    school,
    sends,
    states,
)
from tests.delivery.post import LIST, NOTICE, NURSES, Post

__all__ = ["school"]  # the fixture


async def test_a_class_without_known_parents_gets_the_letter_as_a_class(school: Post) -> None:
    campaign = await letter(school)
    await school.sends()
    assert await heard(school, "一封信") == {"p_jia": 1, "p_yi": 1, "p_bing": 0, "p_fang": 1}
    assert await sends(school, campaign) == {
        SECOND: (DeliveryState.SENT, ""),
        THIRD: (DeliveryState.SENT, ""),
        NURSES: (DeliveryState.SENT, ""),
    }
    states = await school.states(campaign)
    assert states == {Standing.DELIVERED: 1, Standing.UNGUARDED: 3}  # a class is not a person
    bodies = [r.body.decode() for r in await school.rows(sa.select(shipment.c.body))]
    assert sum('"to_party"' in body for body in bodies) >= 1
    assert sum('"to_parent_userid"' in body for body in bodies) == 1
    async with school.work() as work:
        assert (await work.outbox.stopped(campaign)).sent == 1


async def test_each_version_of_the_letter_goes_to_its_classes(school: Post) -> None:
    await letter(school)
    await school.sends()
    titles = {id_: [a.url for b in school.parent(id_).bubbles for a in b.articles] for id_ in EVERYBODY}
    assert titles["p_yi"] == titles["p_jia"] != titles["p_fang"]


async def test_a_class_the_platform_does_not_take_is_named(school: Post) -> None:
    """The scope was narrowed after we last looked: the others of the call are told."""
    (corp,) = school.stage.sim.world.corps
    corp.apps[0].school_scope = [department(school, name) for name in ("初一1班", "护理2301")]
    campaign = await letter(school)
    await school.sends()
    found = await sends(school, campaign)
    assert found[NURSES][0] is DeliveryState.SENT
    assert found[SECOND][0] is DeliveryState.REFUSED
    assert await school.stopped() == ""


async def test_only_allowed_classes_are_chosen(school: Post) -> None:
    (corp,) = school.stage.sim.world.corps
    corp.apps[0].school_scope = [department(school, "护理2301")]
    async with school.work() as work:
        await work.follows.read_again("campus")
    await school.stage.bot.follows.drain()
    campaign = await letter(school)
    await school.sends()
    assert list(await sends(school, campaign)) == [NURSES]


async def test_a_teacher_whom_the_app_does_not_see_costs_her_class_alone(school: Post) -> None:
    """65024 refuses the whole call: it is taken apart until the class in question stands by itself."""
    (corp,) = school.stage.sim.world.corps
    corp.apps[0].visible = [m.userid for m in corp.members if m.id != "guo"]
    campaign = await letter(school)
    await school.sends()
    found = await sends(school, campaign)
    sent = (DeliveryState.SENT, "")
    assert found == {SECOND: (DeliveryState.REFUSED, "65024"), THIRD: sent, NURSES: sent}
    assert await school.stopped() == ""
    assert (await heard(school, "一封信"))["p_jia"] == 1


async def test_somebody_becomes_known_before_it_leaves(school: Post) -> None:
    campaign = await letter(school)
    async with school.work() as work:
        child = await work.people.by_code("7101")
        assert child is not None
        parent = await work.people.by_code("P7")
        assert parent is not None
        child2 = await work.people.by_code("7201")
        assert child2 is not None
        await work.tx.execute(
            sa.text(f"insert into guardian (parent_id, child_id) values ({parent.id}, {child2.id})")
        )
    await school.sends()
    found = await sends(school, campaign)
    assert found[SECOND][0] is DeliveryState.REFUSED
    assert max((await heard(school, "一封信")).values()) == 1


async def test_a_parent_bound_in_the_chat_makes_the_class_known(school: Post) -> None:
    """One account of one parent is enough: the others are then the teacher's to name in the roster."""
    async with school.work() as work:
        parent = await work.people.by_code("P7")
        assert parent is not None
        await work.tx.execute(
            sa.text(
                "insert into guardian (parent_id, child_id) select "
                f"{parent.id}, id from person where code = '7202'"
            )
        )
        await work.people.bind(Address.follower(APP, "oYi"), "public", parent.id, How.CHAT, school.now)
    campaign = await letter(school)
    await school.sends()
    assert SECOND not in await sends(school, campaign)


async def test_a_sibling_s_parent_makes_the_class_known(school: Post) -> None:
    """The roster does not say that P7 has a second child; the 家校通讯录 does, so that nobody hears twice."""
    (corp,) = school.stage.sim.world.corps
    corp.school.parent("p_jia").children += [{"student_userid": "pupil7201"}]
    school.stage.clock.turn(timedelta(days=2))
    await school.stage.bot.follows.drain()
    campaign = await letter(school)
    await school.stage.bot.follows.drain()
    await school.sends()
    assert SECOND not in await sends(school, campaign)
    assert (await heard(school, "一封信"))["p_jia"] == 1


async def test_approval_and_stop_hold_for_classes(school: Post) -> None:
    campaign = await letter(school)
    async with school.work() as work:
        assert await stop(work, campaign, school.now)
    await school.sends()
    assert await states(school, campaign) == {DeliveryState.CANCELLED}
    assert set((await heard(school, "一封信")).values()) == {0}


async def test_the_answer_is_lost_and_nobody_hears_twice(school: Post) -> None:
    school.stage.sim.faults.drop(NOTICE, times=2)
    campaign = await letter(school)
    await school.sends()
    await school.passes(minutes=5)
    await school.passes(minutes=5)
    assert await states(school, campaign) == {DeliveryState.SENT}
    assert max((await heard(school, "一封信")).values()) == 1


async def test_random_worlds_nobody_twice_and_the_sum_is_the_audience(school: Post) -> None:
    chance = Random(20261013)
    faults = school.stage.sim.faults
    (corp,) = school.stage.sim.world.corps
    for world in range(8):
        for parent in corp.school.parents:
            parent.is_subscribe = chance.random() < 0.6
        corp.apps[0].visible = None if chance.random() < 0.7 else ["su", "chen", "wu", "qin"]
        match chance.randrange(5):
            case 0:
                faults.drop(NOTICE, times=chance.randrange(1, 3))
            case 1:
                faults.errcode(NOTICE, chance.choice((-1, 45009, 81013)), times=chance.randrange(1, 4))
            case 2:
                faults.errcode(LIST, chance.choice((-1, 45009, 65022, 60003)), times=chance.randrange(1, 9))
        before = {phone: len(school.parent(phone).bubbles) for phone in EVERYBODY}
        campaign = await letter(school)
        audience = sum((await school.states(campaign)).values())
        for _ in range(4):
            if chance.random() < 0.7:
                await school.stage.bot.follows.drain()
            if chance.random() < 0.5:
                phone = school.parent(chance.choice(EVERYBODY))
                await (phone.unfollow() if phone.follows else phone.follow())
            await school.passes(minutes=chance.choice((1, 11, 90)))
            states = await school.states(campaign)
            assert sum(states.values()) == audience == 4, (world, states)
        for id_ in EVERYBODY:
            new = [b for b in school.parent(id_).bubbles[before[id_] :] if not b.mine]
            letters = [a.url for b in new for a in b.articles]
            assert len(letters) == len(set(letters)), (world, id_)
        faults.heal()
        await school.passes(days=35)
    keys = await school.rows(sa.select(delivery.c.key, sa.func.count()).group_by(delivery.c.key))
    assert {r[1] for r in keys} == {1}
