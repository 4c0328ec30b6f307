"""Where the ledger's writer puts its entries, and what may go wrong there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from endpoints_server.domain.fault import Failed
from endpoints_server.domain.money.account import Account, Decision
from endpoints_server.domain.money.entry import Entry

T = TypeVar("T")


class Unfit(Exception):
    """One of the entries is such that no database could hold it; no retry will help."""


class Unwritable(Exception):
    """Nothing can be written at the moment; a later try may."""


class Untried(Unwritable):
    """Nor was it tried: what was wanted did not come about, and will not."""


class Undone(Failed):
    """What was wanted did not come about, and will not; after any other failure it still may."""


class Hold(Struct, frozen=True):
    """What becomes of a reservation: `row` is the one that is made, None where it is there."""

    id: str
    row: Mapping[str, object] | None = None


Answer = Callable[[], T]
"""Reads what a database answered, once the transaction is over."""


class Transaction(Protocol):
    """What may be asked of a database within one transaction."""

    def ask(self, statement: str, values: Mapping[str, object]) -> Any:
        """Run a statement with named values (`:name`), and give its cursor."""

    def keep(self, entries: Sequence[Entry]) -> None:
        """Insert entries; one that is there already is passed over."""

    def take(self, accounts: Sequence[Account], nano_usd: int, hold: Hold) -> Answer[Decision]:
        """Add to what accounts hold, and to a reservation, or to none of them."""

    def settle(self, costs: Mapping[str, int]) -> None:
        """Charge what calls came to, by their reservations, and release what was held.

        What is not held any more is passed over.
        """


class Deed(Struct, frozen=True):
    """Something to be asked in a transaction; its answer is given to whoever waits for it.

    One that is light may be lost with the power, though not with the process: nothing that anybody
    was told hangs on it.
    """

    act: Callable[[Transaction], Answer[Any]]
    is_light: bool = False


Outcome = list[Any] | Exception
"""What deeds gave, or why it is not known whether a batch was written, or was not."""


class Land(Protocol):
    """Is told what became of a batch."""

    def __call__(self, outcome: Outcome, *, is_safe: bool = True) -> None:
        """Take it; where nothing went wrong entries are durable by then, unless it says not."""


Safe = Callable[[Unwritable | None], None]
"""Is told that the entries of a batch are durable, or why they may not be."""


class Shortcut(Protocol):
    """A way to write on the loop, without the thread; used by one batch at a time."""

    def begin(
        self, entries: Sequence[Entry], deeds: Sequence[Deed], land: Land, safe: Safe
    ) -> bool:
        """Write as a journal does; False where that has to, for now or for what is wanted.

        `land` is told later: Unwritable where nobody knows whether it came about; after any other
        error nothing did. Once it was told of none, the next batch may begin. `safe` is told of
        entries that were not durable by then.
        """

    def close(self) -> None:
        """Let go of whatever is held; in any thread."""


class Journal(Protocol):
    """Used by one thread at a time; past it, on the loop, there may be a shortcut."""

    shortcut: Shortcut | None

    def write(self, entries: Sequence[Entry], deeds: Sequence[Deed] = ()) -> list[Any]:
        """Make entries durable and do deeds, in one transaction; gives what the deeds gave.

        An entry that is there already is passed over. What is held for an entry is settled with it.
        A deed that cannot be done though the entries can be kept gives Unwritable. Raises Unfit or
        Unwritable.
        """

    def close(self) -> None:
        """Let go of whatever is held."""
