"""PostgreSQL holds what a call may cost by one function, which is one round trip."""

from alembic import op

revision = "0009"
down_revision = "0008"

HOLD = """
create function hold_in_accounts(
    reservation_id text, wanted jsonb, amount bigint, owner_id text, since bigint, charged text,
    kept text, out refused_at integer, out lefts bigint[]
) language plpgsql as $$
declare
    account record;
    cap bigint;
    remains bigint;
    names text[] := '{}';
    starts bigint[] := '{}';
begin
    refused_at := 0;
    lefts := '{}';
    for account in
        select * from jsonb_to_recordset(wanted) as one(
            name text, cap_nano_usd bigint, starts_at bigint, since bigint, is_binding boolean,
            person_id text, expires_at bigint)
    loop
        cap := case when account.person_id = '' then account.cap_nano_usd else (
            select granted_nano_usd from balances where person_id = account.person_id) end;
        if account.since < account.starts_at then
            cap := cap - coalesce((
                select sum(spent_nano_usd + reserved_nano_usd) from accounts as earlier
                where earlier.name = account.name and earlier.starts_at >= account.since
                  and earlier.starts_at < account.starts_at), 0);
        end if;
        remains := null;
        if cap is not null and (amount <= cap or not account.is_binding) then
            insert into accounts as row (name, starts_at, cap_nano_usd, spent_nano_usd,
                                         reserved_nano_usd, opening_nano_usd, expires_at)
            values (account.name, account.starts_at, cap, 0, amount, 0, account.expires_at)
            on conflict (name, starts_at) do update
            set cap_nano_usd = excluded.cap_nano_usd,
                reserved_nano_usd = row.reserved_nano_usd + amount
            where not account.is_binding
               or row.spent_nano_usd + row.reserved_nano_usd + amount <= excluded.cap_nano_usd
            returning row.cap_nano_usd - row.spent_nano_usd - row.reserved_nano_usd into remains;
        end if;
        if remains is null then
            refused_at := cardinality(names) + 1;
            lefts := array[cap - coalesce((
                select spent_nano_usd + reserved_nano_usd from accounts as row
                where row.name = account.name and row.starts_at = account.starts_at), 0)];
            exit;
        end if;
        names := names || account.name;
        starts := starts || account.starts_at;
        lefts := lefts || remains;
    end loop;
    if refused_at = 0 and owner_id is null then
        update reservations set nano_usd = nano_usd + amount where id = reservation_id;
        if not found then
            refused_at := -1;
        end if;
    elsif refused_at = 0 then
        insert into reservations (id, owner, made_at, nano_usd, charges, entry)
        values (reservation_id, owner_id, since, amount, charged, kept);
    end if;
    if refused_at <> 0 then
        for i in 1 .. cardinality(names) loop
            update accounts set reserved_nano_usd = reserved_nano_usd - amount
            where name = names[i] and starts_at = starts[i];
        end loop;
    end if;
end $$
"""
"""Hold an amount in every account, or in none: gives the place of the first that refuses it, or 0,
and what is left of that one, or of all. Without an owner more is held for a reservation that is
there, and the place is -1 where there is none. `wanted` are accounts as the domain writes them."""


def upgrade() -> None:
    """Make the function; SQLite has no need of one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(HOLD)
