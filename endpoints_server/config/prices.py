"""Where prices are looked up when the file gives none."""

from collections.abc import Callable
from importlib import import_module

from msgspec import Struct

from endpoints_server.domain.money.price import Price

PRICE_LIST = "endpoints_server.config.price_list"


class Listing(Struct, frozen=True, kw_only=True):
    """What a price list knows about a model."""

    price: Price | None = None
    context_tokens: int | None = None


PriceBook = Callable[[str, str, str], Listing]
"""Finds a model by the address it is served at, else by its endpoint's slug: address, slug, model.

What nobody knows is None, never a guess.
"""


def no_prices(*_: str) -> Listing:
    """Know nothing: a price book without entries."""
    return Listing()


def open_price_book() -> PriceBook:
    """Open the bundled price list; takes up to half a second, so call it off the event loop."""
    book: PriceBook = import_module(PRICE_LIST).BundledPrices().find
    return book
