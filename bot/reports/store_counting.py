"""The counting statements: grouped in the order of the tally index, then rolled up to the asked depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa

from bot.db import below
from bot.duties.rules import OccurrenceState
from bot.duties.tables import occurrence, task

_due = task.c.exempt == ""
# County, school, college, year, class, group; SQLite's expression doubles with each level, so deeper units
# stand for themselves.
_LEVELS = 6
_NOT_OUT = tuple(map(str, (OccurrenceState.ASKED, OccurrenceState.WAITING, OccurrenceState.SKIPPED)))
_told = sa.or_(task.c.told_at.is_not(None), task.c.declined, task.c.tier > 0)


def in_unit(column: sa.ColumnElement[str], unit: str) -> sa.ColumnElement[bool]:
    """The unit and all below it, with one plain range around it that an index can follow."""
    if not unit:
        return sa.true()
    return sa.and_(column >= unit, column < unit + "0", below(column, unit))


def offered() -> sa.ColumnElement[bool]:
    """Campaigns that went out; not those that wait for a second person, were refused by one, or skipped."""
    refused = sa.and_(occurrence.c.state == str(OccurrenceState.STOPPED), occurrence.c.launched_at.is_(None))
    return sa.and_(occurrence.c.state.not_in(_NOT_OUT), sa.not_(refused))


def _how_many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def groups(where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Tasks by campaign, unit and tier; ``about`` > 0 tells that guardians act for children there."""
    return (
        sa.select(
            task.c.occurrence_id,
            task.c.unit,
            task.c.tier,
            sa.func.count().label("people"),
            _how_many(~_due).label("exempt"),
            _how_many(sa.and_(_due, _told)).label("told"),
            _how_many(sa.and_(_due, task.c.declined)).label("declined"),
            sa.func.max(task.c.about_id).label("about"),
        )
        .where(where)
        .group_by(task.c.occurrence_id, task.c.unit, task.c.tier)
    )


def reasons(where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(
            task.c.occurrence_id, task.c.unit, task.c.exempt.label("reason"), sa.func.count().label("people")
        )
        .where(where, task.c.exempt != "")
        .group_by(task.c.occurrence_id, task.c.unit, task.c.exempt)
    )


def children(where: sa.ColumnElement[bool]) -> sa.Subquery:
    """One row a child: exempt when every guardian is, told and done when any guardian is.

    Tasks about nobody else stay one row each, so that a campaign may have both.
    """
    alone = sa.case((task.c.about_id == 0, task.c.id), else_=0)
    declined = sa.case((sa.and_(_due, task.c.declined), 1), else_=0)
    return (
        sa.select(
            task.c.occurrence_id,
            task.c.unit,
            sa.func.max(task.c.tier).label("tier"),
            sa.func.min(sa.case((_due, 0), else_=1)).label("exempt"),
            sa.func.min(task.c.exempt).label("reason"),
            sa.func.max(sa.case((_told, 1), else_=0)).label("told"),
            sa.func.max(declined).label("declined"),
        )
        .where(where)
        .group_by(task.c.occurrence_id, task.c.unit, task.c.about_id, alone)
        .subquery()
    )


def groups_of(rows: sa.Subquery) -> sa.Select[Any]:
    due = 1 - rows.c.exempt
    return sa.select(
        rows.c.occurrence_id,
        rows.c.unit,
        rows.c.tier,
        sa.func.count().label("people"),
        sa.func.sum(rows.c.exempt).label("exempt"),
        sa.func.sum(rows.c.told * due).label("told"),
        sa.func.sum(rows.c.declined * due).label("declined"),
        sa.literal(0).label("about"),
    ).group_by(rows.c.occurrence_id, rows.c.unit, rows.c.tier)


def reasons_of(rows: sa.Subquery) -> sa.Select[Any]:
    return (
        sa.select(rows.c.occurrence_id, rows.c.unit, rows.c.reason, sa.func.count().label("people"))
        .where(rows.c.exempt == 1)
        .group_by(rows.c.occurrence_id, rows.c.unit, rows.c.reason)
    )


@dataclass(frozen=True, slots=True)
class Head:
    """The first parts of a unit's path, on both dialects."""

    parts: int
    whole: str | None  # everything counted falls under this one
    dialect: str

    @classmethod
    def of(cls, unit: str, parts: int, dialect: str) -> Self:
        own = unit.split("/") if unit else []
        return cls(parts, "/".join(own[:parts]) if parts <= len(own) else None, dialect)

    def rolled(self, inner: sa.Select[Any]) -> sa.Select[Any]:
        rows = inner.subquery()
        names = ("people", "exempt", "told", "declined")
        summed = [sa.func.sum(rows.c[name]).label(name) for name in names]
        return self._by_head(rows, rows.c.tier, [*summed, sa.func.max(rows.c.about).label("about")])

    def rolled_reasons(self, inner: sa.Select[Any]) -> sa.Select[Any]:
        rows = inner.subquery()
        return self._by_head(rows, rows.c.reason, [sa.func.sum(rows.c.people).label("people")])

    def _by_head(
        self, rows: sa.Subquery, third: sa.ColumnElement[Any], summed: list[sa.ColumnElement[Any]]
    ) -> sa.Select[Any]:
        if self.whole is not None:  # PostgreSQL does not group by a constant
            head: sa.ColumnElement[str] = sa.literal(self.whole)
            groups = [rows.c.occurrence_id, third]
        else:
            head = self._cut(rows.c.unit)
            groups = [rows.c.occurrence_id, head, third]
        return sa.select(rows.c.occurrence_id, head.label("head"), third, *summed).group_by(*groups)

    def _cut(self, unit: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
        if self.parts > _LEVELS:
            return unit
        if self.dialect == "postgresql":
            path = sa.func.string_to_array(unit, "/", type_=sa.ARRAY(sa.Text))
            return sa.func.array_to_string(path[1 : self.parts], "/")
        slashed = unit + "/"
        end: sa.ColumnElement[int] = sa.func.instr(slashed, "/")
        for _ in range(self.parts - 1):
            end = end + sa.func.instr(sa.func.substr(slashed, end + 1), "/")
        return sa.func.substr(slashed, 1, end - 1)
