"""Usage as people and programs read it: USD in decimals, instants in ISO 8601."""

from datetime import UTC, datetime, timedelta

from msgspec import Struct

from endpoints_server.domain.money.currency import Currency, Shown, show
from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome, UsageStatus
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.money.usd import usd
from endpoints_server.store.ports import By, Store, Sum

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS = 1_000_000


class UsageRow(Struct, frozen=True, kw_only=True):
    """What one user, endpoint, model or day came to; `unpriced` attempts are not in the cost.

    `cost_shown` is the cost in the currency that the file shows beside USD, if it does.
    """

    name: str
    attempts: int
    input_tokens: int
    output_tokens: int
    cost_usd: str
    cost_shown: Shown | None = None
    unpriced: int


class UsageTable(Struct, frozen=True, kw_only=True):
    """Usage by one thing, and all of it; days are those of `time_zone`."""

    by: By
    time_zone: str = "UTC"
    rows: tuple[UsageRow, ...]
    total: UsageRow


class AttemptUsage(Struct, frozen=True, kw_only=True):
    """One attempt of a call; `cost_usd` is None where nobody knows a price.

    `reported_cost_usd` is what the upstream says it charges; `is_charged` says that `cost_usd` was
    taken from the person's balance. `abandoned` is the rule it followed where its caller had left.
    """

    id: str
    attempt: int
    operation: str
    started_at: str
    took_seconds: float
    endpoint: str
    model: str
    answered_model: str
    credential: str
    outcome: Outcome
    status: int
    fault: str
    usage: Usage
    usage_status: UsageStatus
    cost_usd: str | None
    cost_shown: Shown | None = None
    cost_status: CostStatus
    reported_cost_usd: str | None = None
    is_charged: bool = False
    price_source: str
    losses: tuple[str, ...]
    abandoned: str = ""


class CallUsage(Struct, frozen=True, kw_only=True):
    """One call with all its attempts.

    `cost_usd` is the sum of those with a price, and None where none has one; `cost_status` is the
    least certain among the attempts that used anything.
    """

    request_id: str
    cost_usd: str | None
    cost_shown: Shown | None = None
    cost_status: CostStatus
    attempts: tuple[AttemptUsage, ...]


async def sum_usage(
    store: Store,
    by: By,
    since: int | None = None,
    person_id: str | None = None,
    currency: Currency | None = None,
    *,
    until: int | None = None,
) -> UsageTable:
    """Add up usage from an instant on and before another (microseconds), of one person or all."""
    sums = await store.ledger.sums(by, since, person_id, until=until)
    rows = tuple(row_of(row, currency) for row in sums)
    return UsageTable(by=by, rows=rows, total=row_of(total_of(sums), currency))


async def find_call(
    store: Store,
    request_id: str,
    person_id: str | None = None,
    currency: Currency | None = None,
) -> CallUsage | None:
    """Give what one call came to; with a `person_id`, None for a call of somebody else."""
    entries = await store.ledger.find_entries(request_id)
    seen = [entry for entry in entries if person_id in (None, entry.person_id)]
    return call_of(request_id, seen, currency) if seen else None


def total_of(sums: list[Sum]) -> Sum:
    """Add sums up."""
    return Sum(
        name="total",
        attempts=sum(row.attempts for row in sums),
        input_tokens=sum(row.input_tokens for row in sums),
        output_tokens=sum(row.output_tokens for row in sums),
        cost_nano_usd=sum(row.cost_nano_usd for row in sums),
        unpriced=sum(row.unpriced for row in sums),
    )


def row_of(row: Sum, currency: Currency | None) -> UsageRow:
    """Write a sum in USD, and in the currency shown beside it."""
    return UsageRow(
        name=row.name,
        attempts=row.attempts,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=usd(row.cost_nano_usd),
        cost_shown=shown(row.cost_nano_usd, currency),
        unpriced=row.unpriced,
    )


def call_of(request_id: str, entries: list[Entry], currency: Currency | None) -> CallUsage:
    """Put the attempts of a call together."""
    counted = [entry for entry in entries if entry.usage_status is not UsageStatus.NONE] or entries
    priced = [entry.cost_nano_usd for entry in entries if entry.cost_nano_usd is not None]
    nano_usd = sum(priced) if priced else None
    certainty = list(CostStatus)
    return CallUsage(
        request_id=request_id,
        cost_usd=written(nano_usd),
        cost_shown=shown(nano_usd, currency),
        cost_status=max((entry.cost_status for entry in counted), key=certainty.index),
        attempts=tuple(attempt_of(entry, currency) for entry in entries),
    )


def attempt_of(entry: Entry, currency: Currency | None) -> AttemptUsage:
    """Write an entry for people."""
    return AttemptUsage(
        id=entry.id,
        attempt=entry.attempt,
        operation=entry.operation,
        started_at=instant_text(entry.started_at),
        took_seconds=entry.took / MICROSECONDS,
        endpoint=entry.endpoint,
        model=entry.model,
        answered_model=entry.answered_model,
        credential=entry.credential,
        outcome=entry.outcome,
        status=entry.status,
        fault=entry.fault,
        usage=entry.usage,
        usage_status=entry.usage_status,
        cost_usd=written(entry.cost_nano_usd),
        cost_shown=shown(entry.cost_nano_usd, currency),
        cost_status=entry.cost_status,
        reported_cost_usd=written(entry.reported_cost_nano_usd),
        is_charged=entry.is_charged,
        price_source=entry.price_source,
        losses=entry.losses,
        abandoned=entry.abandoned,
    )


def instant_text(microseconds: int) -> str:
    """Write an instant in ISO 8601."""
    return (BEGINNING + timedelta(microseconds=microseconds)).isoformat()


def written(nano_usd: int | None) -> str | None:
    """Write an amount in USD, if it is known."""
    return None if nano_usd is None else usd(nano_usd)


def shown(nano_usd: int | None, currency: Currency | None) -> Shown | None:
    """Write an amount in the currency shown beside USD, if there is one."""
    return None if nano_usd is None or currency is None else show(nano_usd, currency)
