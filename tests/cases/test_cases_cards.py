"""The card of a case: it names nobody, and goes out after two have agreed."""

from __future__ import annotations

import re

import sqlalchemy as sa

from bot.duties.tables import occurrence
from tests.cases.cases_cast import Cast, words


async def drafted(cast: Cast) -> str:
    """The words that the page of the case proposes."""
    page = await cast.opens(cast.chen, "case?no=2026-001")
    draft = re.search(r"<textarea[^>]*>([^<]+)</textarea>", page.text)
    assert draft
    return draft[1]


async def test_a_card_tells_nobody_and_starts_its_duty_once_approved(cast: Cast) -> None:
    await cast.opens_case(cast.chen)
    draft = await drafted(cast)
    assert "约3000元" in draft
    for told, why in (
        ("林同学", "姓名或称呼"), ("周一诺", "姓名或称呼"), ("软件2301", "有班级"), ("10月11日", "具体日期"),
        ("3200元", "具体金额"), ("2301001", "编号"), ("https://a.cn", "网址"),
    ):  # fmt: skip
        page = await cast.posts(cast.chen, "case", no="2026-001", act="card", words=draft + told)
        assert page.status == 400
        assert why in words(page), told
        assert told in page.text
    page = await cast.posts(cast.chen, "case", no="2026-001", act="card", words=draft)
    assert page.status == 200
    assert "已通过" in page.text


async def test_a_card_goes_to_the_staff_after_two_have_agreed(bureau: Cast) -> None:
    await bureau.opens_case(bureau.chen)
    titles = {row.title for row in await bureau.rows(sa.select(occurrence.c.title))}
    assert "案后履职材料" in titles
    assert "不点名警示教育" not in titles
    draft = await drafted(bureau)
    await bureau.posts(bureau.chen, "case", no="2026-001", act="card", words=draft)
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
