"""Several prepared statements on one way to PostgreSQL, where the way costs more than what travels on it.

SQLite is in the same process: there each statement is asked alone, which is quicker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.visitors import replacement_traverse

from bot.prepared import Prepared, Rows

Part = tuple[Prepared, tuple[str, ...]]  # a write, and the names of its values
Noted = tuple[Prepared, Sequence[Mapping[str, Any]]]  # a write, and the values of each of its rows


class Reads:
    """Several reads as one: a row has the number of its part, then the columns of all parts side by side.

    All parts see the database at the same moment.
    """

    def __init__(self, statements: Sequence[Prepared]) -> None:
        widths = [len(one.statement.exported_columns) for one in statements]
        self._slices = [slice(1 + sum(widths[:at]), 1 + sum(widths[: at + 1])) for at in range(len(widths))]
        self.statement = Prepared(sa.union_all(*(_part(statements, at) for at in range(len(statements)))))

    def split(self, rows: Rows) -> list[Rows]:
        """The rows of each part, as the driver gave them."""
        parts: list[list[Sequence[Any]]] = [[] for _ in self._slices]
        for row in rows:
            parts[row[0]].append(row[self._slices[row[0]]])
        return list(parts)


def _part(statements: Sequence[Prepared], at: int) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]] = []
    for number, one in enumerate(statements):
        inner = one.statement.subquery(f"part{number}")
        columns += inner.c if number == at else [sa.cast(sa.null(), column.type) for column in inner.c]
    shown = [column.label(f"c{number}") for number, column in enumerate(columns)]
    return sa.select(sa.literal_column(str(at)).label("part"), *shown)


@cache
def reads(*statements: Prepared) -> Reads:
    """The values of the statements must have different names."""
    return Reads(statements)


def may_travel_together(noted: Sequence[Noted]) -> bool:
    """Do all say which row they write, and is no row, and no table, written twice?

    In one statement nobody sees what the others do, and of two changes to a row only one would happen.
    """
    if any(not statement.row for statement, _ in noted):
        return False
    tables = {statement.table for statement, _ in noted}
    return len(tables) == len(noted) and all(
        len({values[statement.row] for values in many}) == len(many) for statement, many in noted
    )


class Writes:
    """Several writes of many rows as one statement for PostgreSQL, which gets an array of each value."""

    def __init__(self, parts: Sequence[Part], dialect: Dialect) -> None:
        self._plans = [statement.plan(dialect, names) for statement, names in parts]
        whole: sa.Select[Any] = sa.select(sa.literal_column("1")).add_cte(
            *(
                _of_many(statement.statement, names, plan.types(), at).cte(f"write{at}")
                for at, ((statement, names), plan) in enumerate(zip(parts, self._plans, strict=True))
            )
        )
        compiled = whole.compile(dialect=dialect)
        self.text = str(compiled)
        self._order = compiled.positiontup or ()
        given = {_of(name, at) for at, plan in enumerate(self._plans) for name in plan.types()}
        if given != set(self._order):
            raise ValueError("a write that travels with others takes all of its values by name")

    def parameters(self, many: Sequence[Sequence[Mapping[str, Any]]]) -> list[list[Any]]:
        """The arrays in the order in which the statement wants them; ``many`` are the rows of each part."""
        arrays: dict[str, list[Any]] = {}
        for at, (plan, rows) in enumerate(zip(self._plans, many, strict=True)):
            for name, column in plan.columns(rows):
                arrays[_of(name, at)] = column
        return [arrays[name] for name in self._order]


def _of_many(statement: Any, names: Sequence[str], types: Mapping[str, Any], at: int) -> Any:
    """The same statement, its values taken from the rows of a table made of arrays."""
    arrays = [sa.bindparam(_of(name, at), type_=ARRAY(type_)) for name, type_ in types.items()]
    columns = [sa.column(name, type_) for name, type_ in types.items()]
    rows = sa.func.unnest(*arrays).table_valued(*columns).render_derived(name=f"many{at}")
    if isinstance(statement, sa.Insert):
        return statement.from_select(list(names), sa.select(*(rows.c[name] for name in names)))

    def replaced(element: Any, **_: Any) -> Any:
        is_value = isinstance(element, sa.BindParameter) and element.key in types
        return rows.c[element.key] if is_value else None

    return replacement_traverse(statement, {}, replaced)


def _of(name: str, at: int) -> str:
    return f"{name}_{at}"


_known: dict[tuple[Part, ...], Writes] = {}


def writes(dialect: Dialect, *parts: Part) -> Writes:
    """Made once for each set of writes that has met; there are few."""
    found = _known.get(parts)
    if found is None:
        found = _known[parts] = Writes(parts, dialect)
    return found
