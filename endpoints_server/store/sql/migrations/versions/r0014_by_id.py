"""PostgreSQL finds what ends by its id, one after the other, whatever it knows of the tables.

A join left the way to its planner, which reads all of a table that was nearly empty when it was
last looked at. Of reservations nearly all are gone soon, and are read past until it is vacuumed.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

TAKE_TURN = """
create or replace function take_turn(is_light boolean, endings jsonb, wanted jsonb)
returns table (refused_at integer, lefts bigint[])
language plpgsql set enable_seqscan = off as $$
declare
    one record;
    held bigint;
    paid jsonb;
    helds bigint[] := '{}';
    costs bigint[] := '{}';
    paids jsonb[] := '{}';
begin
    if is_light then
        perform set_config('synchronous_commit', 'off', true);
    end if;
    perform pg_advisory_xact_lock(7264006);
    for one in
        select key as id, (value ->> 0)::bigint as cost, value -> 1 as charges
        from jsonb_each(endings)
    loop
        delete from reservations where reservations.id = one.id
        returning reservations.nano_usd, reservations.charges into held, paid;
        if not found then
            held := 0;
            paid := one.charges;
            continue when paid = '[]' or exists (select from entries where entries.id = one.id);
        end if;
        helds := helds || held;
        costs := costs || one.cost;
        paids := paids || paid;
    end loop;
    if helds <> '{}' then
        insert into accounts as row (name, starts_at, cap_nano_usd, spent_nano_usd,
                                     reserved_nano_usd, opening_nano_usd)
        select charge ->> 0, (charge ->> 1)::bigint, 0, sum(ended.cost), -sum(ended.held), 0
        from unnest(helds, costs, paids) as ended(held, cost, charges),
             jsonb_array_elements(ended.charges) as charge
        group by 1, 2
        on conflict (name, starts_at) do update
        set reserved_nano_usd = row.reserved_nano_usd + excluded.reserved_nano_usd,
            spent_nano_usd = row.spent_nano_usd + excluded.spent_nano_usd;
    end if;
    for one in
        select * from jsonb_to_recordset(wanted) as one(
            id text, accounts jsonb, nano_usd bigint, owner text, made_at bigint, charges text,
            entry text)
    loop
        select taken.refused_at, taken.lefts into refused_at, lefts
        from hold_in_accounts(one.id, one.accounts, one.nano_usd, one.owner, one.made_at,
                              one.charges, one.entry) as taken;
        return next;
    end loop;
end $$
"""
"""As it was, but for how it finds what has ended."""


def upgrade() -> None:
    """Make the function anew; SQLite has no need of one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(TAKE_TURN)
