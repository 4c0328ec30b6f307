"""What people were granted: what may be asked, and the answer in a dict."""

from collections.abc import Iterable
from typing import Protocol

from msgspec.structs import replace

from endpoints_server.domain.money.balance import Account, Standing
from endpoints_server.domain.money.entry import Entry


class Balances(Protocol):
    """Accounts by person; what was spent is what the ledger says, wherever it was written."""

    async def find_standing(self, person_id: str) -> Standing | None:
        """Give a person's account and what was charged to it; None where none was opened."""

    async def open_account(self, account: Account) -> Standing:
        """Keep an account unless the person has one, and give the one there is."""

    async def refill(self, account: Account, nano_usd: int, at: int) -> Standing:
        """Grant more unless the account was refilled since it was read; give what there is.

        Whoever asks twice with one account, in any process, grants once.
        """


class MemoryBalances:
    """Accounts in a dict, over the entries of a ledger in memory."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self.entries = entries
        self.accounts: dict[str, Account] = {}

    async def find_standing(self, person_id: str) -> Standing | None:
        account = self.accounts.get(person_id)
        return None if account is None else self._standing(account)

    async def open_account(self, account: Account) -> Standing:
        return self._standing(self.accounts.setdefault(account.person_id, account))

    async def refill(self, account: Account, nano_usd: int, at: int) -> Standing:
        kept = self.accounts[account.person_id]
        if kept.refilled_at == account.refilled_at:
            kept = refilled(kept, nano_usd, at)
            self.accounts[account.person_id] = kept
        return self._standing(kept)

    def _standing(self, account: Account) -> Standing:
        spent = charged(self.entries.values(), account.person_id)
        return Standing(account=account, spent_nano_usd=spent)


def refilled(account: Account, nano_usd: int, at: int) -> Account:
    """Grant more."""
    return replace(account, granted_nano_usd=account.granted_nano_usd + nano_usd, refilled_at=at)


def charged(entries: Iterable[Entry], person_id: str) -> int:
    """Add up what was charged to a person, in nano-USD."""
    return sum(
        entry.cost_nano_usd or 0
        for entry in entries
        if entry.is_charged and entry.person_id == person_id
    )
