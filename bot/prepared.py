"""Statements of the hot paths: compiled once for each dialect and run on the driver itself.

SQLAlchemy spends a tenth of a millisecond on each execution and microseconds on each row and value. A
statement that is a constant, whose rows are read by position, needs none of that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

Rows = Sequence[Sequence[Any]]
_Process = Callable[[Any], Any] | None


class _Parameter(NamedTuple):
    name: str
    fixed: Any  # of a parameter that the statement itself gives
    is_fixed: bool
    process: _Process
    type: TypeEngine[Any]


class Plan:
    """One statement for one dialect: its text, and how values become parameters and rows become values."""

    def __init__(self, statement: Any, dialect: Dialect, names: Iterable[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        self.text = str(compiled)
        if "POSTCOMPILE" in self.text or getattr(compiled, "insert_prefetch", None):
            raise ValueError("write lists with among_named(), and give every value of a prepared statement")
        self._parameters = [
            _Parameter(
                name,
                None if compiled.binds[name].required else compiled.binds[name].value,
                not compiled.binds[name].required,
                compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect),
                compiled.binds[name].type,
            )
            for name in compiled.positiontup or ()
        ]
        columns = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
        processes = [(at, type_.result_processor(dialect, None)) for at, type_ in enumerate(columns)]
        self._processes = [(at, process) for at, process in processes if process is not None]

    def parameters(self, many: Sequence[Mapping[str, Any]]) -> Rows:
        """Values by name as parameters by position."""
        columns = [column for _, column in self.columns(many)]
        return list(zip(*columns, strict=True)) if columns else [()] * len(many)

    def columns(self, many: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Any]]]:
        """The name and the values of one parameter after the other."""
        for name, fixed, is_fixed, process, _ in self._parameters:
            column = [fixed] * len(many) if is_fixed else [values[name] for values in many]
            yield name, column if process is None else [process(value) for value in column]

    def types(self) -> dict[str, TypeEngine[Any]]:
        """The type of each parameter, in their order."""
        return {one.name: one.type for one in self._parameters}

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

    Write lists with ``lists.among_named``; name every value on each use. ``row`` names the value that tells
    which row a write is about; such writes may travel with others (``bot/together.py``).
    """

    def __init__(
        self, statement: sa.SelectBase | sa.Insert | sa.Update | sa.Delete, row: str = ""
    ) -> None:
        self.statement: Any = statement
        self.row = row
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
