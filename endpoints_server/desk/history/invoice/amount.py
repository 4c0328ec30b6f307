"""Amounts as they are written on invoices, with a decimal point or a decimal comma."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from enum import StrEnum


class Mark(StrEnum):
    """What stands before a fraction; thousands are divided by the other one."""

    POINT = "."
    COMMA = ","


Readings = Mapping[Mark, Decimal]
"""What an amount comes to by each mark that it may be written with; nothing for a blank."""

CLUTTER = re.compile(r"\$|\bUSD\b|\s", re.IGNORECASE)
"""What stands in amounts and means nothing here."""
IN_PARENTHESES = re.compile(r"\((.*)\)")
"""How accountants write what is less than nothing."""
NUMBER = r"[+-]?([1-9]\d{0,2}([%s]\d{3})+|\d+)?([%s]\d*)?(?<=[\d%s])(e[+-]?\d{1,2})?"
PATTERNS = {
    mark: re.compile(NUMBER % (other, mark, mark), re.ASCII | re.IGNORECASE)
    for mark, other in ((Mark.POINT, Mark.COMMA), (Mark.COMMA, Mark.POINT))
}
EXAMPLES = {Mark.POINT: "1,234.50", Mark.COMMA: "1.234,50"}


def read_amount(text: str, marks: Sequence[Mark]) -> Readings:
    """Read an amount with each of some marks; raises ValueError where it fits none of them."""
    plain = IN_PARENTHESES.sub(r"-\1", CLUTTER.sub("", text))
    if not plain:
        return {}
    fitting = [mark for mark in marks if PATTERNS[mark].fullmatch(plain)]
    if not fitting or not any(map(str.isdigit, plain)):
        raise ValueError(f"'{shortened(text)}' is no amount such as {EXAMPLES[marks[0]]}")
    return {mark: Decimal(with_point(plain, mark)) for mark in fitting}


def with_point(plain: str, mark: Mark) -> str:
    """Write a number with a decimal point, its thousands undivided."""
    other = Mark.COMMA if mark is Mark.POINT else Mark.POINT
    return plain.replace(other, "").replace(mark, Mark.POINT)


def marks_told(amounts: Iterable[Readings]) -> Set[Mark]:
    """Give the marks of amounts that can be read in one way alone."""
    return {mark for readings in amounts if len(readings) == 1 for mark in readings}


def choose(readings: Readings, told: Set[Mark], *, is_count: bool) -> Decimal | None:
    """Say what an amount is beside others that have told their marks; None for a blank.

    What has three digits behind its only mark is a fraction or thousands. Where nothing else tells,
    it is thousands in a count, and a point is a decimal one in an amount; raises ValueError for a
    comma, and where the others differ.
    """
    by_point, by_comma = readings.get(Mark.POINT), readings.get(Mark.COMMA)
    if by_point is None or by_comma is None or by_point == by_comma:
        return by_comma if by_point is None else by_point
    if len(told) == 1:
        return by_comma if Mark.COMMA in told else by_point
    if not told and is_count:
        return max(by_point, by_comma, key=abs)
    if not told and abs(by_point) < abs(by_comma):
        return by_point
    raise ValueError(
        f"an amount is {by_point} or {by_comma}, and the others do not tell which. "
        "Say which mark stands before fractions: --decimal point, or --decimal comma"
    )


def half_a_unit(number: Decimal) -> Decimal:
    """Say how much the last digit hides."""
    exponent = number.as_tuple().exponent
    return Decimal(5).scaleb(int(exponent) - 1)


def shortened(text: str) -> str:
    """Quote no more of a text than says which one it is."""
    return text if len(text) <= 40 else f"{text[:40]}…"
