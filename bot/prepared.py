"""Statements of the hot paths: compiled once for each dialect and run on the driver itself.

SQLAlchemy spends a tenth of a millisecond on each execution and microseconds on each row and value. A
statement that is a constant, whose rows are read by position, needs none of that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Rows = Sequence[Sequence[Any]]
_Process = Callable[[Any], Any] | None


class _Parameter(NamedTuple):
    name: str
    fixed: Any  # of a parameter that the statement itself gives
    is_fixed: bool
    process: _Process


class Plan:
    """One statement for one dialect: its text, and how values become parameters and rows become values."""

    def __init__(self, statement: Any, dialect: Dialect, names: Iterable[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        self.text = str(compiled)
        if "POSTCOMPILE" in self.text or getattr(compiled, "insert_prefetch", None):
            raise ValueError("write lists with among(), and give every value of a prepared statement")
        self._parameters = [
            _Parameter(
                name,
                None if compiled.binds[name].required else compiled.binds[name].value,
                not compiled.binds[name].required,
                compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
            )
            for name in compiled.positiontup or ()
        ]
        columns = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
        processes = [(at, type_.result_processor(dialect, None)) for at, type_ in enumerate(columns)]
        self._processes = [(at, process) for at, process in processes if process is not None]

    def parameters(self, many: Sequence[Mapping[str, Any]]) -> Rows:
        """Values by name as parameters by position."""
        columns: list[list[Any]] = []
        for name, fixed, is_fixed, process in self._parameters:
            column = [fixed] * len(many) if is_fixed else [values[name] for values in many]
            columns.append(column if process is None else [process(value) for value in column])
        return list(zip(*columns, strict=True)) if columns else [()] * len(many)

    def values(self, rows: Rows) -> Rows:
        """Rows of the driver as the types of the columns have them."""
        if not self._processes or not rows:
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for at, process in self._processes:
            columns[at] = [process(value) for value in columns[at]]
        return list(zip(*columns, strict=True))


class Prepared:
    """A constant statement that ``Tx.fetch`` and ``Tx.write`` run without SQLAlchemy's own execution.

    Write lists with ``among``; name every value on each use.
    """

    def __init__(self, statement: sa.Select[Any] | sa.Insert | sa.Update | sa.Delete) -> None:
        self.statement = statement
        self._plans: dict[str, Plan] = {}

    @property
    def table(self) -> Any:
        """What it writes to; ``None`` for a read."""
        return getattr(self.statement, "table", None)

    def plan(self, dialect: Dialect, names: Iterable[str]) -> Plan:
        found = self._plans.get(dialect.name)
        if found is None:
            found = self._plans[dialect.name] = Plan(self.statement, dialect, names)
        return found


class _List(sa.types.TypeDecorator[list[Any]]):
    """A list as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return ARRAY(self.item) if dialect.name == "postgresql" else sa.Text()

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


class _Among(FunctionElement[Any]):
    type = sa.types.NULLTYPE  # of a Boolean SQLite would be asked whether it equals 1, and walk the table
    inherit_cache = True


def among(column: sa.Column[Any], name: str) -> sa.ColumnElement[bool]:
    """Is the column's value in the list ``name``? It is one parameter, so any length is one statement."""
    return _Among(column, sa.bindparam(name, type_=_List(column.type)))


@compiles(_Among, "sqlite")
def _among_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_Among, "postgresql")
def _among_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({values})"
