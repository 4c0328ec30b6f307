"""Where the ledger's writer puts its entries, and what may go wrong there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from endpoints_server.domain.money.entry import Entry


class Unfit(Exception):
    """One of the entries is such that no database could hold it; no retry will help."""


class Unwritable(Exception):
    """Nothing can be written at the moment; a later try may."""


class Transaction(Protocol):
    """What may be asked of a database within one transaction."""

    def ask(self, statement: str, values: Mapping[str, object]) -> Any:
        """Run a statement with named values (`:name`), and give its cursor."""

    def keep(self, entries: Sequence[Entry]) -> None:
        """Insert entries; one that is there already is passed over."""


class Deed(Struct, frozen=True):
    """Something to be done in a transaction; what it gives is given to whoever waits for it.

    One that is light may be lost with the power, though not with the process: nothing that anybody
    was told hangs on it.
    """

    act: Callable[[Transaction], Any]
    is_light: bool = False


class Journal(Protocol):
    """Used by one thread at a time."""

    def write(self, entries: Sequence[Entry], deeds: Sequence[Deed] = ()) -> list[Any]:
        """Make entries durable and do deeds, in one transaction; gives what the deeds gave.

        An entry that is there already is passed over. What is held for an entry is settled with it.
        A deed that cannot be done though the entries can be kept gives Unwritable. Raises Unfit or
        Unwritable.
        """

    def close(self) -> None:
        """Let go of whatever is held."""
