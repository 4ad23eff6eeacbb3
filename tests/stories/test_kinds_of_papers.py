"""What the plan says of a paper is what people meet, and so is what their name is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bot.simulator.stage import staged
from bot.simulator.world import Clock
from tests.stories.cast import CAMPUS, MONDAY, SOFTWARE, Cast, _row
from tests.stories.office import Office
from tests.stories.test_quiz import answers_until_mastered, on_the_table, right_letters, shown, wrong_letter

TERM_TEST = "- {audience: 大学, points: 20, topics: {}, mode: mastery}"


@pytest.fixture
async def abroad(database_url: str, root: Path) -> AsyncIterator[Cast]:
    """A school with a student from abroad; names are typed as signatures."""
    student = _row("2301009", "Maria Silva", "学生", SOFTWARE, "maria")
    campus = replace(CAMPUS, rows=[*CAMPUS.rows, student], signature=2)
    clock = Clock(source=lambda: MONDAY)
    async with staged(campus, database_url, root, clock, rng=Random(5)) as stage:
        yield Cast(stage)


@pytest.mark.parametrize(
    ("userid", "typed"),
    [("maria", "maria  silva"), ("maria", "Ｍａｒｉａ　Ｓｉｌｖａ"), ("s2301001", "林　小满")],
)
async def test_a_name_is_signed_as_it_is_written(abroad: Cast, userid: str, typed: str) -> None:
    phone = abroad.member(userid)
    await abroad.stage.fire("term-test")
    await phone.says("答题")
    await answers_until_mastered(abroad, phone)
    phone.hears("键入您的姓名签名")
    await phone.says(typed)
    phone.hears("已签收，编号")


async def test_a_letter_is_signed_by_a_student_from_abroad(abroad: Cast) -> None:
    await abroad.stage.fire("newcomer-letter")
    await abroad.member("maria").says("Maria Silva")
    abroad.member("maria").hears("已签收，编号")


async def test_practice_is_as_long_as_the_plan_says(office: Office) -> None:
    cast, text = office.cast, office.read("schedules.yaml")
    usual = "  practice:\n    - {audience: 大学, points: 10,"
    assert usual in text
    office.write("schedules.yaml", text.replace(usual, usual.replace("10", "4")))
    assert await office.noticed() == [True]
    await cast.lin.says("答题")
    cast.lin.hears("练习4题", "1/4")


async def test_a_clean_run_promises_what_it_does(office: Office) -> None:
    cast, text = office.cast, office.read("schedules.yaml")
    assert TERM_TEST in text
    clean = TERM_TEST.replace("mastery", "clean-run").replace("20", "3")
    office.write("schedules.yaml", text.replace(TERM_TEST, clean, 1))
    assert await office.noticed() == [True]
    await cast.stage.fire("term-test")
    await cast.lin.says("答题")
    cast.lin.hears("3题", "换一份新卷再来")
    cast.lin.never_received("换一题，直到都会")
    await cast.lin.says(wrong_letter(on_the_table(cast, cast.lin), shown(cast.lin)))
    await cast.lin.says("退出")
    await cast.lin.says("继续")
    cast.lin.hears("已做1/3")
    cast.lin.never_received("已掌握1/3")
    for _ in range(2):
        await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    cast.lin.hears("这一遍错了1题")
    await cast.lin.says("答题")
    for _ in range(3):
        await cast.lin.says(right_letters(on_the_table(cast, cast.lin), shown(cast.lin)))
    cast.lin.hears("满分（首次3/3）")
