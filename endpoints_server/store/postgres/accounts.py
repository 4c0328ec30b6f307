"""What is done to accounts on PostgreSQL, each in one statement, whose answer is read later.

They decide on what they see: whoever runs one has the turn of accounts, so that nobody else
changes what it saw before it is done.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from endpoints_server.domain.money.account import Account, Decision, Remainder
from endpoints_server.store.sql.ledger.journal import Answer, Hold

TAKE = """
with wanted as (
    select given.name, given.starts_at, given.is_binding, given.expires_at, given.place,
           coalesce(kept.spent_nano_usd + kept.reserved_nano_usd, 0) as used,
           case when given.person_id = '' then given.cap else (
               select granted_nano_usd from balances where balances.person_id = given.person_id
           ) end - coalesce((
               select sum(spent_nano_usd + reserved_nano_usd) from accounts as earlier
               where earlier.name = given.name and earlier.starts_at >= given.since
                 and earlier.starts_at < given.starts_at
           ), 0)::bigint as cap
    from unnest(%(names)s::text[], %(starts)s::bigint[], %(sinces)s::bigint[], %(caps)s::bigint[],
                %(people)s::text[], %(bindings)s::boolean[], %(ends)s::bigint[])
         with ordinality
         as given(name, starts_at, since, cap, person_id, is_binding, expires_at, place)
    left join accounts as kept on kept.name = given.name and kept.starts_at = given.starts_at
), judged as materialized (
    select *, cap is not null and (not is_binding or used + %(nano_usd)s <= cap) as has_room
    from wanted
), verdict as materialized (
    select bool_and(has_room) and {may_hold} as is_admitted from judged
), taken as (
    insert into accounts (name, starts_at, cap_nano_usd, spent_nano_usd, reserved_nano_usd,
                          opening_nano_usd, expires_at)
    select name, starts_at, cap, 0, %(nano_usd)s, 0, expires_at from judged, verdict
    where is_admitted
    on conflict (name, starts_at) do update
    set cap_nano_usd = excluded.cap_nano_usd,
        reserved_nano_usd = accounts.reserved_nano_usd + excluded.reserved_nano_usd
), held as (
    {hold}
)
select cap - used, has_room, is_admitted from judged, verdict order by place
"""
HOLD = """
insert into reservations (id, owner, made_at, nano_usd, charges, entry)
select %(id)s, %(owner)s, %(made_at)s, %(nano_usd)s, %(charges)s, %(entry)s from verdict
where is_admitted
"""
HOLD_MORE = """
update reservations set nano_usd = nano_usd + %(nano_usd)s from verdict
where id = %(id)s and is_admitted
"""
IS_HELD = "exists (select 1 from reservations where id = %(id)s)"
TAKE_AND_HOLD = TAKE.format(may_hold="true", hold=HOLD).encode()
TAKE_MORE = TAKE.format(may_hold=IS_HELD, hold=HOLD_MORE).encode()

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
    columns: dict[str, object] = {
        "names": [each.name for each in accounts],
        "starts": [each.starts_at for each in accounts],
        "sinces": [each.since for each in accounts],
        "caps": [each.cap_nano_usd for each in accounts],
        "people": [each.person_id for each in accounts],
        "bindings": [each.is_binding for each in accounts],
        "ends": [each.expires_at for each in accounts],
    }
    statement = TAKE_MORE if hold.row is None else TAKE_AND_HOLD
    values = {**columns, **(hold.row or {}), "id": hold.id, "nano_usd": nano_usd}
    cursor = connection.execute(statement, values)
    return lambda: decision_of(accounts, nano_usd, cursor.fetchall())


def settle(connection: psycopg.Connection[Any], costs: Mapping[str, int]) -> None:
    """Charge what calls came to, and release what was held for them."""
    if costs:
        connection.execute(SETTLE, {"ids": list(costs), "costs": list(costs.values())})


def decision_of(
    accounts: Sequence[Account], nano_usd: int, rows: Sequence[tuple[Any, ...]]
) -> Decision:
    """Read what was decided: a row for each account, of what was left and whether it had room."""
    seen = list(zip(accounts, rows, strict=True))
    if all(is_admitted for _, (_, _, is_admitted) in seen):
        remainders = tuple(Remainder(account, left - nano_usd) for account, (left, _, _) in seen)
        return Decision(is_admitted=True, remainders=remainders)
    refusing = [(account, left) for account, (left, has_room, _) in seen if not has_room][:1]
    known = (Remainder(account, left) for account, left in refusing if left is not None)
    return Decision(is_admitted=False, remainders=tuple(known))
