"""Entries for tests: sound ones drawn at random, and one to vary."""

from decimal import Decimal

from hypothesis import strategies as st

from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome, UsageStatus
from endpoints_server.domain.money.price import Rates, cost
from endpoints_server.domain.money.usage import Usage

NOON = 1_795_262_400_000_000
"""2026-11-21, 12:00 UTC, in microseconds."""
HOUR = 3_600_000_000
DAY = 24 * HOUR

USAGE = Usage(input=1000, cache_read=200, output=50)
RATES = Rates(input=Decimal("0.15"), output=Decimal("0.6"), cache_read=Decimal("0.075"))


def entry(entry_id: str, **fields: object) -> Entry:
    """Make a sound entry, then vary it."""
    sound: dict[str, object] = {
        "id": entry_id,
        "request_id": f"request-{entry_id}",
        "started_at": NOON,
        "took": 1200,
        "person_id": "admin",
        "endpoint": "Mistral",
        "model": "mistral-small",
        "wire_in": "openai_chat",
        "wire_out": "openai_chat",
        "outcome": Outcome.DELIVERED,
        "status": 200,
        "usage": USAGE,
        "usage_status": UsageStatus.REPORTED,
        "rates": RATES,
        "price_source": "tokenConfig",
        "cost_nano_usd": cost(USAGE, RATES),
        "cost_status": CostStatus.EXACT,
    }
    return Entry(**{**sound, **fields})  # type: ignore[arg-type]


counts = st.integers(0, 10**7)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
rates = st.decimals(0, 1000, places=6) | st.sampled_from([Decimal("1E+2"), Decimal("0.10")])
usages = st.builds(
    Usage,
    input=counts,
    cache_read=counts,
    cache_write=counts,
    cache_write_hour=counts,
    output=counts,
    reasoning=counts,
)
all_rates = st.builds(
    Rates,
    input=rates,
    output=rates,
    cache_read=st.none() | rates,
    cache_write=st.none() | rates,
    cache_write_hour=st.none() | rates,
    reasoning=st.none() | rates,
)


@st.composite
def entries(draw: st.DrawFn, entry_ids: st.SearchStrategy[str] = texts) -> Entry:
    """Draw a sound entry of a call with one attempt."""
    usage, known = draw(usages), draw(st.none() | all_rates)
    outcome = draw(st.sampled_from(Outcome))
    entry_id = draw(entry_ids)
    return entry(
        entry_id,
        started_at=NOON + draw(st.integers(-3 * DAY, 3 * DAY)),
        first_byte_took=draw(st.none() | counts),
        person_id=draw(st.sampled_from(["admin", "ada", "grace"])),
        endpoint=draw(texts),
        model=draw(texts),
        is_stream=draw(st.booleans()),
        outcome=outcome,
        fault="upstream_broken" if outcome is Outcome.FAILED else "",
        usage=usage,
        rates=known,
        cost_nano_usd=None if known is None else cost(usage, known),
        cost_status=CostStatus.UNPRICED if known is None else CostStatus.EXACT,
        reported_cost_nano_usd=draw(st.none() | counts),
        is_charged=known is not None and draw(st.booleans()),
        losses=tuple(draw(st.lists(texts, max_size=2))),
        config=draw(texts),
    )
