"""Who sees a case in the console, who sees nothing of it, and what stays sealed."""

from __future__ import annotations

import sqlalchemy as sa

from bot.cases.tables import call, note
from bot.delivery.tables import payload
from bot.people.tables import audit
from tests.cases.cases_cast import Cast, words

SECRET = "本人说夜里睡不着"


async def test_need_to_know(cast: Cast) -> None:
    """Another college, a liaison, a counsellor, students: the same refusal for real and made up."""
    row = await cast.cries()
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
    row = await cast.cries()
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


async def test_only_duty_people_without_an_office_land_at_their_desk(cast: Cast) -> None:
    await cast.he.says("/login")
    cast.he.hears("案件台")
    page = await cast.opens(cast.he, "")
    assert page.url.endswith("/console/cases")
    for path in ("people", "campaigns", "exports", "audit", "roster"):
        assert (await cast.opens(cast.he, path)).url.endswith("/console/cases")


async def test_messages_about_calls_are_never_addressed_to_a_group(cast: Cast) -> None:
    await cast.cries()
    await cast.opens_case(cast.he)
    await cast.stage.settle()
    kept = await cast.rows(sa.select(payload.c.content))
    assert not any("林小满" in str(row.content) for row in kept if row.content["kind"] == "Markdown")
