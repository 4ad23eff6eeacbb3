"""A class without phones: the teacher puts on record together what was done together. Nobody here exists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot.people.tables import audit
from bot.simulator.campus import Campus
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.stories.cast import MONDAY, SOFTWARE, Cast, _row
from tests.stories.test_record import checked, counted

CLASS = "附属小学/三年级/三年级2班"
OTHER = "附属小学/三年级/三年级3班"
_PUPIL = {"学段": "小学"}
ROWS = [
    *(_row(f"X3020{n}", name, "学生", CLASS, **_PUPIL) for n, name in enumerate(("小甲", "小乙", "小丙"), 1)),
    _row("X30301", "小丁", "学生", OTHER, **_PUPIL),
    _row("2301001", "林小满", "学生", SOFTWARE),
    _row("P1", "甲妈妈", "家长", CLASS, "p_jia", 监护="X30201", **_PUPIL),
    _row("T7", "郭青", "教职工", "附属小学", "guo", 职责="班主任", 负责单位=f"{CLASS};附属小学/三年级"),
    _row("T8", "苏晴", "教职工", "信息工程学院", "su", 职责="辅导员", 负责单位=SOFTWARE),
    _row("T1003", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
]
TEST = "term-test"


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    clock = Clock(source=lambda: MONDAY)
    async with staged(Campus(rows=ROWS), database_url, root, clock, rng=Random(5)) as stage:
        yield Cast(stage)


async def test_a_test_that_was_sat_together(cast: Cast) -> None:
    """Asked first, with the number; who was ill stays open; saying it twice changes nothing."""
    await cast.stage.fire(TEST)
    guo = cast.member("guo")
    await guo.says("登记 三（2）班")
    guo.hears("三年级2班没完成「学生学期测试」的3人，全部记为「课堂」吗")
    assert await counted(cast, TEST, CLASS) == (3, 0, 0, {})
    await guo.says("登记 三年级2班 学期测试 班会 除了小乙、03")
    guo.hears("的1人，全部记为「班会」吗", "不含：小*（尾号0202）、小*（尾号0203）")
    await guo.says("登记 三年级2班 学生学期测试 班会 除 小乙 03 确定")
    guo.hears("已记「班会」：三年级2班1人，学生学期测试", "没有记：小*（尾号0202）、小*（尾号0203）")
    assert (await checked(cast, "X30201"))[TEST] == ["班会"]
    assert await counted(cast, TEST, CLASS) == (3, 0, 1, {})
    await guo.says("登记 三年级2班 学期测试 课堂 除 0203 确定")
    guo.hears("已记「课堂」：三年级2班1人")
    await guo.says("登记 三年级2班 学期测试 课堂 除 0203 确定")
    guo.hears("没有可以全班登记的事")
    assert await counted(cast, TEST, CLASS) == (3, 0, 2, {})
    async with cast.stage.bot.database.reading() as tx:
        acts = await tx.rows(sa.select(audit).where(audit.c.what == "recorded a class"))
    assert [act.detail["people"] for act in acts] == [1, 1]


async def test_letters_that_came_back_on_paper(cast: Cast) -> None:
    """A child with a guardian and children without: each once. With two things open it is asked which."""
    await cast.stage.fire(TEST)
    await cast.stage.fire("parent-letter")
    guo = cast.member("guo")
    await guo.says("登记 三年级2班 纸质信")
    guo.hears("可以全班登记的有2件", "【登记 三年级2班 给家长的一封信 纸质信】")
    await guo.says("登记 三年级2班 一封信 确定")
    guo.hears("已记「纸质信」：三年级2班3人，给家长的一封信")
    assert await counted(cast, "parent-letter", CLASS) == (3, 0, 3, {})
    assert await counted(cast, TEST, CLASS) == (3, 0, 0, {})
    await guo.says("登记 三年级2班 一封信")
    guo.hears("可以全班登记的是", "学生学期测试")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("登记 三年级2班 学期测试 除 99 确定", "没完成的名单里没有「99」，什么都没有记"),
        ("登记 三年级2班 学期测试 除 X 确定", "没完成的名单里没有「X」"),
        ("登记 三年级2班 学期测试 除 小丁 确定", "没完成的名单里没有「小丁」"),
        ("登记 附属小学/三年级 学期测试 确定", "不止一个班，请写到班"),
        ("登记 软件2301 学期测试 确定", "您负责的班里没有"),
        ("登记 三年级2班 学期测试 除 X30201 小乙 03 确定", "没有可以全班登记的事"),
    ],
)
async def test_nothing_is_recorded_by_mistake(cast: Cast, said: str, heard: str) -> None:
    await cast.stage.fire(TEST)
    await cast.member("guo").says(said)
    cast.member("guo").hears(heard)
    assert await counted(cast, TEST, CLASS) == (3, 0, 0, {})


async def test_students_of_age_sit_their_test_alone(cast: Cast) -> None:
    await cast.stage.fire(TEST)
    await cast.su.says("登记 软件2301 学期测试 课堂 确定")
    cast.su.hears("软件2301没有可以全班登记的事")
    assert await counted(cast, TEST, SOFTWARE) == (1, 0, 0, {})
