"""Years of entries at once, made by the database itself so that millions take a minute."""

from datetime import UTC, datetime

from msgspec import Struct
from sqlalchemy import Engine, text

from endpoints_server.store.sql.engine import writing
from endpoints_server.store.sql.tables import ENTRY_COLUMNS

ROWS_AT_ONCE = 100_000
PATIENCE_SECONDS = 600.0
DAY = 86_400_000_000
NOW = int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()) * 1_000_000


class Shape(Struct, frozen=True, kw_only=True):
    """How many entries, over how many days, of how many people, to how many models."""

    entries: int = 5_000_000
    days: int = 365
    people: int = 500
    models: int = 20
    endpoints: int = 6


COUNTING = {
    "sqlite": """with recursive n (i) as
                 (select :first union all select i + 1 from n where i < :last)""",
    "postgresql": "with n (i) as (select generate_series(cast(:first as bigint), :last))",
}
"""Numbers from the first to the last, as each database counts."""

# Everything hangs on the number alone, by multipliers that mix its digits: a few people make most
# of the calls, each person asks few models, and time goes on as the numbers do.
MIXED = """
, mixed as (
  select i, (i * 7919) % 1009 as a, (i * 104729) % 1013 as b, (i * 15485863) % 997 as c from n
), placed as (
  select i, a, b, c, (a * b * {people}) / (1009 * 1013) as person,
         ((a * b * {people}) / (1009 * 1013) + c % 4) % {models} as model from mixed
)
"""
VALUES = {
    "id": "'e' || cast(1000000000 + i as text)",
    "request_id": "'r' || cast(1000000000 + i as text)",
    "attempt": "1",
    "operation": "'chat'",
    "started_at": "{since} + (i * {step}) + c",
    "took": "1000000 + a * 1000",
    "first_byte_took": "200000 + b * 100",
    "person_id": "'person-' || cast(person as text)",
    "key_id": "'key-' || cast(person as text) || '-' || cast(b % 2 as text)",
    "conversation_id": "'c' || cast(i / 7 as text)",
    "endpoint": "'Endpoint ' || cast(model % {endpoints} as text)",
    "model": "'model-' || cast(model as text)",
    "is_stream": "{true}",
    "credential": "'house'",
    "outcome": "'delivered'",
    "status": "200",
    "usage_status": "case when c < 20 then 'estimated' else 'reported' end",
    "price_source": "'tokenConfig'",
    "cost_nano_usd": "1000 * (500 + a) + 4000 * (100 + b)",
    "cost_status": "case when c < 20 then 'estimated' else 'exact' end",
    "is_charged": "{false}",
    "losses": "'[]'",
    "accounts": """'[["{everybody}",0],["user:person-' || cast(person as text) || '",0]]'""",
    "input_tokens": "500 + a",
    "output_tokens": "100 + b",
    "input_rate": "'1'",
    "output_rate": "'4'",
    "wire_in": "'openai_chat'",
    "wire_out": "'openai_chat'",
}
EVERYBODY = "all"
ACCOUNTS = """
insert into accounts (name, starts_at, cap_nano_usd, spent_nano_usd, reserved_nano_usd,
                      opening_nano_usd)
select {name}, 0, 0, sum(cost_nano_usd), 0, 0 from entries group by 1
"""
"""What the entries were paid from: everybody's, and each person's own."""
TRUTHS = {"sqlite": {"true": "1", "false": "0"}, "postgresql": {"true": "true", "false": "false"}}
TOKENS = "_tokens"


def fill(engine: Engine, shape: Shape) -> None:
    """Insert entries that end now."""
    step = shape.days * DAY // shape.entries
    places = {
        "people": shape.people,
        "models": shape.models,
        "endpoints": shape.endpoints,
        "step": step,
        "everybody": EVERYBODY,
        "since": NOW - shape.entries * step,
        **TRUTHS[engine.dialect.name],
    }
    statement = text(insertion(engine.dialect.name).format(**places))
    for first in range(1, shape.entries + 1, ROWS_AT_ONCE):
        last = min(first + ROWS_AT_ONCE - 1, shape.entries)
        with writing(engine, patience_seconds=PATIENCE_SECONDS) as connection:
            connection.execute(statement, {"first": first, "last": last})
    with writing(engine, patience_seconds=PATIENCE_SECONDS) as connection:
        for name in (f"'{EVERYBODY}'", "'user:' || person_id"):
            connection.execute(text(ACCOUNTS.format(name=name)))


def insertion(dialect: str) -> str:
    """Write the statement that inserts the entries of some numbers."""
    names = [str(column.name) for column in ENTRY_COLUMNS]
    values = ", ".join(VALUES.get(name, usual(name)) for name in names)
    return (
        f"insert into entries ({', '.join(names)}) {COUNTING[dialect]} {MIXED} "
        f"select {values} from placed"
    )


def usual(name: str) -> str:
    """Give the value of a column that no figure hangs on."""
    column = next(column for column in ENTRY_COLUMNS if column.name == name)
    if name.endswith(TOKENS):
        return "0"
    return "null" if column.nullable else "''"
