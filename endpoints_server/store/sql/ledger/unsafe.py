"""Batches that everybody sees already, though the disk may not have them yet."""

from itertools import chain

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.waiting import Waiting, tell


class Unsafe:
    """Those who wait for entries to be durable, in the order in which these were written."""

    def __init__(self) -> None:
        self._batches: list[list[Waiting]] = []

    def __len__(self) -> int:
        return sum(map(len, self._batches))

    def add(self, kept: list[Waiting]) -> None:
        """Remember a batch without deeds; one without entries waits for those before it."""
        if any(isinstance(each[0], Entry) for each in kept):
            self._batches.append(kept)
        elif self._batches:
            self._batches[-1].extend(kept)
        else:
            tell(kept)

    def remove(self, kept: list[Waiting]) -> None:
        """Forget a batch."""
        self._batches = [each for each in self._batches if each is not kept]

    def all(self) -> list[Waiting]:
        """Give what is remembered."""
        return list(chain.from_iterable(self._batches))
