"""Laws of the ledger, over entries drawn at random."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoints_server.domain.money.entry import Entry
from endpoints_server.store.memory import open_memory
from endpoints_server.store.open import open_store
from endpoints_server.store.ports import By, Store, Sum
from tests.store.backends import AT_ONCE
from tests.store.entries import entries

EXAMPLES = 25

ledgers = st.lists(entries(), max_size=12, unique_by=lambda entry: entry.id)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """Draw entries, and the same in any order with any of them several times."""
    once = draw(ledgers)
    again = draw(st.lists(st.sampled_from(once), max_size=12)) if once else []
    return once, draw(st.permutations(once + again))


async def state_of(store: Store, recorded: list[Entry]) -> tuple[list[Entry], list[list[Sum]]]:
    """Record entries, and tell all there is to know of them; the ledger must be sound."""
    await asyncio.gather(*map(store.ledger.record, recorded))
    listed = await store.ledger.list_entries()
    sums = [await store.ledger.sums(by) for by in By]
    verification = await store.ledger.verify()
    await store.close()
    assert (verification.checked, verification.findings) == (len(listed), ())
    return listed, sums


@given(delivery=deliveries())
@settings(max_examples=EXAMPLES)
def test_any_order_and_any_repeats_leave_the_same_ledger(
    tmp_path_factory: pytest.TempPathFactory, delivery: tuple[list[Entry], list[Entry]]
) -> None:
    once, delivered = delivery
    folder = tmp_path_factory.mktemp("ledger")

    async def compare() -> None:
        expected = await state_of(open_memory(), once)
        assert await state_of(await open_store(folder, opening=AT_ONCE), delivered) == expected

    asyncio.run(compare())


@given(recorded=ledgers)
@settings(max_examples=EXAMPLES)
def test_every_way_to_sum_gives_the_same_total(
    tmp_path_factory: pytest.TempPathFactory, recorded: list[Entry]
) -> None:
    folder: Path = tmp_path_factory.mktemp("ledger")

    async def sums() -> list[list[Sum]]:
        return (await state_of(await open_store(folder, opening=AT_ONCE), recorded))[1]

    total = sum(entry.cost_nano_usd or 0 for entry in recorded)
    for rows in asyncio.run(sums()):
        assert sum(row.cost_nano_usd for row in rows) == total
        assert sum(row.attempts for row in rows) == len(recorded)
