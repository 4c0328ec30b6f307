"""Whatever an upstream does wrong, each attempt is charged once and nothing stays held."""

import asyncio
from collections import Counter
from itertools import product
from pathlib import Path

import httpx2

from endpoints_server.domain.money.account import Account
from tests.calls.asking import ask
from tests.calls.conftest import BOUNDS, LARGE, TIMEOUTS
from tests.calls.pausing import until
from tests.calls.places import config, misbehaving
from tests.serving import serving
from tests.upstreams.bad import BEHAVIOURS, BadProvider

WIRES = ("chat", "messages")
CAP = 10**9


async def test_t_24_faults_are_charged_once_and_leave_nothing_held(
    provider: BadProvider, tmp_path: Path
) -> None:
    names = [name.replace("_", "-") for name in BEHAVIOURS]
    models = [f"{wire}-{name}" for wire in WIRES for name in names]
    quick = [model for model in models if model not in LARGE]
    ways = list(product(WIRES, quick, (True, False)))
    rules = {
        "budgets": {"purse": {"usd": 1, "per": "day"}},
        "timeouts": TIMEOUTS,
        "bounds": BOUNDS,
    }
    with serving(config(misbehaving(provider.url, BEHAVIOURS), rules), tmp_path) as server:
        async with httpx2.AsyncClient(
            base_url=server.url, headers=server.headers, timeout=None
        ) as client:
            asked = (ask(client, wire, f"{name}/m", is_stream=flag) for wire, name, flag in ways)
            await asyncio.gather(*asked)
        await until(lambda: not server.parts.exchange.under_way.calls)
        store, entries = server.parts.store, server.latest(10_000)
        assert set(Counter(entry.request_id for entry in entries).values()) == {1}
        assert len(entries) == len(ways)
        ((name, starts_at),) = {row for entry in entries for row in entry.accounts}
        purse = Account(name=name, cap_nano_usd=CAP, starts_at=starts_at, since=starts_at)
        (remainder,) = server.ask(store.accounts.list_remainders([purse]))
        charged = sum(entry.cost_nano_usd or 0 for entry in entries)
        assert CAP - remainder.left_nano_usd == charged > 0
        assert server.ask(store.ledger.verify()).findings == ()
