"""A campaign in the console: before it is sent, while it waits, and when it is held back."""

from __future__ import annotations

from urllib.parse import quote

import sqlalchemy as sa
from web_cast import Campus, New, enters

from bot.delivery.rules import DeliveryState
from bot.delivery.tables import delivery
from bot.duties.rules import OccurrenceState
from bot.work import Work


async def test_what_waits_is_shown_with_its_forecast(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("warning", asked_by=(await campus.person("A1")).id)
    second = await enters(browser(), campus, "A2")
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
    admin = await enters(browser(), campus, "A1")
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
    second = await enters(browser(), campus, "A2")
    page = await second.posts("/console/campaign", id=one.id, act="approve")
    assert "即将发出" in page.words
    async with campus.database.reading() as tx:
        assert not [r for r in await tx.rows(sa.select(delivery.c.occurrence_id)) if r.occurrence_id]


async def test_before_sending_is_for_administrators_of_that_unit(browser: New, campus: Campus) -> None:
    teacher = await enters(browser(), campus, "T1")
    assert "/console/before" not in teacher.page.text
    assert (await teacher.opens("/console/before?duty=weekly")).status == 403
    assert (await teacher.posts("/console/before", duty="weekly", act="send")).status == 403
    liaison = await enters(browser(), campus, "A3")
    page = await liaison.opens("/console/before?duty=weekly")
    assert "（护理学院）将发给3人" in page.words
    assert (await liaison.opens("/console/before?duty=weekly&unit=" + quote("学生处"))).status == 403
    assert (await liaison.posts("/console/before", duty="weekly", unit="全校", act="send")).status == 403


async def test_the_second_person_approves(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("warning", asked_by=(await campus.person("A1")).id)
    first = await enters(browser(), campus, "A1")
    assert (await first.posts("/console/campaign", id=campaign, act="approve")).status == 403
    liaison = await enters(browser(), campus, "A3")
    assert (await liaison.posts("/console/campaign", id=campaign, act="approve")).status == 403
    second = await enters(browser(), campus, "A2")
    page = await second.posts("/console/campaign", id=campaign, act="approve")
    assert "进行中" in page.words
    assert (await browser().opens(f"/a/{slug}")).status == 200


async def test_pause_holds_messages_back_and_stop_is_final(browser: New, campus: Campus) -> None:
    campaign, slug = await campus.launches("parents-letter")
    admin = await enters(browser(), campus, "A1")

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


async def test_every_person_is_in_one_line_and_the_sum_is_the_roster(browser: New, campus: Campus) -> None:
    """Three students: one reached, one refused, one exempt; a teacher sees those of the own class."""
    async with campus.database.begin() as tx:
        Work(tx).people.exempt((await campus.person("2402001")).id, "*", "病假", campus.clock.now)
    campaign, _ = await campus.launches("weekly")
    async with campus.database.begin() as tx:
        for code, state, outcome in (("2301001", "sent", ""), ("2301002", "refused", "81013")):
            person = await campus.person(code)
            await tx.execute(
                sa.update(delivery)
                .where(delivery.c.person_id == person.id)
                .values(state=state, outcome=outcome)
            )
    admin = await enters(browser(), campus, "A1")
    page = await admin.opens(f"/console/campaign?id={quote(campaign)}")
    for words in ("平台已接受1", "没有送达，由老师转达1", "豁免1", "合计3"):
        assert words in page.words
    assert "没有送达的原因：不在应用可见范围1条。" in page.words
    teacher = await enters(browser(), campus, "T1")
    page = await teacher.opens(f"/console/campaign?id={quote(campaign)}")
    assert "合计2" in page.words
    assert "原因：不在" not in page.words


async def test_what_may_have_arrived_is_no_refusal(browser: New, campus: Campus) -> None:
    campaign, _ = await campus.launches("weekly")
    async with campus.database.begin() as tx:
        await tx.execute(sa.update(delivery).values(state=DeliveryState.UNKNOWN, outcome="-1"))
    admin = await enters(browser(), campus, "A1")
    page = await admin.opens(f"/console/campaign?id={quote(campaign)}")
    assert "结果不明3" in page.words
    assert "结果不明，可能已收到3条" in page.words
    assert "平台未送达" not in page.words
