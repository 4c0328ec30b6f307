"""In which order the routes of a plan are tried.

Routes of one order run a race: each takes a time that is drawn for it, and the heavier it is the
shorter. So each comes first as often as its share of the weights says. Where the lots are drawn
from a hash of the conversation, the same conversation finds the same route first, and when a route
leaves nobody moves but those that had it.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from math import log
from typing import Protocol, TypeVar

LARGEST = 2**64

Draw = Callable[[str], float]
"""Gives a number above zero and not above one for the name of a route."""


class Shared(Protocol):
    """What can be put in an order: it has a name of its own, an order and a weight."""

    @property
    def id(self) -> str:
        """The name that lots are drawn for."""

    @property
    def order(self) -> int:
        """The lower, the earlier."""

    @property
    def weight(self) -> float:
        """Its share among those of the same order, above zero."""


Item = TypeVar("Item", bound=Shared)


def arrange(routes: Iterable[Item], draw: Draw) -> tuple[Item, ...]:
    """Put routes into the order in which they are tried."""
    return tuple(
        sorted(routes, key=lambda route: (route.order, -log(draw(route.id)) / route.weight))
    )


def draw_for(conversation: bytes) -> Draw:
    """Draw the same lots each time for the same conversation."""
    key = blake2b(conversation, digest_size=32).digest()

    def draw(name: str) -> float:
        drawn = blake2b(name.encode(), key=key, digest_size=8).digest()
        return (int.from_bytes(drawn, "big") + 1) / LARGEST

    return draw


def draw_by(chance: Callable[[], float]) -> Draw:
    """Draw anew each time; `chance` gives numbers from zero up to one, without it."""
    return lambda _: 1.0 - chance()


def shares(routes: Sequence[Shared]) -> list[float]:
    """Give the part of the calls that each route comes first in among those of its order."""
    totals: dict[int, float] = {}
    for route in routes:
        totals[route.order] = totals.get(route.order, 0.0) + route.weight
    return [route.weight / totals[route.order] for route in routes]
