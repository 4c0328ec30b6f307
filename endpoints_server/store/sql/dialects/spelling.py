"""Statements written out once: to compile one each time may take longer than to run it."""

from typing import Any

from sqlalchemy import ColumnElement, Dialect, TextClause, literal_column, text
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeEngine


def spelt(statement: ClauseElement, dialect: Dialect) -> TextClause:
    """Write a statement out as a database understands it; its values are named by `value`."""
    return text(str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))


def value(name: str, kind: type[TypeEngine[Any]]) -> ColumnElement[Any]:
    """Name a value that comes when the statement is run."""
    return literal_column(f":{name}", kind)
