"""A school with lessons: pupils and their teachers hear of routine things in the break; parents at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import delivery
from bot.duties.lessons import PUPILS
from bot.messages import Text, Urgency
from bot.people.rules import Stage
from bot.people.tables import person
from bot.simulator.campus import Campus
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.delivery.post import SEND, Post, row

CLASS = "附属中学/高一/高一1班"
SCHOOL = Campus(
    rows=[
        row("H1", "林小满", "学生", CLASS, "h1", 学段="高中"),
        row("C1", "周一诺", "学生", "护理学院/2023级/护理2301", "c1", 学段="大学"),
        row("T1", "苏晴", "教职工", "附属中学", "su", 学段="", 职责="班主任", 负责单位=CLASS),
        row("T2", "何远", "教职工", "教务处", "he", 学段="", 职责="班主任", 负责单位=CLASS),
        row("T3", "陈立", "教职工", "学生处", "chen", 学段="", 职责="管理员;审批", 负责单位="全校"),
        row("P1", "许兰", "家长", CLASS, "p1", 学段="", 监护="H1"),
    ]
)
CODES = ("H1", "C1", "T1", "T2", "T3", "P1")
LESSON, BREAK, NOON = "2026-10-12T09:12", "2026-10-12T09:41", "2026-10-12T12:01"


@pytest.fixture
async def post(database_url: str, root: Path) -> AsyncIterator[Post]:
    frozen = datetime.fromisoformat(f"{LESSON}+08:00")
    clock = Clock(source=lambda: frozen)
    async with staged(SCHOOL, database_url, root, clock, rng=Random(5)) as stage:
        yield Post(stage)


async def told(post: Post, text: str) -> set[str]:
    """Who has the message on the phone."""
    phones = {c: post.member(r["企业微信账号"]) for c, r in zip(CODES, SCHOOL.rows, strict=True) if c != "P1"}
    phones["P1"] = post.parent("p1")
    return {code for code, phone in phones.items() if post.seen(phone, text)}


async def sends(post: Post, words: str, urgency: Urgency = Urgency.ROUTINE) -> None:
    async with post.work() as work:
        for code in CODES:
            found = await work.people.by_code(code)
            assert found is not None
            (contact,) = (await work.people.contacts_of([found.id]))[found.id]
            work.outbox.queue(
                key=f"{words}/{code}", account="campus", address=contact.address.key, person=found.id,
                content=Text(words), urgency=urgency, not_before=post.now,
            )  # fmt: skip
    await post.sends()


async def turns(post: Post, local: str) -> None:
    await post.stage.turn_to(datetime.fromisoformat(f"{local}+08:00"))


async def test_pupils_and_their_teachers_wait_for_the_break(post: Post) -> None:
    await sends(post, "常规一")
    assert await told(post, "常规一") == {"C1", "T3", "P1"}
    states = await post.rows(sa.select(delivery.c.state, delivery.c.attempts))
    assert sorted((r.state, r.attempts) for r in states) == [("due", 0)] * 3 + [("sent", 1)] * 3
    await turns(post, "2026-10-12T09:39")
    assert await told(post, "常规一") == {"C1", "T3", "P1"}
    await turns(post, BREAK)
    assert await told(post, "常规一") == set(CODES)


async def test_after_the_break_it_is_the_end_of_the_morning(post: Post) -> None:
    await turns(post, "2026-10-12T10:00")
    await sends(post, "常规二")
    assert "H1" not in await told(post, "常规二")
    await turns(post, "2026-10-12T11:59")
    assert "H1" not in await told(post, "常规二")
    await turns(post, NOON)
    assert await told(post, "常规二") == set(CODES)


async def test_what_is_asked_for_and_alerts_know_no_lessons(post: Post) -> None:
    await sends(post, "您问的", Urgency.SOLICITED)
    await sends(post, "预警来了", Urgency.ALERT)
    assert await told(post, "您问的") == set(CODES)
    assert await told(post, "预警来了") == set(CODES)


async def test_a_call_that_is_repeated_does_not_fall_into_a_lesson(post: Post) -> None:
    """The break ends while the platform is busy; whoever is aboard with a pupil waits with them."""
    await turns(post, "2026-10-12T09:59")
    post.stage.sim.faults.errcode(SEND, -1, times=1)
    await sends(post, "常规四")
    assert await told(post, "常规四") == {"P1"}, "parents have a call of their own"
    await turns(post, "2026-10-12T10:01")
    await turns(post, "2026-10-12T11:59")
    assert await told(post, "常规四") == {"P1"}
    assert post.calls(SEND) == ["-1"]
    await turns(post, NOON)
    assert await told(post, "常规四") == set(CODES)


async def test_no_lessons_on_a_holiday(post: Post) -> None:
    await turns(post, "2026-10-18T09:12")  # a Sunday
    await sends(post, "常规三")
    assert await told(post, "常规三") == set(CODES)


async def test_a_campaign_starts_in_the_break_for_pupils_only(post: Post) -> None:
    """The weekly reminder has a text for each 学段; 高中 waits for 09:40, 大学 leaves now."""
    await post.launched("weekly-reminder")
    rows = await post.rows(
        sa.select(person.c.code, delivery.c.not_before).join(person, person.c.id == delivery.c.person_id)
    )
    later = {r.code: r.not_before - post.now for r in rows}
    assert later == {"C1": timedelta(0), "H1": timedelta(minutes=28)}


async def test_whose_lessons_count(post: Post) -> None:
    """Without a 学段 of their own, pupils have that of the nearest unit; nobody knows: no lessons."""
    ids = {code: await post.person(code) for code in CODES}
    async with post.stage.bot.database.begin() as tx:
        rows = CourierRows(tx)
        found = await rows.in_class(list(ids.values()))
        assert found == {ids[code]: {Stage.SENIOR} for code in ("H1", "T1", "T2")}
        assert await rows.in_class([]) == {}
        await tx.execute(sa.update(person).where(person.c.code == "H1").values(stage=None))
        assert ids["H1"] in await rows.in_class([ids["H1"]]), "a parent of a pupil shows that there are some"
        await tx.execute(sa.update(person).where(person.c.stage.in_(PUPILS)).values(stage="大学"))
        assert await rows.in_class(list(ids.values())) == {}, "a college"
