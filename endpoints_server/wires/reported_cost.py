"""What an upstream says it charges, in the ways that vendors say it."""

from decimal import Decimal
from typing import Any

LARGEST_NANO_USD = 10**15
"""A million USD; nobody charges more for a call."""
NANO_PER_USD = 10**9
TICKS_PER_NANO_USD = 10
"""A tick is xAI's 10^-10 USD."""


def nano_usd_of(cost: Any, ticks: float | None) -> int | None:
    """Take a cost in USD, a number or an object with a total, or in ticks; None for nonsense."""
    if cost is None and ticks is None:
        return None
    if ticks is not None:
        nano_usd = Decimal(str(ticks)) / TICKS_PER_NANO_USD
    else:
        total = cost.get("total_cost") if isinstance(cost, dict) else cost
        nano_usd = usd_in(total) * NANO_PER_USD
    return round(nano_usd) if 0 <= nano_usd <= LARGEST_NANO_USD else None


def usd_in(cost: Any) -> Decimal:
    """Take a cost as it was written; one that is no number counts as below zero."""
    is_number = isinstance(cost, (int, float)) and not isinstance(cost, bool)
    return Decimal(str(cost)) if is_number else Decimal(-1)
