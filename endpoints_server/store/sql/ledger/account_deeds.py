"""Accounts, written by the one thread that writes the ledger, in the transactions it makes."""

from collections.abc import Iterable

import msgspec

from endpoints_server.domain.money.account import (
    Account,
    Charge,
    Decision,
    Remainder,
    Reservation,
)
from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.sql.ledger.account_statements import (
    ABANDONED,
    BEAT,
    CLOSE,
    FORGET,
    HOLD,
    HOLD_MORE,
    LEFT_OF,
    LET_GO,
    OPEN,
    SWEEP,
    TAKEN_FROM,
)
from endpoints_server.store.sql.ledger.journal import Deed, Transaction


def reserving(reservation: Reservation, owner: str) -> Deed:
    """Hold an amount in every account, or in none."""
    charges = [account.row for account in reservation.accounts]
    row = {
        "id": reservation.id,
        "owner": owner,
        "made_at": reservation.entry.started_at,
        "nano_usd": reservation.nano_usd,
        "charges": msgspec.json.encode(charges).decode(),
        "entry": msgspec.json.encode(reservation.entry).decode(),
    }

    def reserve(transaction: Transaction) -> Decision:
        decision = take(transaction, reservation.accounts, reservation.nano_usd)
        if decision.is_admitted:
            transaction.ask(HOLD, row)
        return decision

    return Deed(reserve, is_light=True)


def extending(reservation: Reservation, nano_usd: int) -> Deed:
    """Hold more of a reservation that is still held, in every account, or in none."""

    def extend(transaction: Transaction) -> Decision:
        more = {"id": reservation.id, "nano_usd": nano_usd}
        decision = take(transaction, reservation.accounts, nano_usd)
        if decision.is_admitted and transaction.ask(HOLD_MORE, more).rowcount != 1:
            move(transaction, [each.row for each in reservation.accounts], nano_usd, 0)
            return Decision(is_admitted=False)
        return decision

    return Deed(extend, is_light=True)


def releasing(reservation_id: str) -> Deed:
    """Give back what is held."""

    def release(transaction: Transaction) -> bool:
        return close(transaction, reservation_id, 0)

    return Deed(release, is_light=True)


def telling(accounts: Iterable[Account]) -> Deed:
    """Tell what is left of accounts."""

    def tell(transaction: Transaction) -> list[Remainder]:
        return list(remainders(transaction, accounts))

    return Deed(tell, is_light=True)


def beating(owner: str, now: int) -> Deed:
    """Say that a process lives."""

    def beat(transaction: Transaction) -> None:
        transaction.ask(BEAT, {"id": owner, "seen_at": now})

    return Deed(beat, is_light=True)


def opening(account: Account, spent_nano_usd: int) -> Deed:
    """Begin an account with what was spent before, unless a row of its window is there."""

    def open_row(transaction: Transaction) -> None:
        transaction.ask(OPEN, parameters(account, spent_nano_usd))

    return Deed(open_row)


def resolving(deadline: int, kept_since: int) -> Deed:
    """Settle what the dead hold as their reservations say, and forget old rows; counts the dead."""

    def resolve(transaction: Transaction) -> int:
        found = transaction.ask(ABANDONED, {"deadline": deadline}).fetchall()
        for (text,) in found:
            entry = msgspec.json.decode(text, type=Entry)
            transaction.keep([entry])
            settle(transaction, entry)
        transaction.ask(FORGET, {"deadline": deadline})
        transaction.ask(SWEEP, {"deadline": kept_since})
        return len(found)

    return Deed(resolve)


def settle_all(transaction: Transaction, entries: Iterable[Entry]) -> None:
    """Settle what is held for entries."""
    for entry in entries:
        if entry.accounts:
            settle(transaction, entry)


def settle(transaction: Transaction, entry: Entry) -> bool:
    """Charge what an attempt came to, and release what was held, unless that was done before."""
    return close(transaction, entry.id, entry.cost_nano_usd or 0)


def take(transaction: Transaction, accounts: tuple[Account, ...], nano_usd: int) -> Decision:
    """Add to what accounts hold, a conditional write each; the first that refuses undoes all."""
    taken: list[Remainder] = []
    for account in accounts:
        statement = TAKEN_FROM[bool(account.person_id), account.is_binding]
        row = transaction.ask(statement, parameters(account, nano_usd)).fetchone()
        if row is None:
            move(transaction, [each.account.row for each in taken], nano_usd, 0)
            return Decision(is_admitted=False, remainders=remainders(transaction, (account,)))
        taken.append(Remainder(account, int(row[0])))
    return Decision(is_admitted=True, remainders=tuple(taken))


def close(transaction: Transaction, reservation_id: str, cost_nano_usd: int) -> bool:
    """Take a reservation off the accounts with what it came to; False where it is off already."""
    row = transaction.ask(LET_GO, {"id": reservation_id}).fetchone()
    if row is None:
        return False
    held, charges = row
    move(transaction, msgspec.json.decode(charges, type=list[Charge]), held, cost_nano_usd)
    return True


def move(
    transaction: Transaction, charges: Iterable[Charge], held: int, cost_nano_usd: int
) -> None:
    """Turn what is held of some rows into what was spent."""
    for name, starts_at in charges:
        amounts = {"held": held, "cost": cost_nano_usd}
        transaction.ask(CLOSE, {"name": name, "starts_at": starts_at} | amounts)


def remainders(transaction: Transaction, accounts: Iterable[Account]) -> tuple[Remainder, ...]:
    """Tell what is left of accounts; those that were never granted anything are left out."""
    found: list[Remainder] = []
    for account in accounts:
        statement = LEFT_OF[bool(account.person_id)]
        (left,) = transaction.ask(statement, parameters(account, 0)).fetchone()
        if left is not None:
            found.append(Remainder(account, int(left)))
    return tuple(found)


def parameters(account: Account, nano_usd: int) -> dict[str, object]:
    """Name what the statements ask for."""
    return {
        "name": account.name,
        "starts_at": account.starts_at,
        "since": account.since,
        "cap": account.cap_nano_usd,
        "person_id": account.person_id,
        "nano_usd": nano_usd,
        "expires_at": account.expires_at,
    }
