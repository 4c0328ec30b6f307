"""Accounts, changed by the writer of the ledger, in the transactions it makes."""

from collections.abc import Iterable, Sequence

import msgspec

from endpoints_server.domain.money.account import Account, Reservation
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.account_statements import (
    ABANDONED,
    BEAT,
    FORGET,
    OPEN,
    SWEEP,
    parameters,
)
from endpoints_server.store.sql.ledger.account_steps import remainders
from endpoints_server.store.sql.ledger.journal import Answer, Deed, Hold, Transaction


def reserving(reservation: Reservation, owner: str) -> Deed:
    """Hold an amount in every account, or in none."""
    charges = [account.row for account in reservation.accounts]
    row = {
        "owner": owner,
        "made_at": reservation.entry.started_at,
        "charges": msgspec.json.encode(charges).decode(),
        "entry": msgspec.json.encode(reservation.entry).decode(),
    }

    hold = Hold(reservation.id, row)
    return Deed(
        lambda transaction: transaction.take(reservation.accounts, reservation.nano_usd, hold),
        is_light=True,
    )


def extending(reservation: Reservation, nano_usd: int) -> Deed:
    """Hold more of a reservation that is still held, in every account, or in none."""

    hold = Hold(reservation.id)
    return Deed(
        lambda transaction: transaction.take(reservation.accounts, nano_usd, hold), is_light=True
    )


def releasing(reservation_ids: Iterable[str]) -> Deed:
    """Give back what is held; passes over what is not held any more."""
    costs = dict.fromkeys(reservation_ids, 0)

    def release(transaction: Transaction) -> Answer[None]:
        transaction.settle(costs)
        return nothing

    return Deed(release, is_light=True)


def telling(accounts: Sequence[Account]) -> Deed:
    """Tell what is left of accounts."""

    return Deed(lambda transaction: remainders(transaction, accounts), is_light=True)


def beating(owner: str, now: int) -> Deed:
    """Say that a process lives."""

    def beat(transaction: Transaction) -> Answer[None]:
        transaction.ask(BEAT, {"id": owner, "seen_at": now})
        return nothing

    return Deed(beat, is_light=True)


def opening(account: Account, spent_nano_usd: int) -> Deed:
    """Begin an account with what was spent before, unless a row of its window is there."""

    def open_row(transaction: Transaction) -> Answer[None]:
        transaction.ask(OPEN, parameters(account, spent_nano_usd))
        return nothing

    return Deed(open_row)


def resolving(deadline: int, kept_since: int) -> Deed:
    """Settle what the dead hold as their reservations say, and forget old rows; counts the dead."""

    def resolve(transaction: Transaction) -> Answer[int]:
        found = transaction.ask(ABANDONED, {"deadline": deadline}).fetchall()
        entries = [msgspec.json.decode(text, type=Entry) for (text,) in found]
        transaction.keep(entries)
        transaction.settle(costs_of(entries))
        transaction.ask(FORGET, {"deadline": deadline})
        transaction.ask(SWEEP, {"deadline": kept_since})
        return lambda: len(found)

    return Deed(resolve)


def costs_of(entries: Iterable[Entry]) -> dict[str, int]:
    """Say what entries come to that are paid from accounts, by their ids."""
    return {entry.id: entry.cost_nano_usd or 0 for entry in entries if entry.accounts}


def nothing() -> None:
    """There is no answer to read."""
