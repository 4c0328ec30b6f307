"""Who sealed what a conversation holds: what may be asked, and the answer in memory."""

from typing import Protocol

MOST_KNOWN = 100_000


class Issuers(Protocol):
    """Remembers by whom conversations and answers were sealed, for as long as there is room.

    What is forgotten is guessed, so nothing here is ever waited for long.
    """

    async def find(self, name: str) -> str:
        """Give the issuer that was kept last under a name; empty where nobody knows."""

    def keep(self, name: str, issuer: str) -> None:
        """Keep an issuer under a name; waits for nothing and raises nothing."""

    async def spread(self) -> None:
        """Wait until all processes know what was kept, but not for long."""


class MemoryIssuers:
    """What one process knows; who was not asked for longest is forgotten first."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    async def find(self, name: str) -> str:
        return self.recall(name)

    def keep(self, name: str, issuer: str) -> None:
        self.learn(name, issuer)

    async def spread(self) -> None:
        return

    def recall(self, name: str) -> str:
        """Give what is known here."""
        issuer = self._known.pop(name, "")
        if issuer:
            self._known[name] = issuer
        return issuer

    def learn(self, name: str, issuer: str) -> bool:
        """Know from now on; False where it was known already."""
        is_known = self.recall(name) == issuer
        self._known[name] = issuer
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
        return not is_known
