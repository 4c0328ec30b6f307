"""Money that is not spent, but held for calls that are under way."""

import json
from pathlib import Path

import httpx2
import pytest

from tests.calls.asking import ask
from tests.calls.pausing import Leaver, Pausing, until
from tests.calls.places import Block, config, endpoint
from tests.serving import serving
from tests.upstreams.server import Running

PURSE_USD = 0.0004
"""Holds one call of a hundred tokens, and not two."""
PAYERS: dict[str, Block] = {
    "budget": {"server": {"budgets": {"purse": {"usd": PURSE_USD}}}},
    "balance": {"balance": {"enabled": True, "startBalance": PURSE_USD * 10**6}},
}


@pytest.mark.parametrize("payer", PAYERS)
async def test_what_is_only_held_is_told_apart_from_what_is_spent(
    payer: str, tmp_path: Path
) -> None:
    with Running(Pausing()) as upstream:
        file = json.loads(config([endpoint("messages", "messages", f"{upstream.url}/words")]))
        with serving(json.dumps(file | PAYERS[payer]), tmp_path) as server:
            first, third = Leaver(server), Leaver(server)
            await first.ask("messages", "messages/m")
            await first.read_until(b"fast.")
            async with httpx2.AsyncClient(base_url=server.url, headers=server.headers) as client:
                held = await ask(client, "messages", "messages/m")
                dear = await ask(client, "messages", "messages/m", max_tokens=300)
            first.leave()
            await until(lambda: len(server.latest(5)) == 1)
            await third.ask("messages", "messages/m")
            await third.read_until(b"fast.")
            third.leave()
            await until(lambda: len(server.latest(5)) == 2)
    assert (held.status, held.code) == (429, "budget_reserved")
    assert held.errors[0]["type"] == "rate_limit_error"
    assert (held.headers["retry-after"], held.headers["x-should-retry"]) == ("1", "true")
    assert "under way" in held.errors[0]["message"]
    assert (dear.status, dear.code) == (429, "budget_exceeded")
    assert dear.headers["x-should-retry"] == "false"
