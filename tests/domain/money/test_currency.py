"""Amounts in the currency shown beside USD."""

from decimal import Decimal

import pytest

from endpoints_server.domain.money.currency import Currency, Shown, show


@pytest.mark.parametrize(
    ("nano_usd", "rate", "amount"),
    [
        (1_000_000_000, "0.92", "0.92"),
        (1, "0.92", "0.000000001"),
        (1, "0.5", "0"),
        (3, "0.5", "0.000000002"),
        (0, "0.92", "0"),
        (-1, "0.1", "0"),
        (-1_500_000_000, "2", "-3"),
        (10_000_000_000, "150.25", "1502.5"),
        (9_000_000_000_000_000_000, "1", "9000000000"),
    ],
)
def test_an_amount_is_exact_to_nine_decimals(nano_usd: int, rate: str, amount: str) -> None:
    shown = show(nano_usd, Currency(code="EUR", rate=Decimal(rate)))
    assert shown == Shown(amount=amount, currency="EUR")
