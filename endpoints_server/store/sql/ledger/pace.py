"""How fast the ledger is written, and how long that is tried."""

from msgspec import Struct


class Pace(Struct, frozen=True, kw_only=True):
    """How entries are gathered and how long is tried.

    `window_seconds`   how long entries gather beyond the turn of the loop in which the first came
    `limit`            how many may wait
    `grace_seconds`    how long closing goes on trying
    `patience_seconds` how long those who wait for a database that fails are not told so
    """

    window_seconds: float = 0.0
    limit: int = 20_000
    grace_seconds: float = 5.0
    patience_seconds: float = 5.0
