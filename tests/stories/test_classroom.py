"""A class without phones does its test together: the teacher is told, shows it, prints it; nobody is named.

A primary school on three campuses, two of which have a class of one name, and a 初一 in which one pupil of
three has an account. Nobody here exists.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from bot.duties.rules import OccurrenceState
from bot.quiz.tables import answer, exposure, sitting
from bot.simulator.browser import Page
from bot.simulator.campus import Campus
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import MONDAY, SOFTWARE, Cast, _row
from tests.stories.test_following import link

EAST, WEST, SOUTH = (
    f"实验小学/{campus}/三年级/三年级{n}班" for campus, n in (("东校区", 2), ("西校区", 2), ("南校区", 5))
)
JUNIOR = "附属中学/初一/初一1班"
FOURTH = "实验小学/东校区/四年级"
LONG = [f"{FOURTH}/汽车与机器人中外合作实验{n:02}班" for n in range(1, 15)]
_NAMES = "零一二三四五"
SMALL, YOUNG = {"学段": "小学"}, {"学段": "初中"}
CAMPUS = Campus(
    rows=[
        *(_row(f"E00{n}", f"东小{_NAMES[n]}", "学生", EAST, **SMALL) for n in range(1, 5)),
        *(_row(f"W00{n}", f"西小{_NAMES[n]}", "学生", WEST, **SMALL) for n in range(1, 4)),
        *(_row(f"N00{n}", f"南小{_NAMES[n]}", "学生", SOUTH, **SMALL) for n in range(1, 3)),
        _row("J001", "初小一", "学生", JUNIOR, "chu", **YOUNG),
        *(_row(f"J00{n}", f"初小{_NAMES[n]}", "学生", JUNIOR, **YOUNG) for n in (2, 3)),
        _row("2301101", "方小雨", "学生", SOFTWARE, "fang"),
        _row("2301102", "方小雪", "学生", SOFTWARE),
        *(_row(f"L{n:03}", "欧阳小满", "学生", unit, **SMALL) for n, unit in enumerate(LONG)),
        _row("T4", "许兰", "教职工", "实验小学", "xu", 职责="班主任", 负责单位=FOURTH),
        _row("T1", "郭青", "教职工", "实验小学", "guo", 职责="班主任", 负责单位=f"{EAST};{WEST}"),
        _row("T2", "秦川", "教职工", "实验小学", "qin", 职责="班主任", 负责单位=f"{SOUTH};{JUNIOR}"),
        _row("T3", "何远", "教职工", "信息工程学院", "he", 职责="辅导员", 负责单位=SOFTWARE),
        _row("T1003", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
    ]
)  # fmt: skip
TOLD = "全班一起做，10题约6分钟，不用手机"


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    async with staged(CAMPUS, database_url, root, Clock(source=lambda: MONDAY), rng=Random(5)) as stage:
        yield Cast(stage)


def items(page: Page) -> list[tuple[str, list[str], str]]:
    """What is asked, the options as they stand, and the right answer by its words."""
    found = []
    for section in page.text.split("<section ")[1:]:
        if 'class="item"' not in section:
            continue
        (stem,) = re.findall(r'class="stem"><b>\d+\.</b> (.*?)</p>', section)
        options = dict(re.findall(r"<b>([A-F])</b><span>(.*?)</span>", section))
        marked = re.findall(r'class="right"><b>([A-F])</b>', section)
        (key,) = re.findall(r"答案：([A-F]+)</p>", section)
        assert list(options) == list("ABCDEF")[: len(options)]
        assert "".join(marked) == key, "the letters are those on the screen"
        found.append((stem, list(options.values()), "".join(options[letter] for letter in key)))
    return found


async def traces(cast: Cast) -> list[int]:
    async with cast.stage.bot.database.reading() as tx:
        return [
            int(await tx.scalar(sa.select(sa.func.count()).select_from(table)))
            for table in (answer, exposure, sitting)
        ]


async def test_a_class_sits_the_test_together(cast: Cast) -> None:
    guo, qin, xu, bank = *map(cast.member, ("guo", "qin", "xu")), cast.stage.bot.school.bank
    await cast.stage.fire("term-test")
    await cast.stage.turn_to(cast.local("2026-10-13T08:10"))
    guo.received(f"东校区/三年级/三年级2班、西校区/三年级/三年级2班 学生学期测试：{TOLD}")
    guo.received("「登记 东校区/三年级/三年级2班 学生学期测试 课堂」")
    bubble = xu.received("等14个班 学生学期测试：全班一起做")
    assert not bubble.truncated
    assert [one.label for one in bubble.links] == [f"投屏 {unit.rpartition('/')[2]}" for unit in LONG[:3]]
    assert "【上课】其他班的投屏" in bubble.seen
    qin.received("三年级5班、初一1班（没有账号的2人） 学生学期测试：全班一起做，10到15题，不用手机")
    await cast.stage.turn_to(cast.local("2026-10-13T09:45"))
    for phone in (guo, qin, xu):
        assert sum("全班一起做" in bubble.seen for bubble in phone.bubbles) == 1, "told once"
    cast.member("he").never_received("全班一起做")
    cast.chen.never_received("全班一起做")
    cast.member("chu").received("学生学期测试")

    # The page: this class's own paper, the same each time; right letters are right, and no name stands there.
    first = link(guo, "投屏 东校区/三年级/三年级2班")
    page = await cast.member("guo").visit(first)
    asked = items(page)
    assert (page.status, len(asked)) == (200, 10)
    assert items(await cast.member("fang").visit(first)) == asked, "whoever holds the link, without a login"
    by_stem = {item.stem: item for item in bank.items.values() if "小学" in item.audience}
    for stem, options, right in asked:
        item = by_stem[stem.removesuffix("（多选）")]
        assert sorted(options) == sorted(text for _, text in item.options)
        assert right == "".join(t for t in options if t in {dict(item.options)[a] for a in item.answer})
    assert "东小" not in page.text
    assert "E00" not in page.text
    assert "登记 三年级2班 学生学期测试 课堂" in page.text
    assert items(await guo.visit(link(guo, "投屏 西校区/三年级/三年级2班"))) != asked
    assert await traces(cast) == [0, 0, 0], "to look is no exposure and no answer"

    # Without the link of the class, or with one of another kind, there is nothing to see.
    address, _, k = first.rpartition("/")
    for amiss in (address, f"{address}/{k[:-1]}{'2' if k[-1] != '2' else '3'}", f"{address}/"):
        stranger = await cast.member("fang").visit(amiss)
        assert (stranger.status, "答案" in stranger.text, items(stranger)) == (404, False, [])


async def test_the_word_for_it_and_the_list(cast: Cast) -> None:
    guo, qin, he = cast.member("guo"), cast.member("qin"), cast.member("he")
    await cast.stage.fire("campaign-awareness")
    await qin.says("上课")
    qin.hears("您的班现在没有要全班一起做的测试")
    campaign = await cast.stage.fire("term-test")
    await qin.says("未完成")
    qin.hears("没有账号的不用手机：投屏，全班一起做", "【上课】")
    await qin.says("全班一起做")
    qin.hears(
        "三年级5班 学生学期测试：10题约6分钟，还有2人", "初一1班 学生学期测试：15题约9分钟，没有账号的2人"
    )
    qin.hears("做完发「登记 三年级5班 学生学期测试 课堂」")
    assert len(items(await qin.visit(link(qin, "投屏 初一1班")))) == 15
    await qin.says("课堂 初一1班")
    qin.hears("做完发「登记 初一1班 学生学期测试 课堂」")
    assert "三年级5班" not in qin.bubbles[-1].seen
    await guo.says("上课 三年级2班")
    guo.hears("有2个「三年级2班」")
    await guo.says("上课 东校区/三年级/三年级2班")
    guo.hears("还有4人")
    page = link(guo, "投屏 三年级2班")
    await guo.says("上课 三年级5班")
    guo.hears("您负责：")
    await he.says("上课")
    he.hears("没有要全班一起做的测试")
    await he.says("未完成")
    assert "全班" not in he.bubbles[-1].seen, "who is at the college does it alone"

    # Of very many classes as many as a message holds; each of them can be asked for.
    xu = cast.member("xu")
    await xu.says("上课")
    (bubble,) = xu.since_i_acted
    shown = [one.label.removeprefix("投屏 ") for one in bubble.links]
    assert not bubble.truncated
    assert bubble.text.count("还有1人") == len(shown)
    assert f"还有{14 - len(shown)}个没列出，看一个班：上课 班级" in bubble.seen
    await xu.says(f"上课 {LONG[-1]}")
    assert len(items(await xu.visit(link(xu, "投屏 汽车与机器人中外合作实验14班")))) == 10

    # What was done, on paper, is done; the link holds until the campaign is stopped.
    await guo.says("登记 东校区/三年级/三年级2班 学生学期测试 课堂")
    guo.hears("没完成「学生学期测试」的4人，全部记为「课堂」吗")
    await guo.says("登记 东校区/三年级/三年级2班 学生学期测试 课堂 确定")
    await guo.says("上课")
    assert "东校区" not in guo.bubbles[-1].seen
    assert len(items(await guo.visit(page))) == 10
    async with cast.stage.bot.database.begin() as tx:
        await Work(tx).duties.change_state(
            campaign, OccurrenceState.STOPPED, only_from=[OccurrenceState.OPEN]
        )
    stopped = await guo.visit(page)
    assert "学校已停止" in stopped.text
    assert items(stopped) == []
