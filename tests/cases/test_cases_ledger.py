"""The ledger in the console: cases, corrections, visits, the pack."""

from __future__ import annotations

import asyncio
import io

import pytest
import sqlalchemy as sa
from docx import Document as Docx

from bot.cases.tables import call, case, duty, version, visit
from bot.duties.tables import occurrence, task
from bot.work import Work
from tests.cases.cases_cast import Cast, words

CASES = sa.select(case).order_by(case.c.seq)
SECRET = "本人说夜里睡不着"


async def test_a_case_is_opened_from_a_call_and_shows_its_clock(cast: Cast) -> None:
    await cast.cries()
    await cast.at("2026-10-12T09:16")
    await cast.he.taps("已接通")
    await cast.he.says("已转账已报警")
    [row] = await cast.rows(sa.select(call))
    page = await cast.opens(cast.he, f"call?id={row.id}")
    assert "林小满" in page.text
    assert "4分钟何远" in words(page)
    page = await cast.opens(cast.he, f"case/new?call={row.id}")
    assert "林小满" in page.text
    page = await cast.opens_case(cast.he, code="", call=str(row.id))
    assert page.status == 200
    assert "案件2026-001" in words(page)
    assert "4分钟后首次联系；已转账已报警" in words(page)
    again = await cast.opens_case(cast.he, code="", call=str(row.id))
    assert "已经立案" in words(again)
    assert len(await cast.rows(CASES)) == 1
    cast.lin.never_received("案")


async def test_numbers_follow_each_other_even_when_two_open_at_once(cast: Cast) -> None:
    await cast.opens(cast.wu, "cases")
    await cast.opens(cast.chen, "cases")
    pages = await asyncio.gather(
        cast.opens_case(cast.wu, "2301001"),
        cast.opens_case(cast.chen, "2301002"),
        cast.opens_case(cast.wu, "2302001"),
    )
    assert [page.status for page in pages] == [200, 200, 200]
    assert [row.seq for row in await cast.rows(CASES)] == [1, 2, 3]
    await cast.at("2027-01-03T09:00")
    assert "案件2027-001" in words(await cast.opens_case(cast.wu, "2301001", day="2027-01-02"))


async def test_corrections_are_appended_and_the_slower_one_is_told(cast: Cast) -> None:
    await cast.opens_case(cast.he)
    fields = {
        "no": "2026-001", "act": "correct", "value": "1", "kind": "冒充公检法", "day": "2026-10-10",
        "channel": "电话", "lost": "1.2万", "prevented": "500", "police": "yes", "words": "核对了回执",
    }  # fmt: skip
    page = await cast.posts(cast.he, "case", **fields)
    assert "12,000元" in page.text
    assert "3,200元" in page.text
    assert "核对了回执" in page.text
    late = await cast.posts(cast.wu, "case", **fields)
    assert "刚刚有人改过" in words(late)
    rows = await cast.rows(sa.select(version).order_by(version.c.version))
    assert [(r.version, r.kind, r.lost) for r in rows] == [
        (1, "刷单返利", 320000), (2, "冒充公检法", 1200000),
    ]  # fmt: skip
    assert "核对" not in rows[1].why


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"lost": "三千"}, "金额请写数字"),
        ({"lost": "-5"}, "金额请写数字"),
        ({"prevented": "9" * 14}, "金额请写数字"),
        ({"day": "2026-10-13"}, "不能晚于今天"),
        ({"day": "昨天"}, "日期请写成"),
        ({"kind": "杀猪"}, "页面放久了"),
        ({"code": "2302001"}, "没有这个编号"),
        ({"code": "nobody"}, "没有这个编号"),
        ({"code": "T1002"}, "没有这个编号"),
    ],
)
async def test_a_bad_form_opens_nothing(cast: Cast, fields: dict[str, str], said: str) -> None:
    page = await cast.opens_case(cast.he, **fields)
    assert said in words(page)
    assert await cast.rows(CASES) == []


async def test_visits_are_reminded_twice_and_then_handed_on_and_the_victim_hears_nothing(cast: Cast) -> None:
    await cast.opens_case(cast.he)
    assert [row.day for row in await cast.rows(sa.select(visit))] == [3, 14, 60]
    before = len(cast.lin.bubbles)
    await cast.at("2026-10-15T07:40")
    assert "该回访" not in cast.he.transcript()
    for morning in ("15T07:55", "15T12:00", "16T07:55", "17T07:55", "18T07:55", "19T07:55"):
        await cast.at(f"2026-10-{morning}")
    heard = [b.seen for b in cast.he.bubbles if "今天该回访" in b.seen]
    assert len(heard) == 2, cast.he.transcript()
    assert "林小满" not in "".join(heard)
    assert sum("第3天的回访还没有做" in b.seen for b in cast.wu.bubbles) == 1
    page = await cast.posts(cast.wu, "case", no="2026-001", act="visit", value="3", words=SECRET)
    assert SECRET in page.text
    await cast.at("2026-10-20T07:55")
    assert sum("第3天" in b.seen for b in cast.wu.bubbles) == 1
    assert not any("回访" in b.seen or "案件" in b.seen for b in cast.lin.bubbles[before:])


async def test_what_is_done_closes_the_duties_and_the_case(cast: Cast) -> None:
    await cast.opens_case(cast.he)
    titles = {row.title: row.what for row in await cast.rows(sa.select(occurrence))}
    assert set(titles) == {"回访被骗师生", "履职材料", "被骗学生关心帮扶"}
    cast.he.never_received("待办：")
    await cast.stage.settle()
    cast.chen.received("履职材料")
    assert "还有没做的回访" in words(await cast.posts(cast.he, "case", no="2026-001", act="close"))
    await cast.posts(cast.he, "case", no="2026-001", act="refer", words="转心理中心，周四")
    for day in ("3", "14", "60"):
        await cast.posts(cast.he, "case", no="2026-001", act="visit", value=day, words="见过面")
    await cast.packs(cast.he, "2026-001", "pdf")
    page = await cast.posts(cast.he, "case", no="2026-001", act="close")
    assert "已结案" in page.text
    open_ = await cast.rows(sa.select(occurrence.c.title).join(task).where(task.c.settled_at.is_(None)))
    assert open_ == []
    assert len(await cast.rows(sa.select(duty))) == 3


async def test_the_pack_has_the_clock_and_no_name(cast: Cast) -> None:
    await cast.stage.fire("install-app")
    await cast.lin.says("已安装")
    await cast.at("2026-10-13T09:00")
    await cast.cries()
    await cast.he.taps("已接通")
    [row] = await cast.rows(sa.select(call))
    await cast.opens_case(cast.he, code="", call=str(row.id), day="2026-10-13")
    data = await cast.packs(cast.he, "2026-001", "docx")
    document = Docx(io.BytesIO(data))
    text = "\n".join(p.text for p in document.paragraphs)
    text += "\n".join(cell.text for table in document.tables for line in table.rows for cell in line.cells)
    assert "当事人" in text
    assert "0分钟后首次联系" in text
    assert "末行校验码" in text
    assert "国家反诈中心App" in text
    for secret in ("林小满", "2301001", "1001）"):
        assert secret not in text


async def test_handing_over_makes_another_responsible(cast: Cast) -> None:
    await cast.opens_case(cast.he)
    async with cast.stage.bot.database.reading() as tx:
        wu = await Work(tx).people.by_code("T1004")
    assert wu is not None
    page = await cast.posts(cast.he, "case", no="2026-001", act="hand", value=str(wu.id))
    assert "负责：吴越" in words(page)
    await cast.at("2026-10-15T07:55")
    cast.wu.received("今天该回访")
    cast.he.never_received("今天该回访")
