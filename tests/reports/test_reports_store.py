"""The counting statements against a small college, and against counting by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa
from reports_cast import (
    APP,
    BULLETIN,
    CODERS,
    LETTER,
    NOW,
    NURSES,
    NURSES_2,
    OFFICE,
    REMINDER,
    SCHOOL,
    TEST,
    TINY,
    Cast,
    empty_school,
)

from bot.db import Database
from bot.delivery.rules import DeliveryState
from bot.delivery.tables import delivery
from bot.duties.rules import LADDERS, Ask, Do, ProofKind
from bot.duties.tables import occurrence
from bot.receipts.rules import Level
from bot.reports.rules import ReportKind, Tally, merged
from bot.reports.store import Stats


async def counted(
    college: Database, *scope: str, campaign: str | None = TEST, depth: int = 0, top: str = ""
) -> list[Tally]:
    async with college.reading() as tx:
        return await Stats(tx).tallies(scope, occurrence=campaign, duty=None, depth=depth, top=top, now=NOW)


async def test_one_class_with_its_exemption_and_every_tier(college: Database) -> None:
    (nurses,) = await counted(college, NURSES)
    assert (nurses.audience, nurses.exempt, nurses.due, nurses.told, nurses.done) == (6, 1, 5, 5, 3)
    assert nurses.tiers == {"started": 4, "mastered": 4, "signed": 3, "checked": 1}
    assert nurses.reasons == {"病假": 1}
    assert nurses.as_of == NOW
    assert nurses.due_at == nurses.planned_at + timedelta(days=21)  # type: ignore[operator]


async def test_who_acted_was_told_even_when_no_delivery_says_so(college: Database) -> None:
    (letter,) = await counted(college, CODERS, campaign=LETTER)
    assert (letter.told, letter.done) == (1, 0)
    (test,) = await counted(college, CODERS)
    assert (test.due, test.told) == (5, 4)


async def test_a_child_counts_once_and_is_done_when_one_parent_is(college: Database) -> None:
    (letter,) = await counted(college, NURSES, campaign=LETTER)
    assert (letter.audience, letter.exempt, letter.due, letter.done) == (2, 1, 1, 1)
    assert letter.reasons == {"监护人不同意": 1}


async def test_nothing_asked_is_told_and_never_done(college: Database) -> None:
    (reminder,) = await counted(college, "", campaign=REMINDER)
    assert (reminder.due, reminder.told, reminder.done, reminder.open) == (19, 18, 0, 0)
    assert not reminder.asked


async def test_declining_is_no_confirmation(college: Database) -> None:
    (app,) = await counted(college, TINY, campaign=APP)
    assert (app.due, app.told, app.done, app.declined) == (2, 2, 0, 1)


@pytest.mark.parametrize(
    ("scope", "top", "depth", "units"),
    [
        ((), "", 1, []),
        (("",), "", 0, [""]),
        (("",), "", 1, ["信息学院", "护理学院"]),
        (("",), OFFICE, 1, [OFFICE, OFFICE + "/2023级"]),
        (("",), "", 9, [CODERS, TINY, OFFICE, NURSES, NURSES_2]),
        ((NURSES, CODERS), "", 0, [CODERS, NURSES]),
        ((NURSES, NURSES_2), OFFICE, 0, [OFFICE]),
        ((NURSES,), "信息学院", 0, []),
        (("护理",), "", 0, []),
    ],
)
async def test_units_by_depth_within_the_scope(
    college: Database, scope: tuple[str, ...], top: str, depth: int, units: list[str]
) -> None:
    assert [t.unit for t in await counted(college, *scope, depth=depth, top=top)] == units


async def test_all_campaigns_come_newest_first(college: Database) -> None:
    found = await counted(college, "", campaign=None)
    assert [t.occurrence for t in found] == [REMINDER, TEST, LETTER, APP]
    async with college.reading() as tx:
        stats = Stats(tx)
        autumn = await stats.tallies(
            ("",), occurrence=None, duty=None, depth=0, since=NOW - timedelta(days=60), until=NOW
        )
        tests = await stats.tallies(("",), occurrence=None, duty="term-test", depth=0)
    assert [t.occurrence for t in autumn] == [REMINDER, TEST]
    assert [t.occurrence for t in tests] == [TEST]


async def test_why_people_are_exempt(college: Database) -> None:
    async with college.reading() as tx:
        assert await Stats(tx).exemptions(("",), TEST) == {"病假": 1}
        assert await Stats(tx).exemptions((CODERS,), TEST) == {}


async def test_a_class_sheet_has_everybody_once_with_level_and_receipt(college: Database) -> None:
    async with college.reading() as tx:
        lines = await Stats(tx).sheet(TEST, NURSES)
        letters = await Stats(tx).sheet(LETTER, NURSES)
    assert [line.code for line in lines] == ["N101", "N102", "N103", "N104", "N105", "N106"]
    first, _, by_hand, unsigned, _, ill = lines
    assert (first.level, first.receipt, first.done_at) == (Level.TAP, "RCN101", NOW)
    assert (by_hand.proof, by_hand.level) == (ProofKind.CHECKED, None)
    assert (unsigned.proof, unsigned.done_at) == (ProofKind.MASTERED, None)
    assert ill.exempt == "病假"
    assert [(line.code, line.done_at) for line in letters] == [("N101", NOW), ("N102", None)]


async def test_the_past_of_a_child_shows_what_the_parents_did(college: Database) -> None:
    since = datetime(2026, 9, 1, tzinfo=UTC)
    async with college.reading() as tx:
        stats = Stats(tx)
        tallies = {t.occurrence: t for t in await counted(college, NURSES, campaign=None)}
        who = await tx.scalar(sa.text("SELECT id FROM person WHERE code = 'N101'"))
        lines = await stats.past(since, NOW, tallies, who)
    assert [line.occurrence for line in lines] == [APP, LETTER, TEST, REMINDER]
    assert [task.by_guardian for task in lines[1].own] == [True, True]
    assert lines[2].own[0].proof is ProofKind.SIGNED
    assert lines[2].material == "term-test"


async def test_messages_by_state_only_within_the_scope_and_late_reports(tmp_path: Path) -> None:
    async with empty_school(tmp_path) as database, database.begin() as tx:
        cast = Cast(tx)
        await cast.joins("A", "甲", "教职工", OFFICE)
        await cast.joins("B", "乙", "教职工", CODERS)
        await cast.launches(BULLETIN, "周通报", Do.REPORT, Ask.FILE, due=timedelta(hours=3), what="weekly")
        await cast.task(BULLETIN, "A", ProofKind.FILED, at=NOW)
        await cast.task(BULLETIN, "B")
        for number, (code, state) in enumerate((("A", "refused"), ("A", "sent"), ("B", "sent"))):
            await tx.execute(
                sa.insert(delivery).values(
                    key=f"k{number}",
                    account="campus",
                    address="x",
                    person_id=cast.people[code],
                    occurrence_id=BULLETIN,
                    payload="p",
                    urgency="routine",
                    state=state,
                    not_before=NOW,
                )
            )
        stats = Stats(tx)
        assert await stats.deliveries(("",), BULLETIN) == {DeliveryState.SENT: 2, DeliveryState.REFUSED: 1}
        assert await stats.deliveries((CODERS,), BULLETIN) == {DeliveryState.SENT: 1}
        week = (NOW - timedelta(days=6), NOW)
        coders, office = await stats.filings(("",), *week)
        assert (office.unit, office.late(NOW), office.filed_at) == (OFFICE, True, NOW)
        assert (coders.filed_at, coders.late(NOW)) == (None, True)
        due = await stats.deadline(ReportKind.WEEKLY, *week)
        assert due == datetime(2026, 11, 20, 4, 20, tzinfo=UTC)
        assert await stats.deadline(ReportKind.MONTHLY, *week) is None


@pytest.mark.parametrize("seed", range(4))
async def test_children_units_add_up_to_their_parent_and_tiers_only_shrink(tmp_path: Path, seed: int) -> None:
    """A school made by chance, counted at every depth, and once more in Python, task by task."""
    rng = Random(seed)
    async with empty_school(tmp_path) as database:
        async with database.begin() as tx:
            cast = Cast(tx)
            for ask in (Ask.FULL_MARKS, Ask.SIGN, Ask.CONFIRM):
                await cast.launches(f"{ask}@2026-10-14T16:20", str(ask), Do.SEND, ask)
            for number in range(60):
                path = "/".join(rng.choice(("甲", "乙", "丙-丁")) for _ in range(rng.randint(1, 4)))
                code = f"S{number}"
                await cast.joins(code, SCHOOL, "学生", path)
                parents = [f"P{number}{i}" for i in range(rng.randint(0, 2))]
                for parent in parents:
                    await cast.has_guardian(code, parent)
                for ask in (Ask.FULL_MARKS, Ask.SIGN, Ask.CONFIRM):
                    kinds = (None, *LADDERS[ask].kinds)
                    for actor in parents or [code]:
                        await cast.task(
                            f"{ask}@2026-10-14T16:20",
                            actor,
                            rng.choice(kinds),
                            told=rng.random() < 0.5,
                            exempt=rng.choice(("", "", "休学")),
                            about=code if parents else "",
                        )
        async with database.reading() as tx:
            stats = Stats(tx)

            async def at(depth: int, top: str = "") -> list[Tally]:
                return await stats.tallies(("",), occurrence=None, duty=None, depth=depth, top=top, now=NOW)

            whole = await at(0)
            assert {t.audience for t in whole} == {60}
            for depth in (1, 2, 3, 9):
                parts = await at(depth)
                for total in whole:
                    own = [t for t in parts if t.occurrence == total.occurrence]
                    assert _figures(merged(own, "")) == _figures(total)
            for top in ("甲", "乙/甲", "丙-丁"):
                here = {t.occurrence: t for t in await at(0, top)}
                below = [t for t in await at(9) if (t.unit + "/").startswith(top + "/")]
                for occurrence, total in here.items():
                    own = [t for t in below if t.occurrence == occurrence]
                    assert _figures(merged(own, "")) == _figures(total)
            for t in [*whole, *await at(2)]:
                assert t.audience == t.exempt + t.due
                assert sum(t.reasons.values()) == t.exempt
                assert t.due >= t.told >= max(t.tiers.values()) >= t.done
                assert all(weak >= strong for weak, strong in pairwise(t.tiers.values()))


def _figures(t: Tally) -> tuple[object, ...]:
    return (t.audience, t.exempt, t.due, t.told, t.done, t.declined, dict(t.tiers), dict(t.reasons))


@pytest.mark.parametrize("state", ["waiting", "asked", "skipped", "stopped"])
async def test_what_nobody_agreed_to_was_offered_to_nobody(tmp_path: Path, state: str) -> None:
    async with empty_school(tmp_path) as database:
        async with database.begin() as tx:
            cast = Cast(tx)
            id_ = await cast.joins("A", "甲", "学生", NURSES)
            await cast.launches(REMINDER, "周提醒", Do.SEND, Ask.NOTHING)
            await cast.task(REMINDER, "A")
            await cast.launches(TEST, "测试", Do.QUIZ, Ask.FULL_MARKS)
            await cast.task(TEST, "A", told=False)
            await tx.execute(sa.update(occurrence).where(occurrence.c.id == TEST).values(state=state))
        assert [t.occurrence for t in await counted(database, NURSES, campaign=None)] == [REMINDER]
        assert [t.due for t in await counted(database, NURSES, campaign=TEST)] == [1]
        async with database.reading() as tx:
            tallies = {t.occurrence: t for t in await counted(database, NURSES, campaign=None)}
            past = await Stats(tx).past(NOW - timedelta(days=90), NOW, tallies, id_)
            shown = await Stats(tx).tallies(("",), occurrence=None, duty=None, depth=0, waiting=True)
        assert [line.occurrence for line in past] == [REMINDER]
        assert {t.occurrence for t in shown} == {REMINDER, TEST}


async def test_a_campaign_that_was_stopped_on_its_way_still_counts(tmp_path: Path) -> None:
    async with empty_school(tmp_path) as database:
        async with database.begin() as tx:
            cast = Cast(tx)
            await cast.joins("A", "甲", "学生", NURSES)
            await cast.launches(TEST, "测试", Do.QUIZ, Ask.FULL_MARKS)
            await cast.task(TEST, "A")
            await tx.execute(sa.update(occurrence).values(state="stopped", launched_at=NOW))
        assert [t.occurrence for t in await counted(database, NURSES, campaign=None)] == [TEST]
