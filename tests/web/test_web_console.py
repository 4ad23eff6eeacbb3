"""The console: who gets in, and how far they see."""

from __future__ import annotations

from urllib.parse import quote

import pytest
import sqlalchemy as sa
from web_cast import KEY, NURSES, Campus, New, enters

from bot.delivery.store_abilities import Abilities
from bot.delivery.store_courier import CourierRows
from bot.messages import Way
from bot.people.tables import audit, person
from bot.web.rules import console_link


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
    admin = await enters(browser(), campus, "A1")
    words = (await admin.opens("/console/")).words
    assert "平台收回的权限" in words
    assert "campus模板消息账号没有这个权限" in words
    assert "群发" not in words
    liaison = await enters(browser(), campus, "A3")
    assert "平台收回" not in (await liaison.opens("/console/")).words


async def test_a_console_link_signs_no_letters(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("parents-letter")
    admin = await enters(browser(), campus, "A1")
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
    admin = await enters(browser(), campus, "A1")
    page = admin.page
    assert "停止发送的账号" in page.words
    assert "40001invalidsecret" in page.words
    assert "预警通报" in page.words
    assert "要另一位来审批" in page.words
    assert "完成0/3" in page.words
    teacher = await enters(browser(), campus, "T1")
    assert "停止发送的账号" not in teacher.page.words
    assert "通过" not in teacher.page.words
    assert "完成0/2" in teacher.page.words


async def test_a_teacher_sees_her_class_and_changes_nothing(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("parents-letter")
    teacher = await enters(browser(), campus, "T1")
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
    teacher = await enters(browser(), campus, "T1")
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
    father = browser()
    admin = await enters(browser(), campus, "A1")
    pages = [admin.page, await admin.opens("/console/people")]
    pages.append(await admin.posts("/console/people", word="2301001"))
    pages.append(await father.logs_in("p1", next_=f"/a/{slug}"))
    for page in pages:
        assert "<script>alert" not in page.text
        assert "alert(1)" in page.text or page.path == "/console/people"
