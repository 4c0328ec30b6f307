"""An entry as a row of plain columns, and back."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec
from msgspec.structs import astuple

from endpoints_server.domain.money.entry import Entry
from endpoints_server.domain.money.price import Rates
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.sql.tables import ENTRY_COLUMNS

NAMES = tuple(str(column.name) for column in ENTRY_COLUMNS)
Row = tuple[object, ...]
COUNTS = Usage.__struct_fields__
RATES = Rates.__struct_fields__
NO_RATES = (None,) * len(RATES)


def row_of(entry: Entry) -> Row:
    """Lay an entry out in the order of `ENTRY_COLUMNS`; rates are exact decimal texts."""
    return (
        entry.id,
        entry.request_id,
        entry.attempt,
        entry.operation,
        entry.started_at,
        entry.took,
        entry.first_byte_took,
        entry.person_id,
        entry.key_id,
        entry.conversation_id,
        entry.endpoint,
        entry.model,
        entry.answered_model,
        entry.wire_in,
        entry.wire_out,
        entry.is_stream,
        entry.credential,
        entry.outcome.value,
        entry.status,
        entry.fault,
        entry.stop,
        entry.usage_status.value,
        entry.price_source,
        entry.cost_nano_usd,
        entry.cost_status.value,
        entry.reported_cost_nano_usd,
        entry.is_charged,
        entry.config,
        listed(entry.losses),
        listed(entry.accounts),
        entry.abandoned,
        *astuple(entry.usage),
        *(NO_RATES if entry.rates is None else texts_of(entry.rates)),
    )


def listed(values: tuple[object, ...]) -> str:
    """Write a list as JSON."""
    return msgspec.json.encode(values).decode() if values else "[]"


@lru_cache(maxsize=1024)
def texts_of(rates: Rates) -> tuple[str | None, ...]:
    """Write rates as exact decimals."""
    return tuple(None if rate is None else str(rate) for rate in astuple(rates))


def entry_of(row: Iterable[object]) -> Entry:
    """Read a row in that order; raises msgspec.MsgspecError where a field cannot be read."""
    fields = dict(zip(NAMES, row, strict=True))
    fields["usage"] = {name: fields.pop(f"{name}_tokens") for name in COUNTS}
    rates = {name: fields.pop(f"{name}_rate") for name in RATES}
    fields["rates"] = rates if any(rates.values()) else None
    for name in ("losses", "accounts"):
        fields[name] = msgspec.json.decode(str(fields[name]))
    return msgspec.convert(fields, Entry)
