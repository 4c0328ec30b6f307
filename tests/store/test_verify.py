"""What an audit of a ledger finds, on every backend."""

import asyncio
from decimal import Decimal

import pytest

from endpoints_server.domain.money.entry import CostStatus, Entry, Outcome
from endpoints_server.domain.money.price import Rates
from endpoints_server.domain.money.usage import Usage
from endpoints_server.store.audit import LISTED_FINDINGS, Rule
from endpoints_server.store.ports import Store
from tests.store.entries import USAGE, entry

UNPRICED = {"rates": None, "cost_nano_usd": None, "cost_status": CostStatus.UNPRICED}
FREE = {"usage": Usage(), "cost_nano_usd": 0}


async def test_a_sound_ledger_gives_no_findings(store: Store) -> None:
    failed = {"outcome": Outcome.FAILED, "fault": "upstream_broken", "status": 502}
    for one in (
        entry("a"),
        entry("b", **UNPRICED),
        entry("c", outcome=Outcome.LEFT, fault="cancelled"),
        entry("d", outcome=Outcome.LEFT),
        entry("e", request_id="r", **failed, **FREE),
        entry("f", request_id="r", attempt=2),
    ):
        await store.ledger.record(one)
    verification = await store.ledger.verify()
    assert (verification.checked, verification.found, verification.findings) == (6, 0, ())


async def test_an_empty_ledger_is_sound(store: Store) -> None:
    verification = await store.ledger.verify()
    assert (verification.checked, verification.found) == (0, 0)


NEGATIVE_RATES = Rates(input=Decimal(-1), output=Decimal(1))


BROKEN = {
    "another cost": (entry("x", cost_nano_usd=1), Rule.COST),
    "unpriced with a cost": (entry("x", cost_status=CostStatus.UNPRICED), Rule.COST),
    "priced without a cost": (entry("x", cost_nano_usd=None), Rule.COST),
    "priced without rates": (entry("x", rates=None), Rule.COST),
    "charged without a price": (entry("x", **UNPRICED, is_charged=True), Rule.COST),
    "a negative cost reported": (entry("x", reported_cost_nano_usd=-1), Rule.NEGATIVE),
    "a negative time": (entry("x", took=-1), Rule.NEGATIVE),
    "a negative count": (entry("x", usage=Usage(input=-1), cost_nano_usd=-150), Rule.NEGATIVE),
    "a negative rate": (entry("x", **{**UNPRICED, "rates": NEGATIVE_RATES}), Rule.NEGATIVE),
    "failed without a fault": (entry("x", outcome=Outcome.FAILED), Rule.OUTCOME),
    "delivered with a fault": (entry("x", fault="upstream_broken"), Rule.OUTCOME),
    "no first attempt": (entry("x", attempt=2), Rule.ATTEMPTS),
    "an attempt before the first": (entry("x", attempt=0), Rule.ATTEMPTS),
    "an attempt twice": (entry("x", request_id="request-sound"), Rule.ATTEMPTS),
    "an attempt missing": (entry("x", request_id="request-sound", attempt=3), Rule.ATTEMPTS),
}


@pytest.mark.parametrize(("broken", "rule"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_entry_is_found_by_its_id(store: Store, broken: Entry, rule: Rule) -> None:
    await store.ledger.record(entry("sound"))
    await store.ledger.record(broken)
    verification = await store.ledger.verify()
    assert (verification.checked, verification.found) == (2, 1)
    assert [(found.rule, found.entry_id) for found in verification.findings] == [(rule, "x")]


async def test_many_findings_are_counted_and_some_are_listed(store: Store) -> None:
    count = LISTED_FINDINGS + 5
    broken = (entry(f"{i}", usage=USAGE, cost_nano_usd=1) for i in range(count))
    await asyncio.gather(*map(store.ledger.record, broken))
    verification = await store.ledger.verify()
    assert (verification.checked, verification.found) == (count, count)
    assert len(verification.findings) == LISTED_FINDINGS
