"""The ledger in the console: cases, corrections, visits, the pack, warnings; and who sees none of it."""

from __future__ import annotations

import asyncio
import io
import re

import pytest
import sqlalchemy as sa
from docx import Document as Docx

from bot.cases.rules import CallKind
from bot.cases.tables import call, case, duty, note, version, visit
from bot.delivery.tables import payload
from bot.duties.tables import occurrence, task
from bot.people.tables import audit
from bot.work import Work
from tests.cases.cases_cast import Cast, words

CASES = sa.select(case).order_by(case.c.seq)
SECRET = "本人说夜里睡不着"


async def test_a_case_is_opened_from_a_call_and_shows_its_clock(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
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
    await cast.lin.says("已经转了")
    await cast.stage.settle()
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


async def test_need_to_know(cast: Cast) -> None:
    """Another college, a liaison, a counsellor, students: the same refusal for real and made up."""
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    [row] = await cast.rows(sa.select(call))
    await cast.opens_case(cast.he, code="", call=str(row.id))
    await cast.posts(cast.he, "case", no="2026-001", act="note", words=SECRET)
    real = ("case?no=2026-001", f"call?id={row.id}", f"case/new?call={row.id}")
    fake = ("case?no=2026-999", "call?id=12345", "case/new?call=12345")
    for one, other in zip(real, fake, strict=True):
        pages = [await cast.opens(cast.ma, path) for path in (one, other)]
        assert [page.status for page in pages] == [403, 403]
        assert words(pages[0]) == words(pages[1])
    listed = await cast.opens(cast.ma, "cases")
    assert "2026-001" not in listed.text
    for who in (cast.su, cast.fang, cast.lin, cast.zhou):
        for path in ("cases", *real):
            page = await cast.opens(who, path)
            assert page.status == 403
            assert "林小满" not in page.text.replace("林小满</span>", "")
            assert "2026-001" not in page.text
    for who in (cast.he, cast.wu, cast.chen):
        page = await cast.opens(who, real[0])
        assert SECRET in page.text
        assert "林小满" in page.text
        assert "林小满" not in (await cast.opens(who, "cases")).text
    stored = await cast.rows(sa.select(note.c.text))
    assert [SECRET in row.text for row in stored] == [False]
    assert {"case": "2026-001"} in await cast.looks("T1004", "case looked at")
    assert {"case": "2026-001"} in await cast.looks("T1005", "case looked at")
    assert await cast.looks("T1003", "case looked at") == []
    details = "".join(str(row.detail) for row in await cast.rows(sa.select(audit.c.detail)))
    assert "林小满" not in details
    assert SECRET not in details
    assert "2301001" not in details


async def test_another_college_posts_in_vain(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    [row] = await cast.rows(sa.select(call))
    await cast.opens_case(cast.he, code="", call=str(row.id))
    for fields in (
        {"no": "2026-001", "act": "close"},
        {"no": "2026-001", "act": "visit", "value": "3", "words": "x"},
        {"no": "2026-001", "act": "card", "words": "x" * 50},
    ):
        assert (await cast.posts(cast.ma, "case", **fields)).status == 403
    assert (await cast.posts(cast.ma, "case/pack", no="2026-001", ending="docx")).status == 403
    assert await cast.looks("T1003", "case look-back") == []
    assert (await cast.posts(cast.ma, "call", id=str(row.id), act="contacted")).status == 403
    assert (await cast.opens_case(cast.ma, code="", call=str(row.id))).status == 403
    assert (await cast.rows(sa.select(call)))[0].contacted_at is None
    page = await cast.posts(cast.he, "case", no="2026-001", act="hand", value="1")
    assert "没有这个编号" in words(page)


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


async def test_the_console_answers_a_call_as_the_chat_does(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    [row] = await cast.rows(sa.select(call))
    await cast.posts(cast.wu, "call", id=str(row.id), act="contacted")
    cast.lin.received("吴老师已经接手")
    slow = await cast.posts(cast.he, "call", id=str(row.id), act="contacted")
    assert "吴老师" in words(slow)
    await cast.he.taps("已接通")
    await cast.stage.settle()
    cast.he.received("吴老师 09:12已接通")
    page = await cast.posts(cast.wu, "call", id=str(row.id), act="outcome", value="误报")
    assert "误报" in page.text
    late = await cast.posts(cast.he, "call", id=str(row.id), act="outcome", value="转警方")
    assert "已经办结" in words(late)


async def test_only_duty_people_without_an_office_land_at_their_desk(cast: Cast) -> None:
    await cast.he.says("/login")
    cast.he.hears("案件台")
    page = await cast.opens(cast.he, "")
    assert page.url.endswith("/console/cases")
    for path in ("people", "campaigns", "exports", "audit", "roster"):
        assert (await cast.opens(cast.he, path)).url.endswith("/console/cases")


async def test_warnings_of_the_police_start_the_same_clock(cast: Cast) -> None:
    page = await cast.posts(cast.wu, "cases/police", code="2301001", level="高危")
    assert "已登记1条预警" in words(page)
    cast.he.received("属地反诈中心预警")
    cast.he.received("林小满")
    before = len(cast.lin.bubbles)
    again = await cast.posts(cast.wu, "cases/police", code="2301001", level="高危")
    assert "没有重复登记" in words(again)
    assert "没有这个编号" in words(await cast.posts(cast.ma, "cases/police", code="2301002", level="高危"))
    assert "没有这个编号" in words(await cast.posts(cast.wu, "cases/police", code="9999999", level="高危"))
    await cast.at("2026-10-12T09:23")
    cast.wu.received("林小满")
    await cast.wu.taps("已接通")
    await cast.wu.says("未转账已劝阻")
    await cast.stage.settle()
    assert len(cast.lin.bubbles) == before
    [row] = await cast.rows(sa.select(call))
    assert (row.kind, row.level, row.outcome) == (str(CallKind.POLICE), "高危", "未转账已劝阻")
    page = await cast.opens(cast.wu, "cases")
    assert "1/1100%" in words(page)


async def test_a_list_of_warnings_loses_no_good_line(cast: Cast) -> None:
    page = await cast.uploads(
        cast.wu, "cases/police",
        "编号,级别,电话\n2301001,高危,1\n9999999,高,2\n2301002,红色,3\n2301002,低,4\n,高,5\n".encode(),
    )  # fmt: skip
    assert "已登记2条预警" in words(page)
    assert "第3行的编号不在您负责的单位里" in words(page)
    assert "第4行级别写" in words(page)
    assert "第6行没有编号" in words(page)
    assert "没有「编号」" not in words(page)
    bad = await cast.uploads(cast.wu, "cases/police", "姓名,级别\n林小满,高\n".encode())
    assert bad.status == 400
    assert "要有「编号」一列" in words(bad)
    assert len(await cast.rows(sa.select(call))) == 2


async def test_a_card_tells_nobody_and_starts_its_duty_once_approved(cast: Cast) -> None:
    await cast.opens_case(cast.chen)
    page = await cast.opens(cast.chen, "case?no=2026-001")
    draft = re.search(r"<textarea[^>]*>([^<]+)</textarea>", page.text)
    assert draft
    assert "约3000元" in draft[1]
    for told, why in (
        ("林同学", "姓名或称呼"), ("周一诺", "姓名或称呼"), ("软件2301", "有班级"), ("10月11日", "具体日期"),
        ("3200元", "具体金额"), ("2301001", "编号"), ("https://a.cn", "网址"),
    ):  # fmt: skip
        page = await cast.posts(cast.chen, "case", no="2026-001", act="card", words=draft[1] + told)
        assert page.status == 400
        assert why in words(page), told
        assert told in page.text
    page = await cast.posts(cast.chen, "case", no="2026-001", act="card", words=draft[1])
    assert page.status == 200
    assert "已通过" in page.text


async def test_a_card_goes_to_the_staff_after_two_have_agreed(bureau: Cast) -> None:
    await bureau.opens_case(bureau.chen)
    titles = {row.title for row in await bureau.rows(sa.select(occurrence.c.title))}
    assert "案后履职材料" in titles
    assert "不点名警示教育" not in titles
    page = await bureau.opens(bureau.chen, "case?no=2026-001")
    draft = re.search(r"<textarea[^>]*>([^<]+)</textarea>", page.text)
    assert draft
    await bureau.posts(bureau.chen, "case", no="2026-001", act="card", words=draft[1])
    [card] = await bureau.rows(sa.select(occurrence).where(occurrence.c.what == "case-card"))
    bureau.chen.received("等您审批：「不点名警示教育」")
    assert "约3000元" in bureau.chen.received("不点名警示教育").seen
    bureau.su.never_received("约3000元")
    await bureau.chen.says(f"/approve {card.id}")
    await bureau.stage.settle()
    bureau.su.never_received("约3000元")
    await bureau.fang.says(f"/approve {card.id}")
    bureau.fang.received("不能通过")  # 审批 of the whole school is needed
    await bureau.wu.says(f"/approve {card.id}")
    await bureau.at("2026-10-12T12:10")
    bureau.su.received("约3000元")
    page = await bureau.su.opens("查看")
    assert "凡是要先垫钱的兼职都不做" in page.text
    bureau.lin.never_received("不点名警示教育")


async def test_messages_about_calls_are_never_addressed_to_a_group(cast: Cast) -> None:
    await cast.lin.says("已经转了")
    await cast.stage.settle()
    await cast.opens_case(cast.he)
    await cast.stage.settle()
    kept = await cast.rows(sa.select(payload.c.content))
    assert not any("林小满" in str(row.content) for row in kept if row.content["kind"] == "Markdown")
