"""Where the ledger's writer puts its entries, and what may go wrong there."""

from collections.abc import Sequence
from typing import Protocol

from endpoints_server.domain.money.entry import Entry


class Unfit(Exception):
    """One of the entries is such that no database could hold it; no retry will help."""


class Unwritable(Exception):
    """Nothing can be written at the moment; a later try may."""


class Journal(Protocol):
    """Used by one thread at a time."""

    def write(self, entries: Sequence[Entry]) -> None:
        """Make entries durable, all of them or none; one that is there already is passed over.

        Raises Unfit or Unwritable.
        """

    def close(self) -> None:
        """Let go of whatever is held."""
