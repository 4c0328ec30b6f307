"""How a store is opened, beyond its address."""

from collections.abc import Callable

from msgspec import Struct

from endpoints_server.domain.secret import Secret
from endpoints_server.store.sql.ledger.pace import Pace
from endpoints_server.store.sql.ledger.writer import Trouble, quiet


def ignore(_: int) -> None:
    """Tell nobody."""


class Opening(Struct, frozen=True, kw_only=True):
    """The pace of the ledger, who is told of its troubles, and what is shared beside the database.

    In any thread, `on_trouble` is told why entries no longer reach the database, and
    `on_return` how many were brought to it that had waited elsewhere.
    """

    pace: Pace = Pace()
    on_trouble: Trouble = quiet
    on_return: Callable[[int], None] = ignore
    redis_url: Secret | None = None
