"""What a call costs that took more than one attempt, and which rules count it."""

import asyncio
from collections import Counter
from itertools import product
from pathlib import Path

from endpoints_server.domain.money.account import Account
from tests.calls.asking import ask
from tests.calls.conftest import BOUNDS
from tests.calls.pausing import until
from tests.calls.routing.stage import CALM, caller, played
from tests.upstreams.bad import BEHAVIOURS

CAP = 10**9
TOO_LARGE = ("huge_event", "many_models", "oversized")
TIMEOUTS = {"connect": 0.6, "firstToken": 0.5, "betweenTokens": 0.4, "total": 2.0}
COSTS = {"dear": {"prompt": 3000, "completion": 3000}, "cheap": {"prompt": 1, "completion": 2}}


async def test_t_24_every_attempt_is_charged_once_and_nothing_stays_held(tmp_path: Path) -> None:
    scripts = [name for name in BEHAVIOURS if name not in (*TOO_LARGE, "slow_tls")]
    actors = {name.replace("_", "-"): "chat" for name in scripts} | {"spare": "messages"}
    server = {
        **CALM,
        "aliases": {f"to-{name}": [f"{name}/m", "spare/m"] for name in actors if name != "spare"},
        "retries": {"attempts": 4, "perTarget": 1, "backoffSeconds": 0.01, "maxBackoffSeconds": 0.1,
                    "budgetPercent": 100, "minPerSecond": 100},
        "budgets": {"purse": {"usd": 1, "per": "day"}},
        "limits": {"all": {"requestsPerMinute": 1000, "concurrent": 1000}},
        "timeouts": TIMEOUTS,
        "bounds": BOUNDS,
    }  # fmt: skip
    with played(tmp_path, actors, server) as (running, stage):
        stage.play({name.replace("_", "-"): name for name in scripts})
        ways = list(product([name for name in actors if name != "spare"], (True, False)))
        async with caller(running) as client:
            answers = await asyncio.gather(
                *(ask(client, "chat", f"to-{name}", is_stream=flag) for name, flag in ways)
            )
        await until(lambda: not running.parts.exchange.under_way.calls)
        store, entries = running.parts.store, running.latest(10_000)
        made = {answer.request_id: int(answer.headers["x-es-attempts"]) for answer in answers}
        assert Counter(entry.request_id for entry in entries) == made
        assert 2 * len(ways) > len(entries) > len(ways)
        reached = [seen for seen in stage.seen if seen.method == "POST"]
        assert len(reached) <= len(entries), "nothing was asked that is not in the ledger"
        ((name, starts_at),) = {row for entry in entries for row in entry.accounts}
        purse = Account(name=name, cap_nano_usd=CAP, starts_at=starts_at, since=starts_at)
        (remainder,) = running.ask(store.accounts.list_remainders([purse]))
        charged = sum(entry.cost_nano_usd or 0 for entry in entries)
        assert CAP - remainder.left_nano_usd == charged > 0
        assert running.ask(store.ledger.verify()).findings == ()


async def test_t_20_rules_and_prices_are_those_of_the_model_that_serves(tmp_path: Path) -> None:
    costs = {
        name: {"tokenConfig": {"m": {**cost, "context": 1000}}} for name, cost in COSTS.items()
    }
    server = {
        **CALM,
        "aliases": {"cautious": ["dear/m", "cheap/m"], "plain": "dear/m"},
        "budgets": {"dear": {"usd": 0.1, "endpoint": "dear"}},
        "limits": {"each": {"requestsPerMinute": 1000}, "few": {"requestsPerMinute": 2,
                   "endpoint": "cheap", "model": "m"}},
    }  # fmt: skip
    with played(tmp_path, {"dear": "chat", "cheap": "chat"}, server, **costs) as (running, _):
        async with caller(running) as client:
            answer = await ask(client, "chat", "plain", max_tokens=4)
            assert (answer.status, answer.headers["x-es-cost"]) == (200, "0.033")
            refused = await ask(client, "chat", "plain", max_tokens=4)
            assert (refused.status, refused.code) == (429, "budget_exceeded")
            assert "'dear'" in refused.errors[0]["message"]
            assert (await ask(client, "chat", "dear/m", max_tokens=4)).code == "budget_exceeded"
            for model in ("cheap/m", "cheap/m", "cheap/m"):
                answer = await ask(client, "chat", model, max_tokens=4)
            assert (answer.status, answer.code) == (429, "rate_limit_exceeded")


async def test_a_call_that_is_tried_twice_is_one_call_to_limits(tmp_path: Path) -> None:
    server = {
        **CALM,
        "aliases": {"both": ["first/m", "second/m"]},
        "limits": {"few": {"requestsPerMinute": 3, "concurrent": 1}},
    }
    with played(tmp_path, {"first": "chat", "second": "messages"}, server) as (running, stage):
        stage.play({"first": "failing_json"})
        async with caller(running) as client:
            answers = [await ask(client, "chat", "both") for _ in range(4)]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert answers[2].headers["x-es-attempts"] == "2"


async def test_a_call_keeps_its_place_among_those_at_once_when_it_is_tried_again(
    tmp_path: Path,
) -> None:
    server = {
        **CALM,
        "aliases": {"both": ["first/m", "second/m"]},
        "limits": {
            "all": {"concurrent": 2},
            "at-first": {"concurrent": 2, "endpoint": "first"},
            "tokens": {"tokensPerMinute": 100_000},
        },
    }
    with played(tmp_path, {"first": "chat", "second": "chat"}, server) as (running, stage):
        stage.play({"first": "failing_json", "second": "hang_after_first"})
        async with caller(running) as client:
            held = [
                asyncio.create_task(ask(client, "chat", "both", is_stream=True)) for _ in range(2)
            ]
            await until(lambda: len(stage.asked("second")) == 2)
            refused = await ask(client, "chat", "second/m")
            assert (refused.status, refused.code) == (429, "rate_limit_exceeded")
            assert "'all'" in refused.errors[0]["message"]
            counters = running.parts.store.limits.counters  # type: ignore[attr-defined]
            assert [name for name, count in counters.running.items() if "at-first" in name] == []
            for each in held:
                each.cancel()
            await until(lambda: not running.parts.exchange.under_way.calls)
            assert counters.running == {}
            stage.play({})
            assert (await ask(client, "chat", "both")).status == 200
