"""PostgreSQL ends and makes reservations by one function, for all that a batch holds of them."""

from alembic import op

revision = "0012"
down_revision = "0011"

TAKE_TURN = """
create function take_turn(is_light boolean, costs jsonb, wanted jsonb)
returns table (refused_at integer, lefts bigint[]) language plpgsql as $$
declare
    one record;
begin
    if is_light then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    perform pg_advisory_xact_lock(7264006);
    if costs <> '{}' then
        with ended as (
            select key as id, value::bigint as cost from jsonb_each_text(costs)
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
        from charged
        where accounts.name = charged.name and accounts.starts_at = charged.starts_at;
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
"""Take the turn of accounts, then reservations that have ended off their accounts with what they
came to (`costs`, by their ids), then hold in others: it gives a row for each that is wanted, as
`hold_in_accounts` gives it. What is off already is let be. Where it `is_light`, nobody waits for
the disk."""


def upgrade() -> None:
    """Make the function; SQLite has no need of one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(TAKE_TURN)
