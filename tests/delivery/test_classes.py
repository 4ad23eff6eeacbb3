"""Classes of which we know nobody are written to as classes: honest, once, and never counted as people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot.delivery.actions import stop
from bot.delivery.rules import SECOND_ALERT, DeliveryState, Standing
from bot.delivery.store_classes import ClassSend
from bot.delivery.tables import delivery, shipment
from bot.duties.rules import OccurrenceState
from bot.messages import Address
from bot.people.records import How
from bot.simulator.campus import APP, CORP
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.delivery.post import CAMPUS, MONDAY, NOTICE, Post, row
from tests.delivery.test_following import LIST, NURSES

FIRST, SECOND, THIRD = (f"附属中学/初一/初一{number}班" for number in (1, 2, 3))
# 初一1班 has one parent in the roster; the others have theirs in the 家校通讯录 alone, one in two classes.
SCHOOL = replace(
    CAMPUS,
    plan="city-bureau",
    rows=[
        *(r for r in CAMPUS.rows if r["身份"] == "教职工"),
        row("7101", "小甲", "学生", FIRST, 学段="初中"),
        row("7201", "小乙", "学生", SECOND, 学段="初中"),
        row("7202", "小丙", "学生", SECOND, 学段="初中"),
        row("7301", "小丁", "学生", THIRD, 学段="初中"),
        row("2301101", "方小雨", "学生", NURSES),
        row("T7", "郭老师", "教职工", "附属中学", "guo", 职责="班主任", 负责单位=SECOND, 学段=""),
        row("P7", "甲妈妈", "家长", FIRST, "p_jia", 监护="7101", 学段="初中"),
    ],
    followers=(("oYi", "乙妈妈"),),
    silent=("p_bing",),
    unknown=(
        ("p_yi", "乙妈妈", "7201;7301"),
        ("p_bing", "丙妈妈", "7202"),
        ("p_fang", "方妈妈", "2301101"),
    ),
)
EVERYBODY = ("p_jia", "p_yi", "p_bing", "p_fang")


async def opened(campus: object, url: str, root: Path) -> AsyncIterator[Post]:
    frozen = datetime.fromisoformat(MONDAY)
    clock = Clock(source=lambda: frozen)
    async with staged(campus, url, root, clock, rng=Random(5)) as stage:  # type: ignore[arg-type]
        await stage.bot.follows.drain()
        yield Post(stage)


@pytest.fixture
async def school(database_url: str, root: Path) -> AsyncIterator[Post]:
    async for post in opened(SCHOOL, database_url, root):
        yield post


async def letter(post: Post) -> str:
    """The bureau's letter to parents."""
    duty = next(
        d.id for d in post.stage.bot.school.plan.packs["city-bureau"].duties if d.what == "letter-parent"
    )
    return await post.launched(duty)


async def sends(post: Post, occurrence: str) -> dict[str, tuple[DeliveryState, str]]:
    async with post.stage.bot.database.reading() as tx:
        found: list[ClassSend] = await Work(tx).outbox.class_sends([occurrence], [""])
    return {one.unit: (one.state, one.outcome) for one in found}


async def heard(post: Post, words: str) -> dict[str, int]:
    return {id_: post.seen(post.parent(id_), words) for id_ in EVERYBODY}


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
    assert states == {Standing.DELIVERED: 1}  # a class is not a person
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
    number = next(d.id for d in corp.school.departments if d.name == "初一1班")
    nurses = next(d.id for d in corp.school.departments if d.name == "护理2301")
    corp.apps[0].school_scope = [number, nurses]
    campaign = await letter(school)
    await school.sends()
    found = await sends(school, campaign)
    assert found[NURSES][0] is DeliveryState.SENT
    assert found[SECOND][0] is DeliveryState.REFUSED
    assert await school.stopped() == ""


async def test_only_allowed_classes_are_chosen(school: Post) -> None:
    (corp,) = school.stage.sim.world.corps
    corp.apps[0].school_scope = [next(d.id for d in corp.school.departments if d.name == "护理2301")]
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
        work.people.bind(Address.follower(APP, "oYi"), "public", parent.id, How.CHAT, school.now)
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
    assert {state for state, _ in (await sends(school, campaign)).values()} == {DeliveryState.CANCELLED}
    assert set((await heard(school, "一封信")).values()) == {0}


async def test_the_answer_is_lost_and_nobody_hears_twice(school: Post) -> None:
    school.stage.sim.faults.drop(NOTICE, times=2)
    campaign = await letter(school)
    await school.sends()
    await school.passes(minutes=5)
    await school.passes(minutes=5)
    assert {state for state, _ in (await sends(school, campaign)).values()} == {DeliveryState.SENT}
    assert max((await heard(school, "一封信")).values()) == 1


async def sound(post: Post) -> str:
    """An alert with two approvals."""
    stage = post.stage
    for who, words in (("chen", "/alert alert-police 我市"),):
        await stage.sim.phone(CORP, "member", who).says(words)
    async with stage.bot.database.reading() as tx:
        (waiting,) = await Work(tx).duties.in_state(OccurrenceState.WAITING)
    for who in ("wu", "qin"):
        await stage.sim.phone(CORP, "member", who).says(f"/approve {waiting.id}")
    await stage.settle()
    return waiting.id


async def test_an_alert_goes_to_the_same_classes(school: Post) -> None:
    campaign = await sound(school)
    assert {state for state, _ in (await sends(school, campaign)).values()} == {DeliveryState.SENT}
    assert await heard(school, "安全账户") == {"p_jia": 1, "p_yi": 1, "p_bing": 0, "p_fang": 1}
    assert '"toall":1' not in "".join(r.body.decode() for r in await school.rows(sa.select(shipment.c.body)))


async def test_one_alert_a_day_is_enough_for_a_class(school: Post) -> None:
    await sound(school)
    school.stage.clock.turn(timedelta(minutes=7))
    second = await sound(school)
    assert set((await sends(school, second)).values()) == {(DeliveryState.CANCELLED, SECOND_ALERT)}
    assert (await heard(school, "安全账户"))["p_yi"] == 1


async def test_a_letter_to_a_class_sleeps_at_night_and_an_alert_does_not(school: Post) -> None:
    school.stage.clock.turn(timedelta(hours=14))  # 23:12
    campaign = await letter(school)
    await school.stage.bot.follows.drain()
    await school.sends()
    assert set((await heard(school, "一封信")).values()) == {0}
    await sound(school)
    assert (await heard(school, "安全账户"))["p_yi"] == 1
    await school.passes(hours=9)
    assert {state for state, _ in (await sends(school, campaign)).values()} == {DeliveryState.SENT}
    assert (await heard(school, "一封信"))["p_yi"] == 1


async def test_an_alert_to_everybody_where_nobody_is_known(database_url: str, root: Path) -> None:
    campus = replace(
        SCHOOL,
        rows=[r for r in SCHOOL.rows if r["身份"] != "家长"],
        unknown=(*SCHOOL.unknown, ("p_jia", "甲妈妈", "7101")),
    )
    async for post in opened(campus, database_url, root):
        campaign = await sound(post)
        bodies = [r.body.decode() for r in await post.rows(sa.select(shipment.c.body))]
        assert sum('"toall":1' in body for body in bodies) == 1
        assert len(await sends(post, campaign)) == 4
        assert await heard(post, "安全账户") == {"p_jia": 1, "p_yi": 1, "p_bing": 0, "p_fang": 1}


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
            assert sum(states.values()) == audience == 1, (world, states)
        for id_ in EVERYBODY:
            new = [b for b in school.parent(id_).bubbles[before[id_] :] if not b.mine]
            letters = [a.url for b in new for a in b.articles]
            assert len(letters) == len(set(letters)), (world, id_)
        faults.heal()
        await school.passes(days=35)
    keys = await school.rows(sa.select(delivery.c.key, sa.func.count()).group_by(delivery.c.key))
    assert {r[1] for r in keys} == {1}
