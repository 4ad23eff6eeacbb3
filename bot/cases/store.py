"""Calls and cases within one transaction. One class; the calls and the ledger are parts of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.cases.figures import Record, record
from bot.cases.rules import Facts
from bot.cases.store_calls import Calls, to_call
from bot.cases.store_ledger import Ledger, newest, to_facts
from bot.cases.tables import call, case, duty
from bot.db import Tx, below, insert_new

__all__ = ["Cases"]

_LINK: Final = insert_new(duty)


class Cases(Calls, Ledger):
    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    async def record(self, unit: str, since: datetime, until: datetime) -> Record:
        """What was received and opened from ``since`` until before ``until`` in a unit and below it."""
        calls = await self.tx.rows(
            sa.select(call)
            .where(below(call.c.unit, unit), call.c.received_at >= since, call.c.received_at < until)
            .order_by(call.c.received_at)
        )
        latest = newest()
        cases = await self.tx.rows(
            sa.select(case.c.opened_at, *latest.c)
            .join(latest, latest.c.case_id == case.c.id)
            .where(below(case.c.unit, unit), case.c.opened_at >= since, case.c.opened_at < until)
        )
        lines: list[tuple[datetime, Facts]] = [(row.opened_at, to_facts(row)) for row in cases]
        return record([to_call(row) for row in calls], lines)

    def brought_about(self, occurrence: str, what: str, *, call: int | None, case: int | None) -> None:
        """An occurrence of the plan that this call or case brought about."""
        self.tx.write(_LINK, occurrence_id=occurrence, what=what, call_id=call, case_id=case)

    async def occurrences_of(
        self, what: Iterable[str], *, call: int | None = None, case: int | None = None
    ) -> list[str]:
        """Ids of the occurrences that this call or case brought about, of these kinds."""
        whose = duty.c.call_id == call if call is not None else duty.c.case_id == case
        rows = await self.tx.rows(sa.select(duty.c.occurrence_id).where(whose, duty.c.what.in_(list(what))))
        return [row.occurrence_id for row in rows]
