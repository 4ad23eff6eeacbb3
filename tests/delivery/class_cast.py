"""A school whose roster knows one parent; the others stand in the 家校通讯录 alone. Nobody here exists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from bot.delivery.rules import DeliveryState
from bot.delivery.store_classes import ClassSend
from bot.simulator.campus import Campus
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.delivery.post import CAMPUS, MONDAY, NURSES, Post, row

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


@asynccontextmanager
async def opened(campus: Campus, url: str, root: Path) -> AsyncIterator[Post]:
    frozen = datetime.fromisoformat(MONDAY)
    clock = Clock(source=lambda: frozen)
    async with staged(campus, url, root, clock, rng=Random(5)) as stage:
        await stage.bot.follows.drain()
        yield Post(stage)


@pytest.fixture
async def school(database_url: str, root: Path) -> AsyncIterator[Post]:
    async with opened(SCHOOL, database_url, root) as post:
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


async def states(post: Post, occurrence: str) -> set[DeliveryState]:
    return {state for state, _ in (await sends(post, occurrence)).values()}


def department(post: Post, name: str) -> int:
    """Its number in the 家校通讯录."""
    (corp,) = post.stage.sim.world.corps
    return next(one.id for one in corp.school.departments if one.name == name)
