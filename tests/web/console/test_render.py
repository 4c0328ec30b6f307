"""Amounts and spans as people read them on pages."""

from decimal import Decimal

import pytest

from endpoints_server.domain.money.currency import Currency
from endpoints_server.web.console.render import APART, MINUS, converted, dollars, span

EUR = Currency(code="EUR", rate=Decimal("0.92"))


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        (None, "–"),
        (0, "$0"),
        (1, "$0.000000001"),
        (195_432, "$0.0001954"),
        (195_000, "$0.000195"),
        (999_999_999, "$1.00"),
        (2 * 10**9, "$2.00"),
        (22_493_827_163_576_325, "$22,493,827.16"),
        (-5_007_402_408_095_380, "-$5,007,402.41"),
        ("2.50", "$2.50"),
        ("0.000", "$0"),
        ("-0.5", "-$0.50"),
    ],
)
def test_an_amount_is_rounded_to_what_a_person_reads(amount: int | str | None, read: str) -> None:
    assert dollars(amount) == read.replace(",", APART).replace("-", MINUS)


@pytest.mark.parametrize(
    ("nano_usd", "read"),
    [(10**13, "9,200.00 EUR"), (195_000, "0.0001794 EUR"), (-(10**10), "-9.20 EUR"), (None, "")],
)
def test_a_converted_amount_is_rounded_alike(nano_usd: int | None, read: str) -> None:
    assert converted(nano_usd, EUR) == read.replace(",", APART).replace("-", MINUS)
    assert converted(nano_usd, None) == ""


@pytest.mark.parametrize(
    ("per", "read"),
    [
        ("month", "month"),
        ("86400 seconds", "last day"),
        ("172800 seconds", "last 2 days"),
        ("5400 seconds", "last 90 minutes"),
        ("61 seconds", "last 61 seconds"),
    ],
)
def test_a_rolling_span_is_told_in_the_largest_unit_that_fits(per: str, read: str) -> None:
    assert span(per) == read
