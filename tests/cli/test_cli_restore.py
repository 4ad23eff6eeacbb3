"""A restored database has campaigns still to do that went out after the backup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.cli.store_upkeep import RESTORED
from bot.delivery.tables import account_state
from bot.duties.rules import Ask, Do, Occurrence, OccurrenceState
from bot.duties.store import Duties
from tests.cli.office import Office


async def test_what_was_asked_for_and_is_past_is_not_sent_a_second_time(office: Office) -> None:
    await office.types("db", "upgrade")
    now, database = datetime.now(UTC), office.database()
    async with database.begin() as tx:
        for name, at in (("past", now - timedelta(hours=2)), ("to-come", now + timedelta(days=1))):
            assert await Duties(tx).add(
                Occurrence(
                    name, "weekly-reminder", "college", "学生周提醒", "", Do.SEND, "weekly", Ask.NOTHING, at,
                    None, 0, OccurrenceState.ASKED,
                )
            )  # fmt: skip
        await tx.execute(sa.insert(account_state).values(account="campus", stopped=RESTORED, since=now))
    found = await office.types("db", "resume")
    assert found.code == 0, found.err
    assert "1 个计划时间不补发" in found.out
    async with database.reading() as tx:
        kept = {one.id: one for one in await Duties(tx).occurrences()}
    assert kept["past"].state is OccurrenceState.SKIPPED
    assert "备份" in kept["past"].reason
    assert kept["to-come"].state is OccurrenceState.ASKED
    await database.close()
