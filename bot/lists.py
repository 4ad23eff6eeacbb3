"""Lists as parameters: a statement stays the same however long the list, on both dialects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

_PADDED: Final = 1024  # elements; longer lists are rare, and a statement may only have some 32,000 parameters


class Listed(sa.types.TypeDecorator[Any]):
    """Whole numbers or texts: an array on PostgreSQL, JSON on SQLite."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value), ensure_ascii=False)


class _Among(FunctionElement[Any]):
    type = sa.types.NULLTYPE  # of a Boolean SQLite would be asked whether it equals 1, and walk the table
    inherit_cache = True


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY ({values})"


def among(column: sa.ColumnElement[Any], values: Iterable[int] | Iterable[str]) -> sa.ColumnElement[bool]:
    """Is the column's value one of these?"""
    return _Among(column, sa.bindparam(None, list(values), type_=Listed(column.type), unique=True))


def among_named(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """The same in a statement that is made once; the list comes as the parameter ``name``."""
    return _Among(column, sa.bindparam(name, type_=Listed(column.type)))


def padded(values: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Lists made as long as the next power of two by repeating the last element.

    An IN of another length is another statement, which the driver has to prepare again.
    """
    if values is None:
        return None
    return {
        name: [*value, *value[-1:] * (_next_power(len(value)) - len(value))]
        if isinstance(value, list) and len(value) <= _PADDED
        else value
        for name, value in values.items()
    }


def _next_power(count: int) -> int:
    return 1 << (count - 1).bit_length() if count else 0
