"""Before sending: what is sent is what was shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from web_cast import NURSES, Browser, Campus, enters

from bot.work import Work

New = Callable[[], Browser]


async def test_a_unit_typed_after_the_look_is_looked_at_before_anything_goes_out(
    browser: New, campus: Campus
) -> None:
    admin = await enters(browser(), campus, "A1")
    page = await admin.opens("/console/before?duty=weekly")
    assert "将发给3人" in page.words
    page = await admin.posts(
        "/console/before", duty="weekly", unit="护理2301", at="", shown_unit="", shown_at="", act="send"
    )
    assert "将发给2人" in page.words
    assert f'name="shown_unit" value="{NURSES}"' in page.text
    assert await _sent(campus) == []
    fields = {"duty": "weekly", "unit": NURSES, "at": "", "shown_unit": NURSES, "shown_at": ""}
    await admin.posts("/console/before", **fields, act="look")
    assert await _sent(campus) == []
    await admin.posts("/console/before", **fields, act="send")
    assert await _sent(campus) == [NURSES]


async def test_what_is_registered_for_later_stands_on_the_first_page(browser: New, campus: Campus) -> None:
    admin = await enters(browser(), campus, "A1")
    assert "已登记，还没发" not in (await admin.opens("/console/")).words
    at = f"{campus.clock.now + timedelta(days=1):%Y-%m-%d}T10:00"
    fields = {"duty": "weekly", "unit": NURSES, "at": at, "shown_unit": NURSES, "shown_at": at}
    await admin.posts("/console/before", **fields, act="send")
    words = (await admin.opens("/console")).words
    assert f"已登记，还没发每周提醒护理2301{at.replace('T', '')}" in words
    liaison = await enters(browser(), campus, "A3")
    assert "已登记，还没发每周提醒" in (await liaison.opens("/console/")).words  # of their own college
    teacher = await enters(browser(), campus, "T1")
    assert "已登记，还没发" not in (await teacher.opens("/console/")).words


async def _sent(campus: Campus) -> list[str]:
    async with campus.database.reading() as tx:
        return [o.unit for o in await Work(tx).duties.occurrences()]
