"""What is asked of accounts, in SQL that SQLite and PostgreSQL both know, by named parameters."""

from endpoints_server.domain.money.account import Account

BESIDE = """
coalesce((select sum(spent_nano_usd + reserved_nano_usd) from accounts
          where name = :name and starts_at >= :since and starts_at <> :starts_at
            and :since < :starts_at), 0)
"""
"""What else counts within a span of several parts: later ones too, for clocks differ."""
GRANTED = "(select granted_nano_usd from balances where person_id = :person_id)"

TAKE = """
insert into accounts (name, starts_at, cap_nano_usd, spent_nano_usd, reserved_nano_usd,
                      opening_nano_usd, expires_at)
select wanted.name, wanted.starts_at, wanted.cap, 0, wanted.nano_usd, 0,
       cast(:expires_at as bigint)
from (select cast(:name as text) as name, cast(:starts_at as bigint) as starts_at,
             cast(:nano_usd as bigint) as nano_usd, {cap} - {beside} as cap) as wanted
where wanted.nano_usd <= wanted.cap or (not {binds} and wanted.cap is not null)
on conflict (name, starts_at) do update
set cap_nano_usd = excluded.cap_nano_usd,
    reserved_nano_usd = accounts.reserved_nano_usd + excluded.reserved_nano_usd
where not {binds} or accounts.spent_nano_usd + accounts.reserved_nano_usd
      + excluded.reserved_nano_usd <= excluded.cap_nano_usd
returning cap_nano_usd - spent_nano_usd - reserved_nano_usd
"""
"""One conditional write: the amount is held if what is taken of the cap leaves room for it."""

OPEN = """
insert into accounts (name, starts_at, cap_nano_usd, spent_nano_usd, reserved_nano_usd,
                      opening_nano_usd, expires_at)
select cast(:name as text), cast(:starts_at as bigint), cast(:cap as bigint),
       cast(:nano_usd as bigint), 0, cast(:nano_usd as bigint), cast(:expires_at as bigint)
where not exists (select 1 from accounts where name = :name and starts_at >= :since)
on conflict (name, starts_at) do nothing
"""
"""Begin an account with what was spent before, unless there is a row of its window."""

LEFT = """
select {cap} - {beside} - coalesce((select spent_nano_usd + reserved_nano_usd
                                     from accounts
                                     where name = :name and starts_at = :starts_at), 0)
"""

HOLD = """
insert into reservations (id, owner, made_at, nano_usd, charges, entry)
values (:id, :owner, :made_at, :nano_usd, :charges, :entry)
"""
HOLD_MORE = "update reservations set nano_usd = nano_usd + :nano_usd where id = :id"
LET_GO = """
delete from reservations where id in (select value from json_each(:ids))
returning id, nano_usd, charges
"""
"""All of a batch at once, as SQLite says it; PostgreSQL has a statement of its own."""
CLOSE = """
update accounts set reserved_nano_usd = reserved_nano_usd - :held,
                    spent_nano_usd = spent_nano_usd + :cost
where name = :name and starts_at = :starts_at
"""

BEAT = """
insert into owners (id, seen_at) values (:id, :seen_at)
on conflict (id) do update set seen_at = excluded.seen_at
"""
ABANDONED = """
select entry from reservations
where made_at < :deadline
  and not exists (select 1 from owners where owners.id = owner and seen_at >= :deadline)
"""
SWEEP = "delete from accounts where reserved_nano_usd = 0 and expires_at < :deadline"
FORGET = """
delete from owners where seen_at < :deadline
  and not exists (select 1 from reservations where owner = owners.id)
"""

CAPS = {False: "cast(:cap as bigint)", True: GRANTED}
BINDS = {False: "1 = 0", True: "1 = 1"}
TAKEN_FROM = {
    (is_granted, is_binding): TAKE.format(
        cap=CAPS[is_granted], beside=BESIDE, binds=BINDS[is_binding]
    )
    for is_granted in CAPS
    for is_binding in BINDS
}
"""The write by whether the cap was granted to a person, and whether the account binds."""
LEFT_OF = {is_granted: LEFT.format(cap=CAPS[is_granted], beside=BESIDE) for is_granted in CAPS}


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
