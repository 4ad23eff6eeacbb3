"""The whole list of who is behind: on a page, and as a file, for who answers for them alone."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import sqlalchemy as sa
from web_cast import NURSES, YOUNGER, Browser, Campus, New, enters

from bot.people.tables import audit


async def said(one: Browser) -> str:
    """What stands in the file that was just answered."""
    with ZipFile(BytesIO(await one.page.answer.read())) as file:
        return file.read("xl/sharedStrings.xml").decode()


async def test_a_teacher_sees_their_class_and_no_other(browser: New, campus: Campus) -> None:
    await campus.launches("parents-letter")
    teacher = await enters(browser(), campus, "T1", "unfinished")
    assert teacher.page.path == "/console/unfinished"
    assert "给家长的一封信2人" in teacher.page.words
    assert "王*（尾号1001）" in teacher.page.words
    assert "王小雨" not in teacher.page.text
    assert YOUNGER not in teacher.page.text
    assert (await teacher.opens(f"/console/unfinished?unit={YOUNGER}")).status == 403
    await teacher.opens("/console/unfinished")
    await teacher.posts("/console/exports", what="unfinished", unit="", ending="xlsx")
    assert teacher.page.status == 200
    file = await said(teacher)
    assert "王*（尾号1001）" in file
    assert "共2人，1个班" in file
    assert YOUNGER not in file
    assert "王小雨" not in file
    other = await teacher.posts("/console/exports", what="unfinished", unit=YOUNGER, ending="xlsx")
    assert other.status == 403


async def test_an_office_sees_every_class_in_figures(browser: New, campus: Campus) -> None:
    await campus.launches("parents-letter")
    office = await enters(browser(), campus, "A3", "unfinished")
    words = office.page.words
    assert "没做完的共3人，2个班" in words
    assert "护理23012人" in words
    assert "护理24021人" in words
    assert "尾号" not in words
    page = await office.opens(f"/console/unfinished?unit={NURSES}")
    assert "护理2301：还没完成的" in page.words
    assert "李*（尾号1002）" in page.words
    await office.posts("/console/exports", what="unfinished", unit=NURSES, ending="xlsx")
    assert "共2人，1个班" in await said(office)
    await office.opens("/console/unfinished")
    assert (await office.posts("/console/exports", what="unfinished", unit="", ending="pdf")).status == 403
    async with campus.database.reading() as tx:
        done = [row.what for row in await tx.rows(sa.select(audit.c.what).order_by(audit.c.id))]
    assert done.count("looked at unfinished") == 3
    assert done.count("export") == 1


async def test_nobody_behind_is_said_kindly(browser: New, campus: Campus) -> None:
    teacher = await enters(browser(), campus, "T1", "unfinished")
    assert "都完成了" in teacher.page.words
    await campus.launches("install-app")
    voluntary = await teacher.opens("/console/unfinished")
    assert "都完成了" in voluntary.words, "nobody is behind with what they need not do"


async def test_links_to_forward_are_the_teachers_own(browser: New, campus: Campus) -> None:
    _, slug = await campus.launches("class-forward")
    teacher = await enters(browser(), campus, "T1", "forward")
    assert teacher.page.text.count(f"/a/{slug}?k=") == 2, "the address, to tap and to read"
    assert "护理2301" in teacher.page.words
    assert "0次" in teacher.page.words
    office = await enters(browser(), campus, "A1", "forward")
    assert slug not in office.page.text
    assert "没有要转发的文章" in office.page.words
