"""Single lines out of the record: class sheets, filings, the past of a unit. A part of Stats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.db import Tx
from bot.duties.rules import LADDERS, Ask, Do, OccurrenceState, ProofKind
from bot.duties.tables import UNGUARDED, occurrence, task
from bot.people.tables import person
from bot.receipts.rules import Level
from bot.receipts.tables import receipt
from bot.reports.records import Filing, OwnTask, PastLine, SheetLine, UnitTallies
from bot.reports.rules import ReportKind, asked_units
from bot.reports.store_counting import in_unit, offered

_SUBJECT: Final = sa.case((task.c.about_id > 0, task.c.about_id), else_=task.c.person_id)
_SHEET: Final = (
    sa.select(
        _SUBJECT.label("subject"),
        person.c.code,
        person.c.name,
        task.c.tier,
        task.c.settled_at,
        task.c.declined,
        task.c.exempt,
        task.c.about_id,
        UNGUARDED.label("unguarded"),
        occurrence.c.ask,
        receipt.c.code.label("receipt"),
        receipt.c.level,
    )
    .join(occurrence, occurrence.c.id == task.c.occurrence_id)
    .join(person, person.c.id == _SUBJECT)
    .join(receipt, receipt.c.task_id == task.c.id, isouter=True)
    .order_by(person.c.code, task.c.id)
)


class Lines:
    tx: Tx

    async def sheet(self, occurrence_id: str, unit: str) -> list[SheetLine]:
        """Everybody of a campaign in a unit by 编号; a child once, with the guardian who got furthest.

        A letter to children and their parents as well has a line for each, as the figures have.
        """
        rows = await self.tx.rows(
            _SHEET.where(task.c.occurrence_id == occurrence_id, in_unit(task.c.unit, unit))
        )
        best: dict[tuple[int, bool], sa.Row[Any]] = {}
        for row in rows:
            key = (row.subject, row.about_id > 0)
            old = best.get(key)
            if old is None or _rank(row) > _rank(old):
                best[key] = row
        return [
            _sheet_line(row, family=family and (subject, False) in best)
            for (subject, family), row in best.items()
        ]

    async def title(self, occurrence_id: str) -> str | None:
        """What people call a campaign."""
        value: str | None = await self.tx.scalar(
            sa.select(occurrence.c.title).where(occurrence.c.id == occurrence_id)
        )
        return value

    async def filings(self, scope: Sequence[str], since: datetime, until: datetime) -> list[Filing]:
        """The reports that were due in the period, and when each was filed first."""
        found: list[Filing] = []
        for unit, _ in asked_units(scope):
            due = sa.func.coalesce(task.c.due_at, occurrence.c.due_at, occurrence.c.planned_at)
            rows = await self.tx.rows(
                sa.select(
                    occurrence.c.title,
                    task.c.unit,
                    due.label("due"),
                    sa.func.min(task.c.settled_at).label("filed"),
                    occurrence.c.planned_at,
                )
                .join(occurrence, occurrence.c.id == task.c.occurrence_id)
                .where(
                    occurrence.c.do == Do.REPORT,
                    in_unit(task.c.unit, unit),
                    task.c.exempt == "",
                    sa.func.coalesce(occurrence.c.due_at, occurrence.c.planned_at) >= since,
                    sa.func.coalesce(occurrence.c.due_at, occurrence.c.planned_at) < until,
                )
                .group_by(occurrence.c.id, occurrence.c.title, task.c.unit, due, occurrence.c.planned_at)
                .order_by(occurrence.c.planned_at, task.c.unit)
            )
            found += [Filing(row.title, row.unit, row.due, row.filed) for row in rows]
        return found

    async def deadline(self, kind: ReportKind, since: datetime, until: datetime) -> datetime | None:
        """When the report of this kind fell due, if one was planned in the period."""
        row = await self.tx.row(
            sa.select(occurrence.c.due_at, occurrence.c.planned_at)
            .where(
                occurrence.c.do == Do.REPORT,
                occurrence.c.what == str(kind),
                occurrence.c.planned_at >= since,
                occurrence.c.planned_at < until,
                occurrence.c.state != OccurrenceState.SKIPPED,
            )
            .order_by(occurrence.c.planned_at.desc())
            .limit(1)
        )
        return None if row is None else (row.due_at or row.planned_at)

    async def past(
        self, since: datetime, until: datetime, of_unit: UnitTallies, subject: int | None = None
    ) -> list[PastLine]:
        """What was offered and done, oldest first: the unit's tallies, and one person's own tasks.

        What went out to nobody, skipped or waiting for a second person, is left out.
        """
        own: dict[str, list[OwnTask]] = {}
        if subject is not None:
            rows = await self.tx.rows(
                sa.select(task, occurrence.c.ask)
                .join(occurrence, occurrence.c.id == task.c.occurrence_id)
                .where(
                    sa.or_(
                        sa.and_(task.c.person_id == subject, task.c.about_id == 0), task.c.about_id == subject
                    ),
                    occurrence.c.planned_at >= since,
                    occurrence.c.planned_at < until,
                    offered(),
                )
                .order_by(task.c.id)
            )
            for row in rows:
                own.setdefault(row.occurrence_id, []).append(_own(row))
        ids = sorted({*of_unit, *own})
        rows = await self.tx.rows(
            sa.select(occurrence)
            .where(occurrence.c.id.in_(ids))
            .order_by(occurrence.c.planned_at, occurrence.c.id)
        )
        return [
            PastLine(
                row.id,
                row.title,
                Do(row.do),
                tuple(row.clause),
                row.material,
                row.planned_at,
                of_unit.get(row.id),
                tuple(own.get(row.id, ())),
            )
            for row in rows
        ]


def _rank(row: sa.Row[Any]) -> tuple[bool, int, bool]:
    return (not row.exempt, row.tier, row.receipt is not None)


def _proof(row: sa.Row[Any]) -> ProofKind | None:
    kinds = LADDERS[Ask(row.ask)].kinds
    return kinds[row.tier - 1] if 0 < row.tier <= len(kinds) else None


def _done_at(row: sa.Row[Any]) -> datetime | None:
    done_tier = LADDERS[Ask(row.ask)].done_tier
    return row.settled_at if done_tier and row.tier >= done_tier else None


def _sheet_line(row: sa.Row[Any], family: bool) -> SheetLine:
    level = Level(row.level) if row.level is not None else None
    done_at = _done_at(row)
    unguarded = bool(row.unguarded) and done_at is None
    return SheetLine(
        row.code, row.name, done_at, _proof(row), level, row.receipt or "", row.exempt, unguarded, family
    )


def _own(row: sa.Row[Any]) -> OwnTask:
    return OwnTask(row.told_at, _done_at(row), _proof(row), row.about_id > 0, row.declined, row.exempt)
