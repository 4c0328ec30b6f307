"""What is done to accounts on PostgreSQL, each in one statement, whose answer is read later.

Whoever runs one has the turn of accounts, so that two never wait for each other.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import psycopg

from endpoints_server.domain.money.account import Account, Decision, Remainder
from endpoints_server.store.sql.ledger.journal import Answer, Hold

TAKE = b"""
select refused_at, lefts from hold_in_accounts(
    %(id)s, %(accounts)s::jsonb, %(nano_usd)s::bigint, %(owner)s::text, %(made_at)s::bigint,
    %(charges)s::text, %(entry)s::text)
"""
MORE: Mapping[str, object] = {"owner": None, "made_at": None, "charges": None, "entry": None}
"""What is said of a reservation that is there."""

SETTLE = b"""
with ended as (
    select * from unnest(%(ids)s::text[], %(costs)s::bigint[]) as ended(id, cost)
), gone as (
    delete from reservations using ended where reservations.id = ended.id
    returning reservations.nano_usd, reservations.charges, ended.cost
), charged as (
    select charge ->> 0 as name, (charge ->> 1)::bigint as starts_at,
           sum(nano_usd)::bigint as held, sum(cost)::bigint as cost
    from gone, jsonb_array_elements(charges::jsonb) as charge
    group by 1, 2
)
update accounts set reserved_nano_usd = reserved_nano_usd - charged.held,
                    spent_nano_usd = spent_nano_usd + charged.cost
from charged where accounts.name = charged.name and accounts.starts_at = charged.starts_at
"""
"""Take reservations off their accounts with what they came to; what is off already is let be."""


def take(
    connection: psycopg.Connection[Any], accounts: Sequence[Account], nano_usd: int, hold: Hold
) -> Answer[Decision]:
    """Add to what accounts hold, or to none of them; the answer is there once it is fetched."""
    wanted = msgspec.json.encode(accounts).decode()
    values = {**(hold.row or MORE), "id": hold.id, "accounts": wanted, "nano_usd": nano_usd}
    cursor = connection.execute(TAKE, values)
    return lambda: decision_of(accounts, cursor.fetchall()[0])


def settle(connection: psycopg.Connection[Any], costs: Mapping[str, int]) -> None:
    """Charge what calls came to, and release what was held for them."""
    if costs:
        connection.execute(SETTLE, {"ids": list(costs), "costs": list(costs.values())})


def decision_of(accounts: Sequence[Account], row: tuple[int, Sequence[int | None]]) -> Decision:
    """Read what was decided: the place of the account that refused, if one did, and lefts."""
    refused_at, lefts = row
    if refused_at < 0:
        return Decision(is_admitted=False)
    told = accounts[refused_at - 1 : refused_at] if refused_at else accounts
    seen = zip(told, lefts, strict=True)
    known = tuple(Remainder(account, left) for account, left in seen if left is not None)
    return Decision(is_admitted=not refused_at, remainders=known)
