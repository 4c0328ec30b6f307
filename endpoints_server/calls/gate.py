"""What stands between a call and its route: accounts, counters, and the rules in force."""

import asyncio
from datetime import tzinfo

from endpoints_server.domain.catalog import Catalog
from endpoints_server.domain.money.account import Account, Charge, Past
from endpoints_server.domain.rules.rulebook import Rulebook, Rules, rulebook_of
from endpoints_server.store.accounts import Accounts
from endpoints_server.store.balances import Balances
from endpoints_server.store.limits import Limits
from endpoints_server.store.rules import StoredRules

MOST_TOLD = 10_000
MOST_OPENED = 100_000


class Gate:
    """Rules of the file and of the store as one, put together anew where either changed."""

    def __init__(
        self, accounts: Accounts, balances: Balances, limits: Limits, stored: StoredRules
    ) -> None:
        self.accounts = accounts
        self.balances = balances
        self.limits = limits
        self.stored = stored
        self._opened: set[Charge] = set()
        self._opening: dict[Charge, asyncio.Task[None]] = {}
        self._told: set[tuple[str, int, int]] = set()
        self._book = Rulebook()
        self._made_of: tuple[Rules, tzinfo, Rules] | None = None

    def is_open(self, catalog: Catalog) -> bool:
        """Say whether nothing is ruled, so that calls need ask nobody."""
        return catalog.allowance is None and self.rulebook(catalog).is_empty

    def rulebook(self, catalog: Catalog) -> Rulebook:
        """Give the rules of this moment; those of the file come before those of the store."""
        made_of = self._made_of
        stored = self.stored.current()
        if made_of is None or made_of[0] is not catalog.rules or made_of[2] is not stored:
            self._made_of = catalog.rules, catalog.zone, stored
            self._book = rulebook_of((catalog.rules, stored), catalog.zone)
        return self._book

    def has_opened(self, row: Charge) -> bool:
        """Say whether this process has seen to it that a row of an account was begun."""
        return row in self._opened

    async def open(self, row: Charge, account: Account, past: Past) -> None:
        """Begin a row of an account; whoever comes meanwhile waits, for until then there is none.

        Raises Failed(unavailable), and then whoever comes next tries again.
        """
        opening = self._opening.get(row)
        if opening is None:
            opening = self._opening[row] = asyncio.create_task(self._open(row, account, past))
        await asyncio.shield(opening)

    async def _open(self, row: Charge, account: Account, past: Past) -> None:
        try:
            await self.accounts.open(account, past)
        finally:
            del self._opening[row]
        if len(self._opened) >= MOST_OPENED:
            self._opened.clear()
        self._opened.add(row)

    def tells(self, account: str, starts_at: int, threshold: int) -> bool:
        """Say whether a threshold of an account is told of for the first time."""
        told = account, starts_at, threshold
        if told in self._told:
            return False
        if len(self._told) >= MOST_TOLD:
            self._told.clear()
        self._told.add(told)
        return True
