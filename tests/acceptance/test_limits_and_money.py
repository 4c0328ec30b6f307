"""Limits in Redis beside money in the database: what one of them refuses costs nothing."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2

from tests.calls.asking import Got, ask
from tests.calls.test_budgets import CHARGE, Talkative, check_refused, file_of
from tests.calls.test_limits import check_refused as check_over_limit
from tests.cli.test_serve import serving
from tests.redis import running_redis
from tests.upstreams.server import Running

KEY = "a-key-that-the-tests-chose"
MOST = 12


async def test_what_limits_refuse_holds_no_money(tmp_path: Path) -> None:
    answers, told = await ask_often(tmp_path, purse_usd=1)
    assert [answer.status for answer in answers].count(200) == MOST
    for answer in answers:
        if answer.status != 200:
            check_over_limit(answer, "calls")
    (budget,) = told["budgets"]
    assert Decimal(1) - Decimal(budget["left_usd"]) == MOST * Decimal(str(CHARGE))


async def test_what_money_refuses_is_counted_and_no_more_is_spent_than_there_is(
    tmp_path: Path,
) -> None:
    answers, told = await ask_often(tmp_path, purse_usd=3.5 * CHARGE)
    paid = [answer for answer in answers if answer.status == 200]
    assert 1 <= len(paid) <= 3
    (budget,) = told["budgets"]
    spent = len(paid) * Decimal(str(CHARGE))
    assert Decimal(str(3.5 * CHARGE)) - Decimal(budget["left_usd"]) == spent
    refused = [each for each in answers if each.status != 200 and each.code != "budget_reserved"]
    over_limit = [each for each in refused if each.code == "rate_limit_exceeded"]
    for answer in over_limit:
        check_over_limit(answer, "calls")
    for answer in refused:
        if answer not in over_limit:
            check_refused(answer, "purse")


async def ask_often(folder: Path, purse_usd: float) -> tuple[list[Got], dict[str, Any]]:
    """Ask once, then thirty times at once; gives the answers, and what is left when all have
    come."""
    with running_redis() as redis, Running(Talkative()) as upstream:
        limits = {"calls": {"requestsPerMinute": MOST}}
        budgets = {"purse": {"usd": purse_usd, "per": "day"}}
        file = file_of(upstream.url, limits=limits, budgets=budgets)
        (folder / "librechat.yaml").write_text(file)
        settings = {"ES_REDIS_URL": redis.url, "ES_ADMIN_KEY": KEY}
        with serving(folder, "serve", "--json", until="}", **settings) as (_, said):
            address = json.loads(said)["address"]
            headers = {"authorization": f"Bearer {KEY}"}
            async with httpx2.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
                first = await ask(client, "chat", "chat/m", max_tokens=4)
                assert first.status == 200
                many = (ask(client, "chat", "chat/m", max_tokens=4) for _ in range(30))
                answers = [first, *await asyncio.gather(*many)]
                told = (await client.get("/me/balance")).json()
    return answers, told
