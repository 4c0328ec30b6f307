"""Batches that everybody sees already, though the disk may not have them yet."""

from itertools import chain

from endpoints_server.store.sql.ledger.waiting import Waiting


class Unsafe:
    """Those who wait for entries to be durable, by batches."""

    def __init__(self) -> None:
        self._batches: dict[int, list[Waiting]] = {}
        self.count = 0
        """How many wait."""

    def add(self, kept: list[Waiting]) -> None:
        """Remember a batch."""
        self._batches[id(kept)] = kept
        self.count += len(kept)

    def remove(self, kept: list[Waiting]) -> None:
        """Forget a batch."""
        del self._batches[id(kept)]
        self.count -= len(kept)

    def all(self) -> list[Waiting]:
        """Give what is remembered."""
        return list(chain.from_iterable(self._batches.values()))
