"""What is done to accounts where a statement costs no journey: one after the other."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from endpoints_server.domain.money.account import Account, Charge, Decision, Remainder
from endpoints_server.store.sql.ledger.account_statements import (
    CLOSE,
    HOLD,
    HOLD_MORE,
    LEFT_OF,
    LET_GO,
    TAKEN_FROM,
    parameters,
)
from endpoints_server.store.sql.ledger.journal import Answer, Hold, Transaction


def take(
    transaction: Transaction, accounts: Sequence[Account], nano_usd: int, hold: Hold
) -> Decision:
    """Add to what accounts hold, a conditional write each; the first that refuses undoes all."""
    taken: list[Remainder] = []
    for account in accounts:
        statement = TAKEN_FROM[bool(account.person_id), account.is_binding]
        row = transaction.ask(statement, parameters(account, nano_usd)).fetchone()
        if row is None:
            for each in taken:
                move(transaction, each.account.row, nano_usd, 0)
            return Decision(is_admitted=False, remainders=remainders(transaction, (account,))())
        taken.append(Remainder(account, int(row[0])))
    if not is_held(transaction, hold, nano_usd):
        for account in accounts:
            move(transaction, account.row, nano_usd, 0)
        return Decision(is_admitted=False)
    return Decision(is_admitted=True, remainders=tuple(taken))


def is_held(transaction: Transaction, hold: Hold, nano_usd: int) -> bool:
    """Make a reservation, or add to one; False where there is none to add to."""
    if hold.row is not None:
        transaction.ask(HOLD, {**hold.row, "id": hold.id, "nano_usd": nano_usd})
        return True
    more = {"id": hold.id, "nano_usd": nano_usd}
    return bool(transaction.ask(HOLD_MORE, more).rowcount == 1)


def settle(transaction: Transaction, costs: Mapping[str, int]) -> None:
    """Take reservations off the accounts with what they came to; passes over what is off."""
    if not costs:
        return
    ids = msgspec.json.encode(list(costs)).decode()
    held: Counter[Charge] = Counter()
    cost: Counter[Charge] = Counter()
    for reservation_id, nano_usd, charges in transaction.ask(LET_GO, {"ids": ids}).fetchall():
        for row in msgspec.json.decode(charges, type=list[Charge]):
            held[row] += nano_usd
            cost[row] += costs[reservation_id]
    for row, amount in held.items():
        move(transaction, row, amount, cost[row])


def move(transaction: Transaction, row: Charge, held: int, cost_nano_usd: int) -> None:
    """Turn what is held of a row into what was spent."""
    name, starts_at = row
    values = {"name": name, "starts_at": starts_at, "held": held, "cost": cost_nano_usd}
    transaction.ask(CLOSE, values)


def remainders(
    transaction: Transaction, accounts: Sequence[Account]
) -> Answer[tuple[Remainder, ...]]:
    """Ask what is left of accounts; those that were never granted anything are left out."""
    asked = [
        (account, transaction.ask(LEFT_OF[bool(account.person_id)], parameters(account, 0)))
        for account in accounts
    ]

    def read() -> tuple[Remainder, ...]:
        found = [(account, cursor.fetchone()[0]) for account, cursor in asked]
        return tuple(Remainder(account, int(left)) for account, left in found if left is not None)

    return read
