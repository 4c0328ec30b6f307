"""PostgreSQL ends and makes reservations by one function, for all that a batch holds of them."""

from alembic import op

revision = "0012"
down_revision = "0011"

TAKE_TURN = """
create function take_turn(is_light boolean, endings jsonb, wanted jsonb)
returns table (refused_at integer, lefts bigint[]) language plpgsql as $$
declare
    one record;
begin
    if is_light then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    perform pg_advisory_xact_lock(7264006);
    if endings <> '{}' then
        with ended as (
            select key as id, (value ->> 0)::bigint as cost, value -> 1 as charges
            from jsonb_each(endings)
        ), gone as (
            delete from reservations using ended where reservations.id = ended.id
            returning reservations.nano_usd as held, reservations.charges::jsonb, ended.cost
        ), lost as (
            select 0 as held, charges, cost from ended
            where charges <> '[]'
              and not exists (select 1 from reservations where reservations.id = ended.id)
              and not exists (select 1 from entries where entries.id = ended.id)
        ), charged as (
            select charge ->> 0 as name, (charge ->> 1)::bigint as starts_at,
                   sum(held)::bigint as held, sum(cost)::bigint as cost
            from (select * from gone union all select * from lost) as all_ended,
                 jsonb_array_elements(charges) as charge
            group by 1, 2
        )
        insert into accounts as row (name, starts_at, cap_nano_usd, spent_nano_usd,
                                     reserved_nano_usd, opening_nano_usd)
        select name, starts_at, 0, cost, -held, 0 from charged
        on conflict (name, starts_at) do update
        set reserved_nano_usd = row.reserved_nano_usd + excluded.reserved_nano_usd,
            spent_nano_usd = row.spent_nano_usd + excluded.spent_nano_usd;
    end if;
    for one in
        select * from jsonb_to_recordset(wanted) as one(
            id text, accounts jsonb, nano_usd bigint, owner text, made_at bigint, charges text,
            entry text)
    loop
        select held.refused_at, held.lefts into refused_at, lefts
        from hold_in_accounts(one.id, one.accounts, one.nano_usd, one.owner, one.made_at,
                              one.charges, one.entry) as held;
        return next;
    end loop;
end $$
"""
"""Take the turn of accounts, then reservations that have ended off their accounts, then hold in
others: it gives a row for each that is wanted, as `hold_in_accounts` gives it. `endings` tell by
their ids what they came to, and for those that entries are about to be kept of, which rows of
accounts pay; where the server lost a reservation as it died itself, these are charged all the same,
unless the entry is there. Any other that is gone is let be. Where it `is_light`, nobody waits for
the disk."""


def upgrade() -> None:
    """Make the function; SQLite has no need of one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(TAKE_TURN)
