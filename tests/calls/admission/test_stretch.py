"""What more is held of as a stream goes on."""

from datetime import UTC

import pytest

from endpoints_server.calls.admission.stretch import stretch
from endpoints_server.calls.admitted import Hold
from endpoints_server.domain.fault import Failed, Kind
from endpoints_server.domain.money.account import Reservation
from endpoints_server.domain.rules.budget import AtEnd, Budget, Draw, draw_of
from endpoints_server.domain.rules.period import Period
from endpoints_server.domain.rules.target import Circumstances
from endpoints_server.domain.wire import Seen
from endpoints_server.store.memory import open_memory
from endpoints_server.store.ports import Store
from tests.store.entries import NOON, entry

SECOND = 1_000_000
HOUR = 3600 * SECOND
HOURLY = Budget(name="hourly", nano_usd=100, period=Period(rolling_seconds=3600), at_end=AtEnd.CUT)
FACTS = Circumstances(person_id="ada", key_id="k", endpoint="e", model="m")


def draw_at(now: int) -> Draw:
    return draw_of(HOURLY, FACTS, now, UTC)


async def begun(store: Store, name: str, nano_usd: int, now: int) -> Hold:
    """Hold an amount for a stream that begins at an instant; a word later it needs ten more."""
    draw = draw_at(now)
    kept = entry(name, cost_nano_usd=nano_usd, accounts=(draw.account.row,))
    reservation = Reservation(accounts=(draw.account,), nano_usd=nano_usd, entry=kept)
    assert (await store.accounts.reserve(reservation)).is_admitted
    return Hold(
        reservation=reservation, draws=(draw,), covered_tokens=1, step_tokens=1, step_nano_usd=10
    )


async def test_of_a_rolling_span_what_counts_is_what_is_in_it_at_this_moment() -> None:
    store, later = open_memory(), NOON + HOUR // 2
    await begun(store, "before", 90, NOON - HOUR // 4 * 3)
    stream, seen = await begun(store, "stream", 10, NOON), Seen(texts=["word"])
    await stretch(store.accounts, stream, seen, lambda: later)
    assert stream.covered_tokens == 2
    await begun(store, "after", 75, later)
    seen.texts.append("word")
    with pytest.raises(Failed) as failed:
        await stretch(store.accounts, stream, seen, lambda: later)
    assert failed.value.fault.kind is Kind.OVER_BUDGET
