"""Amounts as they are written on invoices."""

import re
from decimal import Decimal

CLUTTER = re.compile(r"\$|\bUSD\b|\s", re.IGNORECASE)
"""What stands in amounts and means nothing here."""
NUMBER = re.compile(
    r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(?<=[\d.])(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE
)
COMMA_NUMBER = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+", re.ASCII)
IN_PARENTHESES = re.compile(r"\((.*)\)")
"""How accountants write what is less than nothing."""


def number_of(text: str, *, has_commas: bool = False) -> Decimal | None:
    """Read an amount; None where there is none. Raises ValueError.

    `has_commas` says that a comma may be the decimal mark, as where cells are not divided by it.
    """
    plain = IN_PARENTHESES.sub(r"-\1", CLUTTER.sub("", text))
    if not plain:
        return None
    if has_commas and COMMA_NUMBER.fullmatch(plain):
        return Decimal(plain.replace(".", "").replace(",", "."))
    if NUMBER.fullmatch(plain) and any(map(str.isdigit, plain)):
        return Decimal(plain.replace(",", ""))
    raise ValueError(f"'{shortened(text)}' is no amount such as 1,234.50")


def half_a_unit(number: Decimal) -> Decimal:
    """Say how much the last digit hides."""
    exponent = number.as_tuple().exponent
    return Decimal(5).scaleb(int(exponent) - 1)


def shortened(text: str) -> str:
    """Quote no more of a text than says which one it is."""
    return text if len(text) <= 40 else f"{text[:40]}…"
