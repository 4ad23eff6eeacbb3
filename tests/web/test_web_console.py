"""The console: who gets in, how far they see, and what they may change."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
import python_calamine
import sqlalchemy as sa
from web_cast import KEY, NURSES, ROWS, Browser, Campus, roster

from bot.delivery.rules import DeliveryState
from bot.delivery.store_abilities import Abilities
from bot.delivery.store_courier import CourierRows
from bot.delivery.tables import delivery
from bot.duties.rules import OccurrenceState
from bot.messages import Way
from bot.people.tables import audit, person
from bot.web.rules import console_link
from bot.work import Work

New = Callable[[], Browser]


async def enters(one: Browser, campus: Campus, code: str, room: str = "") -> None:
    """Comes in by the one-time link of /login."""
    link = console_link(KEY, (await campus.person(code)).id, campus.clock.now, room)
    assert "进入控制台" in (await one.opens(link)).words
    await one.posts(link)


async def test_a_one_time_link_opens_once_for_ten_minutes(browser: New, campus: Campus) -> None:
    link = console_link(KEY, (await campus.person("A1")).id, campus.clock.now, "roster")
    looking = browser()  # the chat looks at links first
    await looking.opens(link)
    await looking.client.head(link)
    mine = browser()
    await mine.opens(link)
    assert (await mine.posts(link)).path == "/console/roster"
    thief = browser()
    await thief.opens(link)
    page = await thief.posts(link)
    assert page.status == 403
    assert "已用过" in page.words
    for spelled in (link + "%80", link + "!", link[:-1] + chr(ord(link[-1]) + 1)):
        await thief.opens(link)
        assert "已用过" in (await thief.posts(spelled)).words
    late = console_link(KEY, (await campus.person("A1")).id, campus.clock.now)
    campus.clock.passes(minutes=10, seconds=1)
    assert (await browser().opens(late)).status == 403
    assert (await browser().opens("/console/enter/forged.token")).status == 403


async def test_what_a_platform_took_back_stands_on_the_first_page(browser: New, campus: Campus) -> None:
    """With what to do, for whoever answers for the whole school; a liaison of one college sees nothing."""
    async with campus.database.begin() as tx:
        Abilities(tx).withdraw("campus", Way.TEMPLATE, "48001 api unauthorized", campus.clock.now)
        Abilities(tx).withdraw("gone", Way.MASS, "48003 no agreement", campus.clock.now)
    admin, liaison = browser(), browser()
    await enters(admin, campus, "A1")
    words = (await admin.opens("/console/")).words
    assert "平台收回的权限" in words
    assert "campus模板消息账号没有这个权限" in words
    assert "群发" not in words
    await enters(liaison, campus, "A3")
    assert "平台收回" not in (await liaison.opens("/console/")).words


async def test_a_console_link_signs_no_letters(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("parents-letter")
    admin = browser()
    await enters(admin, campus, "A1")
    assert "登录后签收" in (await admin.opens(f"/a/{slug}")).words
    assert (await admin.posts(f"/a/{slug}/sign", task="all")).status == 403


@pytest.mark.parametrize("path", ["", "campaigns", "people", "roster", "exports", "audit", "campaign?id=x"])
async def test_strangers_and_students_stay_outside(browser: New, path: str) -> None:
    assert (await browser().opens(f"/console/{path}")).path.startswith("/console/login")
    student = browser()
    await student.logs_in("s2301001", "member", "/verify")
    assert (await student.opens(f"/console/{path}")).status == 403


async def test_members_log_in_by_wecom_and_out_again(browser: New, campus: Campus) -> None:
    admin = browser()
    page = await admin.logs_in("a1", "member", "")
    assert page.path == "/console/"
    assert "周敏" in page.words
    await admin.posts("/console/logout")
    assert (await admin.opens("/console/")).path.startswith("/console/login")


async def test_the_overview_shows_what_waits_and_what_comes(browser: New, campus: Campus) -> None:
    await campus.launches("parents-letter")
    await campus.launches("warning", asked_by=(await campus.person("A1")).id)
    async with campus.database.begin() as tx:
        CourierRows(tx).stop("campus", "40001 invalid secret", campus.clock.now)
    admin, teacher = browser(), browser()
    await enters(admin, campus, "A1")
    page = admin.page
    assert "停止发送的账号" in page.words
    assert "40001invalidsecret" in page.words
    assert "预警通报" in page.words
    assert "要另一位来审批" in page.words
    assert "完成0/3" in page.words
    await enters(teacher, campus, "T1")
    assert "停止发送的账号" not in teacher.page.words
    assert "通过" not in teacher.page.words
    assert "完成0/2" in teacher.page.words


async def test_what_waits_is_shown_with_its_forecast(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("warning", asked_by=(await campus.person("A1")).id)
    second = browser()
    await enters(second, campus, "A2")
    page = await second.opens(f"/console/campaign?id={quote(campaign)}")
    assert "「预警通报」将发给3人（学生3）" in page.words
    assert "campus企业微信3人" in page.words
    await second.posts("/console/campaign", id=campaign, act="try")
    async with campus.database.reading() as tx:
        rows = await tx.rows(sa.select(delivery.c.address).where(delivery.c.key.startswith("try/")))
    assert [row.address.rpartition("|")[2] for row in rows] == ["a2"]
    await second.posts("/console/campaign", id=campaign, act="approve")
    assert (await second.posts("/console/campaign", id=campaign, act="try")).status == 403


async def test_before_sending(browser: New, campus: Campus) -> None:
    """The forecast with the texts; a try; another time and a unit, past the approvers."""
    admin = browser()
    await enters(admin, campus, "A1")
    assert "/console/before?duty=warning" in admin.page.text
    page = await admin.opens("/console/before?duty=parents-letter")
    assert "「给家长的一封信」将发给3人（家长3）" in page.words
    assert "写给家长" in page.words, "the text itself"
    page = await admin.posts("/console/before", duty="parents-letter", act="try")
    assert "家长收到的内容改由您自己的渠道发来" in page.words
    for bad in ({"at": "昨天"}, {"at": "2026-09-01T08:00"}, {"unit": "没有的学院"}, {"duty": "nothing"}):
        await admin.opens("/console/before?duty=warning")
        asked = {"duty": "warning", "act": "send"} | bad
        assert (await admin.posts("/console/before", **asked)).status == 403
    later, unit = "2026-09-18T12:10", "护理学院/2023级"
    page = await admin.opens(f"/console/before?duty=warning&unit={quote(unit)}&at={later}")
    assert "将发给2人（学生2）；09-1812:10发" in page.words
    page = await admin.posts("/console/before", duty="warning", unit=unit, at=later, act="send")
    assert "等审批" in page.words
    assert "将发给2人" in page.words
    await admin.opens("/console/before?duty=warning")
    assert (await admin.posts("/console/before", duty="warning", at=later, act="send")).status == 403
    async with campus.database.reading() as tx:
        (one,) = await Work(tx).duties.occurrences(duty="warning")
    assert (one.unit, one.state) == (unit, OccurrenceState.WAITING)
    second = browser()
    await enters(second, campus, "A2")
    page = await second.posts("/console/campaign", id=one.id, act="approve")
    assert "即将发出" in page.words
    async with campus.database.reading() as tx:
        assert not [r for r in await tx.rows(sa.select(delivery.c.occurrence_id)) if r.occurrence_id]


async def test_before_sending_is_for_administrators_of_that_unit(browser: New, campus: Campus) -> None:
    teacher, liaison = browser(), browser()
    await enters(teacher, campus, "T1")
    assert "/console/before" not in teacher.page.text
    assert (await teacher.opens("/console/before?duty=weekly")).status == 403
    assert (await teacher.posts("/console/before", duty="weekly", act="send")).status == 403
    await enters(liaison, campus, "A3")
    page = await liaison.opens("/console/before?duty=weekly")
    assert "（护理学院）将发给3人" in page.words
    assert (await liaison.opens("/console/before?duty=weekly&unit=" + quote("学生处"))).status == 403
    assert (await liaison.posts("/console/before", duty="weekly", unit="全校", act="send")).status == 403


async def test_the_second_person_approves(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("warning", asked_by=(await campus.person("A1")).id)
    first, second, liaison = browser(), browser(), browser()
    await enters(first, campus, "A1")
    assert (await first.posts("/console/campaign", id=campaign, act="approve")).status == 403
    await enters(liaison, campus, "A3")
    assert (await liaison.posts("/console/campaign", id=campaign, act="approve")).status == 403
    await enters(second, campus, "A2")
    page = await second.posts("/console/campaign", id=campaign, act="approve")
    assert "进行中" in page.words
    assert (await browser().opens(f"/a/{slug}")).status == 200


async def test_pause_holds_messages_back_and_stop_is_final(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    admin = browser()
    await enters(admin, campus, "A1")

    async def due() -> list[tuple[str, bool]]:
        async with campus.database.reading() as tx:
            rows = await tx.rows(sa.select(delivery.c.state, delivery.c.not_before))
        return sorted({(row.state, row.not_before <= campus.clock.now) for row in rows})

    assert await due() == [("due", True)]
    assert "已暂停" in (await admin.posts("/console/campaign", id=campaign, act="pause")).words
    assert await due() == [("due", False)]
    parent = browser()
    assert "学校暂停了这件事" in (await parent.logs_in("p1", next_=f"/a/{slug}")).words
    await admin.posts("/console/campaign", id=campaign, act="resume")
    assert await due() == [("due", True)]
    await admin.posts("/console/campaign", id=campaign, act="stop")
    assert await due() == [(str(DeliveryState.CANCELLED), True)]
    assert "已停止这条通知" in (await browser().opens(f"/a/{slug}")).words
    assert (await admin.posts("/console/campaign", id=campaign, act="resume")).status == 403
    async with campus.database.reading() as tx:
        found = await Work(tx).duties.occurrence(campaign)
    assert found is not None
    assert found.state is OccurrenceState.STOPPED


async def test_a_teacher_sees_her_class_and_changes_nothing(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("parents-letter")
    teacher = browser()
    await enters(teacher, campus, "T1")
    page = await teacher.opens(f"/console/campaign?id={quote(campaign)}")
    assert "护理2301" in page.words
    assert "护理2402" not in page.words
    assert "停止：" not in page.words
    assert (await teacher.posts("/console/campaign", id=campaign, act="stop")).status == 403
    page = await teacher.opens(f"/console/unfinished?id={quote(campaign)}&unit={quote(NURSES)}")
    assert "王*（尾号1001）" in page.words
    for unit in ("护理学院", "护理学院/2024级/护理2402", ""):
        page = await teacher.opens(f"/console/unfinished?id={quote(campaign)}&unit={quote(unit)}")
        assert page.status == 403
        assert "王" not in page.words
    assert (await teacher.opens("/console/roster")).status == 403


async def test_people_are_found_within_scope_only_and_on_record(browser: New, campus: Campus) -> None:
    teacher = browser()
    await enters(teacher, campus, "T1")
    await teacher.opens("/console/people")
    assert "王小雨（尾号1001）" in (await teacher.posts("/console/people", word="王小雨")).words
    outside = await teacher.posts("/console/people", word="王小阳")
    nobody = await teacher.posts("/console/people", word="没有此人")
    assert outside.words == nobody.words
    async with campus.database.reading() as tx:
        lines = await tx.rows(sa.select(audit.c.what, audit.c.detail).where(audit.c.what == "people search"))
    assert len(lines) == 3
    assert "王小雨" not in str([line.detail for line in lines])
    assert "查找人员" in (await teacher.opens("/console/audit")).words


async def test_names_are_only_text(browser: New, campus: Campus) -> None:
    async with campus.database.begin() as tx:
        values = {"name": "<script>alert(1)</script>"}
        await tx.execute(sa.update(person).where(person.c.code.in_(["2301001", "A1"])).values(**values))
    _, slug = await campus.launches("parents-letter")
    admin, father = browser(), browser()
    await enters(admin, campus, "A1")
    pages = [admin.page, await admin.opens("/console/people")]
    pages.append(await admin.posts("/console/people", word="2301001"))
    pages.append(await father.logs_in("p1", next_=f"/a/{slug}"))
    for page in pages:
        assert "<script>alert" not in page.text
        assert "alert(1)" in page.text or page.path == "/console/people"


async def test_a_campaign_as_a_workbook(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("parents-letter")
    liaison = browser()
    await enters(liaison, campus, "A3")
    await liaison.opens("/console/exports")
    page = await liaison.posts("/console/exports", what="campaign", id=campaign, ending="xlsx")
    assert page.status == 200
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(await page.answer.read()))
    cells = [cell for row in book.get_sheet_by_index(0).to_python() for cell in row]
    assert NURSES in cells
    assert "合计" in cells
    await liaison.opens("/console/exports")
    sheet = await liaison.posts("/console/exports", what="sheet", id=campaign, unit=NURSES, ending="xlsx")
    assert sheet.status == 200
    await liaison.opens("/console/exports")
    assert (
        await liaison.posts("/console/exports", what="weekly", unit="护理学院", ending="docx")
    ).status == 200
    for unit in ("", "学生处"):
        await liaison.opens("/console/exports")
        page = await liaison.posts("/console/exports", what="sheet", id=campaign, unit=unit, ending="xlsx")
        assert page.status == 403
    async with campus.database.reading() as tx:
        lines = await tx.rows(sa.select(audit.c.detail).where(audit.c.what == "export"))
    assert [line.detail["what"] for line in lines] == ["campaign", "sheet", "weekly"]


def hidden(page_text: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(name|shown|data)" value="([^"]*)"', page_text))


async def test_a_roster_is_looked_at_applied_and_taken_back(browser: New, campus: Campus) -> None:
    admin = browser()
    await enters(admin, campus, "A1", "roster")
    rows = (
        *ROWS,
        ("2301003", "赵一", "学生", NURSES, "", "", "", ""),
        ("", "无编号", "学生", NURSES, "", "", "", ""),
    )
    page = await admin.posts("/console/roster", file=io.BytesIO(roster(rows)))
    assert page.status == 400 or "新增1" in page.words
    page = await admin.opens("/console/roster")
    upload = io.BytesIO(roster(rows))
    upload.name = "花名册.csv"
    page = await admin.posts("/console/roster", file=upload)
    assert "新增1" in page.words
    assert "第13行" in page.words or "第12行" in page.words
    async with campus.database.reading() as tx:
        assert await Work(tx).people.by_code("2301003") is None
    fields = hidden(page.text)
    tampered = await admin.posts("/console/roster/apply", **fields | {"shown": "0" * 32})
    assert "请重新预览" in tampered.words
    page = await admin.posts("/console/roster/apply", **fields)
    assert "已应用，24小时内可撤回" in page.words
    assert (await campus.person("2301003")).name == "赵一"
    page = await admin.posts("/console/roster/undo")
    assert "已撤回" in page.words
    await admin.opens("/console/roster")
    assert (await admin.posts("/console/roster/apply", name="x", shown="", data="AAAA")).status == 403
    await admin.opens("/console/roster")
    bad = io.BytesIO(b"\x89PNG nothing of a roster")
    bad.name = "x.xlsx"
    assert (await admin.posts("/console/roster", file=bad)).status == 400


async def test_half_a_roster_needs_a_second_thought(browser: New, campus: Campus) -> None:
    admin = browser()
    await enters(admin, campus, "A1", "roster")
    half = io.BytesIO(roster(tuple(row for row in ROWS if row[0] != "2301002" and row[2] == "学生")))
    half.name = "half.csv"
    page = await admin.posts("/console/roster", file=half)
    assert "允许大量离校" in page.words
    fields = hidden(page.text)
    refused = await admin.posts("/console/roster/apply", **fields)
    assert refused.status == 409
    done = await admin.posts("/console/roster/apply", many="1", **fields)
    assert "已应用" in done.words
    assert (await campus.person("2301002")).left_at is not None
