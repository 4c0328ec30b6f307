"""The currency that amounts are shown in beside USD, which they are kept in."""

from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Struct

from endpoints_server.domain.money.usd import NANO_PER_USD

SMALLEST = Decimal(1).scaleb(-NANO_PER_USD)


class Currency(Struct, frozen=True, kw_only=True):
    """A currency's code, and how much of it one USD is worth."""

    code: str
    rate: Decimal


class Shown(Struct, frozen=True, kw_only=True):
    """An amount as a plain decimal, of a currency."""

    amount: str
    currency: str


def show(nano_usd: int, currency: Currency) -> Shown:
    """Write nano-USD in a currency, rounded half to even at nine decimals."""
    exact = Decimal(nano_usd).scaleb(-NANO_PER_USD) * currency.rate
    text = format(exact.quantize(SMALLEST, ROUND_HALF_EVEN) + 0, "f")  # a zero has no sign
    return Shown(amount=text.rstrip("0").rstrip("."), currency=currency.code)
