"""The figures that leave the house, what goes when, and a database that is brought up to date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot import migrate
from bot.cases.rules import Call, CallKind, Case, Channel, Facts, FraudKind, NoteKind, Outcome
from bot.cases.tables import call, case, note, told, version
from bot.cli.store_purge import Limits, Purge
from bot.db import Database
from bot.delivery.tables import delivery, payload, shipment
from bot.ids import new_id
from bot.reports.actions import period_report
from bot.reports.documents import Document, Paragraph, Table
from bot.reports.rules import ReportKind
from bot.settings import RetentionSettings
from bot.work import Work
from tests.cases.cases_cast import SOFTWARE, Cast

DAY = timedelta(days=1)


async def fill(cast: Cast, months: dict[int, tuple[int, int]]) -> None:
    """For each month of 2026 so many calls answered after 4 minutes, and so many cases of 1,000 yuan each."""
    async with cast.stage.bot.database.begin() as tx:
        cases = Work(tx).cases
        for month, (calls, opened) in months.items():
            at = datetime(2026, month, 10, 2, tzinfo=UTC)
            for _ in range(calls):
                one = Call(new_id(at), CallKind.SOS, None, SOFTWARE, at)
                assert await cases.add_call(one)
                await cases.contact(one.id, 1, at + timedelta(minutes=4))
                await cases.close_call(one.id, Outcome.DISSUADED, 1, at + timedelta(minutes=9))
            for _ in range(opened):
                value = Case(new_id(at), 2026, 0, SOFTWARE, None, None, at, 1)
                facts = Facts(FraudKind.LOAN, at.date(), Channel.TELEPHONE, 100_000, 5_000, police=True)
                assert await cases.open_case(value, facts, (3,), at)


async def report(cast: Cast, kind: ReportKind, unit: str, since: str, until: str) -> Document:
    async with cast.stage.bot.database.reading() as tx:
        first, last = (datetime.fromisoformat(f"{day}T00:00+08:00") for day in (since, until))
        return await period_report(Work(tx).stats, "示例学院", kind, unit, first, last, last)


def told_in(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if isinstance(block, Paragraph))


def table_of(document: Document, head: str) -> list[tuple[str | int, ...]]:
    return next(list(b.rows) for b in document.blocks if isinstance(b, Table) and head in b.head)


async def test_a_bulletin_tells_totals_and_no_small_figure(cast: Cast) -> None:
    await fill(cast, {4: (6, 5), 5: (3, 2), 6: (7, 9)})
    for unit in ("", "信息工程学院"):
        text = told_in(await report(cast, ReportKind.MONTHLY, unit, "2026-04-01", "2026-05-01"))
        assert "收到求助和预警6件" in text
        assert "首次联系中位数4分钟" in text
        assert "劝阻成功率100%" in text
        assert "发案5起，损失5,000元，避免损失250元" in text
        assert "不排名" in text
    text = told_in(await report(cast, ReportKind.MONTHLY, "", "2026-05-01", "2026-06-01"))
    assert "收到求助和预警<5件。" in text
    assert "发案<5起，金额不单列" in text
    assert "2,000" not in text
    empty = told_in(await report(cast, ReportKind.WEEKLY, "护理学院", "2026-05-01", "2026-06-01"))
    assert "没有收到求助和预警。" in empty
    assert "没有发案。" in empty
    below = told_in(await report(cast, ReportKind.MONTHLY, SOFTWARE, "2026-04-01", "2026-05-01"))
    assert "发案" not in below


async def test_a_half_year_hides_a_small_month_and_one_more(cast: Cast) -> None:
    await fill(cast, {4: (6, 5), 5: (3, 2), 6: (7, 9)})
    document = await report(cast, ReportKind.HALF_YEAR, "", "2026-01-01", "2026-07-01")
    assert "发案16起，损失16,000元" in told_in(document)
    assert "上年同期发案0起" in told_in(document)
    rows = {row[0]: row[1:] for row in table_of(document, "首次联系（分钟）")}
    assert rows["2026-05"] == rows["2026-04"] == ("—",) * 5
    assert rows["2026-06"] == (7, "4", 9, "9,000", "450")


@pytest.fixture
async def over(cast: Cast) -> Cast:
    """Two calls that are over, one of them with a case, a note in it, and everything sent."""
    for who in (cast.lin, cast.zhou):
        await who.says("已经转了")
        await cast.stage.settle()
    rows = {row.person_id: row.id for row in await cast.rows(sa.select(call))}
    async with cast.stage.bot.database.begin() as tx:
        work = Work(tx)
        lin, he = await work.people.by_code("2301001"), await work.people.by_code("T1002")
        assert lin is not None
        assert he is not None
        for id_ in rows.values():
            await work.cases.close_call(id_, Outcome.REPORTED, he.id, cast.stage.clock())
        now = cast.stage.clock()
        value = Case(new_id(now), 2026, 0, lin.unit, lin.id, he.id, now, he.id, rows[lin.id])
        facts = Facts(FraudKind.LOAN, now.date(), Channel.TELEPHONE, 1, None, police=False)
        opened = await work.cases.open_case(value, facts, (3,), now)
        assert opened is not None
        key = cast.stage.bot.school.key
        work.cases.add_note(opened.id, NoteKind.CARE, 0, "秘密", he.id, key, cast.stage.clock())
        await work.cases.close_case(opened.id, cast.stage.clock())
    return cast


async def purge(cast: Cast, now: datetime) -> dict[str, int]:
    steps = Purge(cast.stage.bot.database, Limits.of(RetentionSettings(), now)).steps
    return {name: await step() for name, step in steps.items()}


async def test_names_leave_after_thirty_days_unless_there_is_a_case(over: Cast) -> None:
    start = over.stage.clock()
    await purge(over, start + 29 * DAY)
    assert len(await over.rows(sa.select(told))) == 2
    assert "林小满" in str([row.content for row in await over.rows(sa.select(payload.c.content))])
    gone = await purge(over, start + 31 * DAY)
    assert (gone["calls"], gone["case notes"]) == (1, 1)
    kept = await over.rows(sa.select(call.c.person_id, call.c.outcome, call.c.unit))
    assert sorted((row.person_id is None, row.outcome, row.unit) for row in kept) == [
        (False, "已转账已报警", SOFTWARE), (True, "已转账已报警", SOFTWARE),
    ]  # fmt: skip
    contents = str([row.content for row in await over.rows(sa.select(payload.c.content))])
    assert "林小满" not in contents
    assert "周一诺" not in contents
    bodies = b"".join(row.body for row in await over.rows(sa.select(shipment.c.body)))
    assert "林小满".encode() not in bodies
    assert "林小满".encode("unicode-escape") not in bodies
    assert await over.rows(sa.select(delivery.c.id).where(delivery.c.key.startswith("sos/"))) == []
    assert await over.rows(sa.select(note)) == []
    [row] = await over.rows(sa.select(case))
    assert row.person_id is not None


async def test_whose_case_it_was_goes_with_the_receipts_and_the_figures_stay(over: Cast) -> None:
    await purge(over, over.stage.clock() + 1096 * DAY)
    [row] = await over.rows(sa.select(case))
    assert (row.person_id, row.seq) == (None, 1)
    await purge(over, over.stage.clock() + 1097 * DAY)
    assert {row.person_id for row in await over.rows(sa.select(call.c.person_id))} == {None}
    assert len(await over.rows(sa.select(version))) == 1
    async with over.stage.bot.database.reading() as tx:
        now = over.stage.clock()
        found = await Work(tx).cases.record("", now - DAY, now + DAY)
    assert (found.whole.calls, found.whole.cases, found.whole.lost) == (2, 1, 1)
    page = await over.opens(over.wu, "case?no=2026-001")
    assert "姓名已到保存期" in page.text
    again = await purge(over, over.stage.clock() + 1098 * DAY)
    assert {name: count for name, count in again.items() if count} == {"audit": 1}


async def test_the_tables_are_what_the_migrations_make(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    try:
        await migrate.upgrade(database)
        await migrate.check(database)
    finally:
        await database.close()


async def test_a_case_that_was_never_closed_keeps_no_sealed_words_for_ever(cast: Cast) -> None:
    bot, now = cast.stage.bot, cast.stage.clock()
    facts = Facts(FraudKind.LOAN, now.date(), Channel.TELEPHONE, 1, None, police=False)
    async with bot.database.begin() as tx:
        cases = Work(tx).cases
        value = Case(new_id(now), 2026, 0, SOFTWARE, None, None, now, 1)
        opened = await cases.open_case(value, facts, (3,), now)
        assert opened is not None
        assert await cases.correct(opened.id, 1, 1, facts, "秘密", bot.school.key, now)
        cases.add_note(opened.id, NoteKind.CARE, 0, "秘密", 1, bot.school.key, now)
    await purge(cast, now + 2000 * DAY)
    assert [row.why for row in await cast.rows(sa.select(version))] == ["", ""]
    assert await cast.rows(sa.select(note)) == []
    assert len(await cast.rows(sa.select(case))) == 1
