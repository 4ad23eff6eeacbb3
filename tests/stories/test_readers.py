"""What is forwarded is written to who reads that group: students of age, parents, or staff.

韩梅   of a class of a 小学          苏晴   of one there and one of the 大学
白露   反诈联络员 of the school office, without a class
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from bot.publishing.actions import texts_of
from bot.simulator.campus import Campus
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import MONDAY, SOFTWARE, Cast, _row
from tests.stories.test_following import enters, link
from tests.stories.test_tasks import presses

PUPILS = "附属小学/三年级/三年级1班"
OTHERS = "附属小学/三年级/三年级2班"
HEAD = re.compile(r"请把「(.+?)」转到(.+?)：")
URL = re.compile(r"(\S+) (http://\S+/a/\w+\?k=\w+)")
ROWS = [
    _row("2301001", "林小满", "学生", SOFTWARE, "s2301001"),
    *(_row(f"03010{n}", "高小路", "学生", PUPILS, 学段="小学") for n in range(1, 4)),
    _row("030201", "钱一诺", "学生", OTHERS, 学段="小学"),
    _row("T1", "韩梅", "教职工", "附属小学", "han", 职责="班主任", 负责单位=OTHERS),
    _row("T2", "苏晴", "教职工", "信息工程学院", "su", 职责="班主任", 负责单位=f"{SOFTWARE};{PUPILS}"),
    _row("T3", "白露", "教职工", "附属小学/办公室", "bai", 职责="反诈联络员"),
    _row("T4", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
]
PARENTS, STAFF = "bureau-forward-parents", "bureau-forward-staff"


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    campus = Campus(rows=ROWS, plan="city-bureau")
    async with staged(campus, database_url, root, Clock(source=lambda: MONDAY), rng=Random(5)) as stage:
        yield Cast(stage)


def given(said: str) -> list[tuple[str, str, str, str]]:
    """(group, title, unit, address) of each link, below the head it stands under."""
    found, head = [], ("", "")
    for line in said.splitlines():
        if one := HEAD.match(line):
            head = (one[2], one[1])
        elif one := URL.match(line):
            found.append((*head, one[1], one[2]))
    return found


async def open_as_told(phone: Speaker, links: list[tuple[str, str, str, str]]) -> None:
    """Whoever opens a link reads what the forwarder was told."""
    for _, told, _, address in links:
        assert f"<h1>{told}</h1>" in (await phone.visit(address)).text


def title(cast: Cast, start: str) -> str:
    """Of this week's weekly text for these readers."""
    return cast.stage.bot.school.library.texts[f"{start}-07"].title


async def test_a_class_reads_itself_in_a_college_and_below_it_the_parents_read(cast: Cast) -> None:
    await cast.stage.fire(PARENTS)
    han, su, child = cast.member("han"), cast.member("su"), cast.member("s2301001")
    parents, college = title(cast, "parent"), title(cast, "college")
    assert parents != college
    told = given(han.received("转到班级家长群").text)
    assert [one[:3] for one in told] == [("班级家长群", parents, "三年级2班")]
    await open_as_told(child, told)
    both = {("班级群", college, "软件2301"), ("班级家长群", parents, "三年级1班")}
    told = given(su.received("请把「").text)
    assert {one[:3] for one in told} == both
    await open_as_told(child, told)
    await su.says("转发")
    assert given(su.bubbles[-1].seen) == told
    await su.says("已转发")
    su.hears("自述已转发")


async def test_a_staff_group_gets_what_is_for_staff_and_the_liaison_can_say_so(cast: Cast) -> None:
    bai, child = cast.member("bai"), cast.member("s2301001")
    id_ = await cast.stage.fire(STAFF)
    told = given(bai.received("转到工作群").text)
    assert [one[:3] for one in told] == [("工作群", title(cast, "staff"), "办公室")]
    await open_as_told(child, told)
    await bai.says("转发")
    assert given(bai.bubbles[-1].seen) == told
    await bai.says("已转发")
    bai.hears("自述已转发")
    await presses(cast, child, await child.visit(told[0][3]), "")
    async with cast.stage.bot.database.reading() as tx:
        ((task, _),) = await Work(tx).duties.tasks_for(id_)
        assert [proof.kind for proof in await Work(tx).duties.proofs(task.id)] == ["said", "link-opened"]
    for phone in (bai, child, cast.chen):
        await phone.says("转发")
        phone.hears("给班主任和辅导员用的")


async def test_who_looks_before_sees_what_would_be_forwarded(cast: Cast) -> None:
    chen = cast.chen
    await chen.says("/login")
    await enters(chen, link(chen, "控制台"))
    for duty, groups in ((PARENTS, {"班级群", "班级家长群"}), (STAFF, {"工作群"})):
        await chen.says(f"/push {duty} 试发")
        await cast.stage.settle()
        tried = [HEAD.search(bubble.seen) for bubble in chen.since_i_acted]
        assert {one[2] for one in tried if one} == groups
        page = await chen.visit(f"{cast.stage.bot_url}/console/before?duty={duty}")
        shown = re.findall(r'<h2>(.+?)</h2><p class="meta">(.+?)</p>', page.text)
        assert {group for _, group in shown} == groups
        assert {(one[1], one[2]) for one in tried if one} == set(shown)


async def test_an_article_is_for_those_who_follow_the_account(cast: Cast) -> None:
    """The students of a college, and of every other school the parents; as in the groups of its classes."""
    school = cast.stage.bot.school
    account = school.accounts.followed()[0]
    id_ = await cast.stage.fire(PARENTS)
    async with cast.stage.bot.database.reading() as tx:
        work = Work(tx)
        occurrence = await work.duties.occurrence(id_)
        assert occurrence is not None
        for units, first in (([], "parent"), (["信息工程学院"], "college"), (["附属小学"], "parent")):
            serves = account.model_copy(update={"units": units})
            texts = await texts_of(work, school, occurrence, serves)
            assert texts[0].title == title(cast, first), units
            assert {one.id.partition("-")[0] for one in texts} == {"college", "parent", "school", "staff"}


async def test_what_is_to_be_read_out_can_be_opened(cast: Cast) -> None:
    """The letter of a class for its teacher; a thing to do that names no text has nothing to open."""
    han, chen = cast.member("han"), cast.chen
    await cast.stage.fire("bureau-class-letter")
    page = await han.opens("打开")
    assert cast.stage.bot.school.library.texts["letter-class"].title in page.text
    await cast.stage.fire("bureau-overall-plan")
    assert not chen.received("总体规划").links
    await han.says("已办")
    han.hears("记下了：给学生的一封信进班")
