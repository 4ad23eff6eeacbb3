"""学校通知 to the parents of 王老师's class: one does not follow, sees the code, follows, and hears again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pypdfium2
import pytest

from bot.duties.rules import Occurrence
from bot.simulator.browser import Page
from bot.simulator.ears import Speaker
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import CAMPUS, MONDAY, SOFTWARE, Cast, _row

WATER = "水利学院/2024级/水利2401"
SCHOOL = replace(
    CAMPUS,
    rows=[
        *CAMPUS.rows,
        _row("2301004", "王小禾", "学生", SOFTWARE, "s2301004"),
        _row("P4", "王禾妈", "家长", SOFTWARE, "p_he", 监护="2301004"),
        _row("2401001", "水小一", "学生", WATER, "s2401001"),
        _row("T2001", "王老师", "教职工", "水利学院", "wang", 职责="班主任", 负责单位=f"{SOFTWARE};{WATER}"),
    ],
    silent=("p_he",),
    unknown=(("p_shui", "水妈妈", "2401001"),),
)


@pytest.fixture
async def school(database_url: str, root: Path) -> AsyncIterator[Cast]:
    frozen = MONDAY
    clock = Clock(source=lambda: frozen)
    async with staged(SCHOOL, database_url, root, clock, rng=Random(5)) as stage:
        await stage.rings()
        yield Cast(stage)


def link(phone: Speaker, label: str) -> str:
    """The newest link of this name on a phone."""
    return next(x.href for b in reversed(phone.bubbles) for x in b.links if x.label == label)


async def enters(phone: Speaker, address: str) -> Page:
    page = await phone.visit(address)
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    return await phone.visit(address, {"csrf": token[1]})


async def test_before_anything_was_sent_the_silent_families_are_told(school: Cast) -> None:
    """The first weeks of a term are when parents can be asked to follow."""
    wang = school.member("wang")
    await wang.says("本班")
    wang.hears("您的班还没有活动。", "软件2301：1户未关注学校通知", "关注二维码")


async def test_the_class_of_teacher_wang(school: Cast) -> None:
    wang, he = school.member("wang"), school.parent("p_he")
    await school.chen.says("/push parent-letter")
    school.chen.hears("1户未关注学校通知，将转班主任")
    await school.stage.fire("parent-letter")
    he.never_received("一封信")
    await wang.says("本班")
    wang.hears("软件2301：1户未关注学校通知", "发到了水利2401，按班级计，不算到人", "关注二维码")
    await wang.says("未完成 软件2301")
    await school.stage.settle()
    told = wang.transcript()
    assert "1户未关注学校通知，收不到：王*（尾号1004）" in told
    assert "王*（尾号1004）【未关注学校通知】" in told
    assert "王小禾" not in told
    assert wang.bubbles[-1].kind == "image"
    code = school.stage.sim.media.show(wang.bubbles[-1].media_id)
    assert code is not None
    assert code.content_type == "image/png"
    await wang.says("催办")
    wang.hears("1户未关注学校通知，提醒不到")
    page = await enters(wang, link(wang, "未关注的名单和打印版"))
    page = await wang.visit(f"{school.stage.bot_url}/console/follow?unit={SOFTWARE}")
    assert "王*（尾号1004）" in page.text
    assert "1户未关注" in page.text
    await he.follow()
    await school.stage.settle()
    he.received("一封信")
    assert sum("一封信" in b.seen for b in he.bubbles) == 1
    await wang.says("未完成 软件2301")
    assert "未关注" not in wang.bubbles[-1].seen
    await school.at("2026-10-27T10:00")
    await school.stage.fire("parent-letter")
    assert sum("一封信" in b.seen for b in he.bubbles) == 2


async def test_the_page_and_the_sheet_to_print(school: Cast) -> None:
    wang, base = school.member("wang"), school.stage.bot_url
    await wang.says("二维码")
    wang.hears("请家长用微信扫")
    page = await enters(wang, link(wang, "未关注的名单和打印版"))
    assert "软件2301" in page.text
    kind, picture = await wang.browser.download(f"{base}/console/follow/code?account=campus")
    assert (kind, picture[:4]) == ("image/png", b"\x89PNG")
    sheet = f"{base}/console/follow/sheet?account=campus&unit={SOFTWARE}"
    kind, data = await wang.browser.download(sheet)
    assert kind == "application/pdf"
    paper = pypdfium2.PdfDocument(data)
    words = paper[0].get_textpage().get_text_range()
    assert len(paper) == 1
    assert "请关注「学校通知」" in words
    assert "软件2301" in words.replace(" ", "")
    assert "王" not in words
    page = await wang.visit(f"{base}/console/follow?unit=护理学院")
    assert page.status == 403
    kind, _ = await school.lin.browser.download(f"{base}/console/follow/code?account=campus")
    assert kind == "text/html"  # the door


async def test_an_administrator_sees_numbers_and_no_names(school: Cast) -> None:
    await school.stage.fire("parent-letter")
    await school.chen.says("/login")
    await enters(school.chen, link(school.chen, "控制台"))
    page = await school.chen.visit(f"{school.stage.bot_url}/console/follow?unit={SOFTWARE}")
    assert "软件2301" in page.text
    assert "尾号" not in page.text
    assert "未关注（户）" in page.text
    (campaign,) = [o.id for o in await _running(school) if o.duty == "parent-letter"]
    page = await school.chen.visit(f"{school.stage.bot_url}/console/campaign?id={campaign}")
    assert "1户未关注学校通知" in page.text
    assert "发到了水利2401，按班级计，不算到人" in page.text


async def test_a_school_that_is_not_verified(school: Cast) -> None:
    (corp,) = school.stage.sim.world.corps
    corp.verified = False
    async with school.stage.bot.database.begin() as tx:
        work = Work(tx)
        await work.follows.keep_code("campus", "")
        await work.follows.read_again("campus")
    await school.stage.rings()
    wang = school.member("wang")
    await wang.says("二维码")
    wang.hears("还没有认证", "我的企业")


async def test_a_class_that_does_not_fit_is_said_and_not_guessed(school: Cast) -> None:
    (corp,) = school.stage.sim.world.corps
    software = next(d for d in corp.school.departments if d.name == "软件2301")
    software.name = "软件一班"
    async with school.stage.bot.database.begin() as tx:
        await Work(tx).follows.read_again("campus")
    await school.stage.rings()
    await school.chen.says("/login")
    await enters(school.chen, link(school.chen, "控制台"))
    page = await school.chen.visit(f"{school.stage.bot_url}/console/follow")
    assert "软件一班" in page.text
    assert "软件2301" in page.text
    assert "没有对上" in page.text
    await school.stage.fire("parent-letter")
    school.mother.received("一封信")


async def _running(school: Cast) -> list[Occurrence]:
    async with school.stage.bot.database.reading() as tx:
        return await Work(tx).duties.occurrences()
