"""Money as people and JSON read it: USD in plain decimals."""

from decimal import Decimal

NANO_PER_USD = 9
"""Powers of ten between one USD and one nano-USD."""


def usd(nano_usd: int) -> str:
    """Write nano-USD as USD: exact, without exponent or trailing zeros (`1500000` is `0.0015`)."""
    text = format(Decimal(nano_usd).scaleb(-NANO_PER_USD), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
