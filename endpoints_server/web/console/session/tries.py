"""How often an address may try to sign in."""

from collections import OrderedDict

WINDOW = 60 * 1_000_000
"""Microseconds after which a failed try is forgotten."""
TRIES = 10
ADDRESSES = 1000


class Tries:
    """Failed tries by address, in memory; the address not heard of for longest is dropped first."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[int]] = OrderedDict()

    def may_try(self, address: str, now: int) -> bool:
        """Say whether an address has tries left."""
        recent = [at for at in self._failed.get(address, []) if now - at < WINDOW]
        return len(recent) < TRIES

    def note_failure(self, address: str, now: int) -> None:
        """Count a failed try."""
        before = self._failed.pop(address, [])
        self._failed[address] = [*before[1 - TRIES :], now]
        if len(self._failed) > ADDRESSES:
            self._failed.popitem(last=False)
