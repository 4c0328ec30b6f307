"""Columns of text, and sums of columns, that are the same on both."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its code points everywhere, whatever language a database was made for."""


def whole_sum(column: ColumnElement[Any]) -> ColumnElement[int]:
    """Add up whole numbers; PostgreSQL would give a decimal, and both give nothing for no rows."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)
