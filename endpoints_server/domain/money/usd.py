"""Money as people and JSON read it: USD in plain decimals."""

NANO_PER_USD = 9
"""Powers of ten between one USD and one nano-USD."""
ONE_USD = 10**NANO_PER_USD


def usd(nano_usd: int) -> str:
    """Write nano-USD as USD: exact, without exponent or trailing zeros (`1500000` is `0.0015`)."""
    sign = "-" if nano_usd < 0 else ""
    whole, rest = divmod(abs(nano_usd), ONE_USD)
    return f"{sign}{whole}.{rest:09d}".rstrip("0") if rest else f"{sign}{whole}"
