"""A letter to parents counts every child: who has no guardian on the roster is their teacher's, not nobody's.

甲 has a mother; 乙 (who has an account), 丙 and 丁 have nobody; 方 is of age. Nobody here exists.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest

from bot.delivery.rules import Standing
from bot.duties.actions_families import follow_families
from bot.duties.actions_fan_out import fan_out
from bot.duties.audience_parser import parse_audience
from bot.duties.codes import slug_for
from bot.duties.events import after_import
from bot.duties.launch import register
from bot.duties.occurrences import Planned
from bot.duties.rules import OccurrenceState
from bot.people.actions import corps_of, import_roster, preview_roster, undo_roster
from bot.reports.behind_sheet import behind_sheet
from bot.reports.documents import Table
from bot.reports.wording_documents import sheet_way
from bot.simulator.campus import Campus
from bot.simulator.cast import Row, to_csv
from bot.simulator.stage import staged
from bot.simulator.world import Clock
from bot.work import Work
from tests.stories.cast import MONDAY, SOFTWARE, Cast, _row
from tests.stories.test_following import enters, link

CLASS = "附属中学/高一/高一1班"
_PUPIL = {"学段": "高中"}
ROWS = [
    _row("G001", "小甲", "学生", CLASS, **_PUPIL),
    _row("G002", "小乙", "学生", CLASS, "yi", **_PUPIL),
    _row("G003", "小丙", "学生", CLASS, **_PUPIL),
    _row("G004", "小丁", "学生", CLASS, **_PUPIL),
    _row("2301101", "方小雨", "学生", SOFTWARE),
    _row("T7", "郭青", "教职工", "附属中学", "guo", 职责="班主任", 负责单位=CLASS),
    _row("T1003", "陈立", "教职工", "学生处", "chen", 职责="管理员;审批", 负责单位="全校"),
    _row("P1", "甲妈妈", "家长", CLASS, "p_jia", 监护="G001", **_PUPIL),
]
FATHER = _row("P4", "丁爸爸", "家长", CLASS, "p_ding", 监护="G004", **_PUPIL)
CAMPUS = Campus(
    rows=ROWS,
    followers=(("oJia", "甲妈妈"), ("oDing", "丁爸爸")),
    unknown=(("p_ding", "丁爸爸", "G004"),),
)
LETTER = "一封信"
READS = "两分钟读完"
NOBODY = "名册里没有家长"


@pytest.fixture
async def cast(database_url: str, root: Path) -> AsyncIterator[Cast]:
    async with staged(CAMPUS, database_url, root, Clock(source=lambda: MONDAY), rng=Random(5)) as stage:
        yield Cast(stage)


async def imports(cast: Cast, rows: list[Row]) -> None:
    bot, now = cast.stage.bot, cast.stage.clock()
    corps = corps_of(bot.school.accounts.apps())
    async with bot.database.reading() as tx:
        preview = await preview_roster(tx, to_csv(rows), "roster.csv", corps)
    async with bot.database.begin() as tx:
        done = await import_roster(tx, preview, corps, who=None, now=now, allow_many_leavers=True)
        assert done is not None
        await after_import(Work(tx), bot.school, done, now)
    await bot.follows.drain()
    await cast.stage.settle()


async def counted(cast: Cast, unit: str = CLASS, duty: str = "parent-letter") -> tuple[int, int, int]:
    """In the audience, exempt, done; the class sheet and the figures say the same."""
    async with cast.stage.bot.database.reading() as tx:
        stats = Work(tx).stats
        (tally,) = await stats.tallies((unit,), occurrence=None, duty=duty, depth=0)
        lines = await stats.sheet(tally.occurrence, unit)
    done = sum(line.done_at is not None and not line.exempt for line in lines)
    assert (len(lines), sum(bool(line.exempt) for line in lines), done) == (
        tally.audience, tally.exempt, tally.done,
    )  # fmt: skip
    return tally.audience, tally.exempt, tally.done


async def ways(cast: Cast, campaign: str) -> dict[str, str]:
    async with cast.stage.bot.database.reading() as tx:
        return {line.code: sheet_way(line) for line in await Work(tx).stats.sheet(campaign, CLASS)}


async def states(cast: Cast, campaign: str) -> dict[Standing, int]:
    async with cast.stage.bot.database.reading() as tx:
        return await Work(tx).outbox.states(campaign)


async def test_every_child_is_in_one_state_until_it_is_closed(cast: Cast) -> None:
    yi, guo = cast.member("yi"), cast.member("guo")
    await cast.chen.says("/push parent-letter")
    cast.chen.hears("家长1", "家里没有登记家长的3人，在班主任名单上")
    campaign = await cast.stage.fire("parent-letter")
    cast.parent("p_jia").received(LETTER)
    assert await counted(cast) == (4, 0, 0)
    assert await counted(cast, "") == (4, 0, 0), "who is at the college is of age"
    assert await states(cast, campaign) == {Standing.DELIVERED: 1, Standing.UNGUARDED: 3}
    assert await ways(cast, campaign) == {"G001": "", "G002": NOBODY, "G003": NOBODY, "G004": NOBODY}

    await cast.chen.says("/login")
    page = await enters(cast.chen, link(cast.chen, "控制台"))
    console, asked = page.url.partition("/console")[0] + "/console/", {"id": campaign, "unit": CLASS}
    page = await cast.chen.visit(f"{console}campaign?{urlencode(asked)}")
    assert f"{NOBODY}，由老师转达" in page.text
    for ask in (asked, {"unit": CLASS}):
        page = await cast.chen.visit(f"{console}unfinished?{urlencode(ask)}")
        assert page.text.count(NOBODY) == 3
        assert f"（尾号G002）【{NOBODY}】" in page.text
    async with cast.stage.bot.database.reading() as tx:
        lines = await Work(tx).duties.open_lines([CLASS])
        (table,) = (
            part
            for part in behind_sheet("附属中学", lines, {campaign: LETTER}, MONDAY).blocks
            if isinstance(part, Table)
        )
    assert [row[2] for row in table.rows] == [LETTER, *[f"{LETTER}（{NOBODY}）"] * 3]

    # The child has the letter neither in the chat nor in the list, and cannot sign it in the parents' place.
    await yi.says("我的")
    yi.hears("您没有待办")
    for words in ("签收", "已阅", "小乙"):
        await yi.says(words)
        assert "已签收" not in yi.bubbles[-1].seen
        assert "记下" not in yi.bubbles[-1].seen
    yi.never_received(LETTER)
    assert await counted(cast) == (4, 0, 0)

    await guo.says("未完成")
    guo.hears(f"{LETTER} 4人", f"（尾号G002）【{NOBODY}】", f"（尾号G003）【{NOBODY}】")
    assert f"（尾号G001）【{NOBODY}】" not in guo.bubbles[-1].seen
    await guo.says("催办")
    guo.hears("已私下提醒1人", "另外3人")
    await cast.stage.turn_to(cast.local("2026-10-13T08:10"))
    guo.received(f"{NOBODY}的有高一1班3人")
    assert sum(f"{NOBODY}的有" in bubble.seen for bubble in guo.bubbles) == 1, "once, from the first day"
    yi.never_received(LETTER)

    # By paper, excused, and by a guardian whom a later roster brings: then it is a hundred per cent.
    await guo.says("登记 G002 一封信 家访")
    guo.hears("已记「家访」", LETTER)
    await guo.says("豁免 G003 给家长的一封信 监护人在国外 到2026-12-31")
    assert await counted(cast) == (4, 1, 1)
    await imports(cast, [*ROWS, FATHER])
    cast.parent("p_ding").received(LETTER)
    assert cast.parent("p_jia").transcript().count(READS) == 1
    assert await counted(cast) == (4, 1, 1), "the child is one, with a guardian as without"
    await guo.says("未完成")
    guo.hears(f"{LETTER} 2人")
    assert NOBODY not in guo.bubbles[-1].seen
    for openid, name, code in (("oJia", "甲妈妈", "P1"), ("oDing", "丁爸爸", "P4")):
        phone = cast.follower(openid)
        await phone.says(f"绑定 {name} {code}")
        await phone.says("签收")
        phone.hears("已签收")
    assert await counted(cast) == (4, 1, 3)
    assert await states(cast, campaign) == {Standing.DELIVERED: 2, Standing.DONE: 1, Standing.EXEMPT: 1}
    await guo.says("未完成")
    guo.hears("没有未完成的")


async def test_the_last_guardian_leaves_and_comes_back(cast: Cast) -> None:
    """The child is the teacher's then, not excused as if it had left; and an import is taken back whole."""
    guo, left = cast.member("guo"), [row for row in ROWS if row["编号"] != "P1"]
    campaign = await cast.stage.fire("parent-letter")
    await imports(cast, [*left, FATHER])
    assert await counted(cast) == (4, 0, 0)
    assert (await ways(cast, campaign))["G001"] == NOBODY
    await guo.says("未完成")
    guo.hears(f"{LETTER} 4人", f"（尾号G001）【{NOBODY}】")
    async with cast.stage.bot.database.begin() as tx:
        await undo_roster(tx, who=None, now=cast.stage.clock())
        for _ in range(2):  # again is nothing more
            await follow_families(Work(tx), cast.stage.bot.school, cast.stage.clock())
    assert await ways(cast, campaign) == {"G001": "", "G002": NOBODY, "G003": NOBODY, "G004": NOBODY}
    assert await counted(cast) == (4, 0, 0)
    await guo.says("未完成")
    assert guo.bubbles[-1].seen.count(NOBODY) == 3
    await cast.stage.settle()
    assert cast.parent("p_jia").transcript().count(READS) == 1


async def test_a_letter_to_pupils_as_well_has_both_parts(cast: Cast) -> None:
    """The child's own is the child's; the family's is the teacher's. Each is counted by itself."""
    yi, guo, bot = cast.member("yi"), cast.member("guo"), cast.stage.bot
    duty = replace(bot.school.plan.duties["newcomer-letter"], to=parse_audience("学生 or 家长"))
    planned, now = Planned(duty, cast.stage.clock()), cast.stage.clock()
    async with bot.database.begin() as tx:
        work, school = Work(tx), bot.school
        letter = await register(work, school, school.default_pack, planned, OccurrenceState.OPEN, unit=CLASS)
        assert letter is not None
        packs = (school.plan.asks, school.packs, school.default_pack)
        assert await work.launches.give_tasks(letter, duty, *packs, now) == 4 + 1 + 3
        await fan_out(work, school, letter, duty, slug_for(school.key, letter.id), now)
    await cast.stage.settle()
    assert await counted(cast, duty="newcomer-letter") == (8, 0, 0)
    await cast.stage.turn_to(cast.local("2026-10-12T09:45"))
    assert sum(READS in bubble.seen or LETTER in bubble.seen for bubble in yi.bubbles) == 1, "at the break"
    await yi.says("我的")
    yi.hears("您有1件待办")
    await yi.says("签收")
    yi.hears("已签收，编号")
    assert await counted(cast, duty="newcomer-letter") == (8, 0, 1)
    await guo.says("未完成")
    guo.hears(f"（尾号G002）【{NOBODY}】")
    await guo.says("登记 G002 家访")
    assert await counted(cast, duty="newcomer-letter") == (8, 0, 2)
    assert (await states(cast, letter.id))[Standing.UNGUARDED] == 2
