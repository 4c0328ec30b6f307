"""Usage as people and programs read it."""

import re
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from endpoints_server.desk.usage import find_call, sum_usage
from endpoints_server.domain.money.entry import CostStatus, Outcome, UsageStatus
from endpoints_server.domain.money.usage import Usage
from endpoints_server.domain.money.usd import usd
from endpoints_server.store.memory import open_memory
from endpoints_server.store.ports import By, Store
from tests.store.entries import DAY, NOON, entry

UNPRICED = {"rates": None, "cost_nano_usd": None, "cost_status": CostStatus.UNPRICED}


@pytest.fixture
async def store() -> Store:
    """Three calls: one priced, one unpriced, one that needed two attempts."""
    opened = open_memory()
    for one in (
        entry("a"),
        entry("b", person_id="ada", started_at=NOON + DAY, **UNPRICED),
        entry("c", request_id="r", endpoint="Groq", outcome=Outcome.FAILED, fault="unreachable"),
        entry("d", request_id="r", attempt=2, cost_status=CostStatus.ESTIMATED),
    ):
        await opened.ledger.record(one)
    return opened


async def test_sums_are_told_in_usd(store: Store) -> None:
    table = await sum_usage(store, By.USER)
    assert msgspec.to_builtins(table) == snapshot(
        {
            "by": "user",
            "time_zone": "UTC",
            "rows": (
                {
                    "name": "ada",
                    "attempts": 1,
                    "input_tokens": 1200,
                    "output_tokens": 50,
                    "cost_usd": "0",
                    "cost_shown": None,
                    "unpriced": 1,
                },
                {
                    "name": "admin",
                    "attempts": 3,
                    "input_tokens": 3600,
                    "output_tokens": 150,
                    "cost_usd": "0.000585",
                    "cost_shown": None,
                    "unpriced": 0,
                },
            ),
            "total": {
                "name": "total",
                "attempts": 4,
                "input_tokens": 4800,
                "output_tokens": 200,
                "cost_usd": "0.000585",
                "cost_shown": None,
                "unpriced": 1,
            },
        }
    )


@given(nano_usd=st.integers(-(2**63), 2**63 - 1))
def test_an_amount_in_usd_is_exact_and_plain(nano_usd: int) -> None:
    text = usd(nano_usd)
    assert Decimal(text) * 10**9 == nano_usd
    assert re.fullmatch(r"0|-?(0|[1-9]\d*)(\.\d*[1-9])?", text)


async def test_sums_begin_at_an_instant_and_keep_to_a_person(store: Store) -> None:
    assert (await sum_usage(store, By.DAY, since=NOON + 1)).total.attempts == 1
    assert (await sum_usage(store, By.DAY, person_id="admin")).total.attempts == 3
    assert (await sum_usage(store, By.DAY, since=NOON + 2 * DAY)).rows == ()


async def test_a_call_is_told_with_all_its_attempts(store: Store) -> None:
    call = await find_call(store, "r")
    assert call is not None
    assert (call.cost_usd, call.cost_status) == ("0.00039", CostStatus.ESTIMATED)
    assert [attempt.endpoint for attempt in call.attempts] == ["Groq", "Mistral"]
    assert msgspec.to_builtins(call.attempts[1]) == snapshot(
        {
            "id": "d",
            "attempt": 2,
            "operation": "chat",
            "started_at": "2026-11-21T12:00:00+00:00",
            "took_seconds": 0.0012,
            "endpoint": "Mistral",
            "model": "mistral-small",
            "answered_model": "",
            "credential": "house",
            "outcome": "delivered",
            "status": 200,
            "fault": "",
            "usage": {
                "input": 1000,
                "cache_read": 200,
                "cache_write": 0,
                "cache_write_hour": 0,
                "output": 50,
                "reasoning": 0,
            },
            "usage_status": "reported",
            "cost_usd": "0.000195",
            "cost_shown": None,
            "cost_status": "estimated",
            "reported_cost_usd": None,
            "is_charged": False,
            "price_source": "tokenConfig",
            "losses": (),
            "abandoned": "",
        }
    )


async def test_a_call_without_a_price_costs_nobody_knows_what(store: Store) -> None:
    call = await find_call(store, "request-b")
    assert call is not None
    assert (call.cost_usd, call.cost_status) == (None, CostStatus.UNPRICED)


async def test_an_attempt_that_used_nothing_leaves_the_cost_of_a_call_certain(store: Store) -> None:
    nothing = {**UNPRICED, "usage": Usage(), "usage_status": UsageStatus.NONE}
    failed = {"outcome": Outcome.FAILED, "fault": "unreachable", **nothing}
    await store.ledger.record(entry("e", request_id="s", **failed))
    await store.ledger.record(entry("f", request_id="s", attempt=2))
    call = await find_call(store, "s")
    assert call is not None
    assert (call.cost_usd, call.cost_status) == ("0.000195", CostStatus.EXACT)


async def test_a_call_of_somebody_else_is_as_if_it_were_not_there(store: Store) -> None:
    assert await find_call(store, "request-b", person_id="admin") is None
    assert await find_call(store, "request-b", person_id="ada")
    assert await find_call(store, "no such call") is None
