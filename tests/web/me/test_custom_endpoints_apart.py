"""Endpoints of one's own and everybody else: what one person brings takes nothing from others."""

import asyncio
import json

import httpx2
import pytest

from endpoints_server.upstream.models import PATIENCE_SECONDS
from tests.acceptance.test_own_keys import Someone, code_of
from tests.serving import Serving
from tests.upstreams.bad import BadProvider
from tests.upstreams.server import Exchange, Running, Server
from tests.web.me.bringing import (
    ALL,
    KEY,
    RATES,
    YAML,
    body,
    bring,
    host_of,
    rewrite,
    told,
    wait_until,
)

DEAR = {"prompt": 900_000, "completion": 900_000, "context": 1000}


def with_rules(server: Serving, rules: str) -> None:
    rewrite(server, f"{server.config.read_text()}server: {{{rules}}}\n")


@pytest.mark.parametrize("each", ["endpoint", "model"])
def test_who_calls_an_endpoint_of_the_same_name_has_a_limit_of_their_own(
    ada: Someone, grace: Someone, upstream: Server, server: Serving, each: str
) -> None:
    with_rules(server, f"limits: {{few-{each}: {{requestsPerMinute: 1, each: {each}}}}}")
    for who in (ada, grace):
        bring(who, body(upstream, apiKey=KEY))
        assert who.call("my-gpu/llama").status_code == 200
        assert code_of(who.call("my-gpu/llama")) == "rate_limit_exceeded"


def test_a_price_that_somebody_made_up_takes_nothing_from_a_budget_of_all(
    ada: Someone, grace: Someone, upstream: Server, server: Serving
) -> None:
    budgets = "all: {usd: 1, per: day, includeOwnKeys: true}, mine: {usd: 10, each: user, per: day"
    with_rules(server, f"budgets: {{{budgets}, includeOwnKeys: true}}}}")
    rates = server.config.read_text().replace(
        "models: {default: [shared]}",
        "models: {default: [shared]}\n      tokenConfig: {shared: {prompt: 1, completion: 1, "
        "context: 1000}}",
    )
    rewrite(server, rates)
    bring(ada, body(upstream, apiKey=KEY, tokenConfig={"llama": DEAR}))
    dear = ada.call("my-gpu/llama")
    assert code_of(dear) == "budget_exceeded"
    assert "'mine'" in dear.json()["error"]["message"]
    cheap = {**DEAR, "prompt": 1, "completion": 400_000}
    assert ada.ask("PUT", f"{ALL}/my-gpu", body(upstream, tokenConfig={"llama": cheap})).is_success
    paid = ada.call("my-gpu/llama")
    assert (paid.status_code, paid.headers["x-es-budget-name"]) == (200, "mine")
    called = grace.call("house/shared")
    assert called.status_code == 200, called.text
    assert called.headers["x-es-budget-name"] == "all"


def test_a_name_of_the_file_is_the_files_in_any_script_and_case(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    bring(ada, body(upstream, name="яндекс", apiKey=KEY))
    before = server.config.read_text()
    entry = f"{{name: Яндекс, apiKey: zz-house-zz, baseURL: '{upstream.url}', "
    rewrite(server, f"{before}    - {entry}models: {{default: [gpt]}}}}\n")
    assert ada.call("Яндекс/gpt").headers["x-es-credential"] == "house"
    shown = told(ada, ALL)[0]
    assert (shown["isServed"], "configuration" in shown["reason"]) == (False, True)
    again = ada.ask("POST", ALL, body(upstream, name="ЯНДЕКС"))
    assert (again.status_code, code_of(again)) == (409, "name_taken")


async def list_many(exchange: Exchange) -> None:
    """List so many models that two such lists are too many."""
    await exchange.read_body()
    models = [{"id": f"m-{number}"} for number in range(3000)]
    exchange.whole("200 OK", "application/json", json.dumps({"data": models}).encode())


def test_all_lists_of_one_person_together_are_bounded(
    ada: Someone, server: Serving, upstream: Server
) -> None:
    with Running(Server(list_many)) as lister:
        allowed = f'["{host_of(upstream)}", "{host_of(lister)}"]'
        yaml = YAML.format(url=upstream.url, host=host_of(upstream))
        rewrite(server, yaml.replace(f'["{host_of(upstream)}"]', allowed))
        fetched = {"default": ["m"], "fetch": True}
        for name in ("one", "two"):
            bring(ada, body(lister, name=name, apiKey=KEY, models=fetched))
        wait_until(lambda: len(told(ada, "/v1/models")) > 3000)
        wait_until(lambda: len(lister.seen) > 1)
        assert len(told(ada, "/v1/models")) < 4000
        assert ada.ask("GET", "/e/two/v1/models").status_code == 200


async def hang(exchange: Exchange) -> None:
    """Take a question, and say nothing."""
    await exchange.read_body()
    await asyncio.sleep(60)


def test_lists_that_never_come_keep_nobody_else_waiting(
    ada: Someone, grace: Someone, server: Serving, upstream: Server
) -> None:
    with Running(Server(hang)) as silent, Running(BadProvider()) as provider:
        hosts = '", "'.join(map(host_of, (upstream, silent, provider)))
        yaml = YAML.format(url=upstream.url, host=host_of(upstream))
        rewrite(server, yaml.replace(f'["{host_of(upstream)}"]', f'["{hosts}"]'))
        fetched = {"default": ["m"], "fetch": True}
        for number in range(16):
            bring(ada, body(silent, name=f"silent {number}", apiKey=KEY, models=fetched))
        assert ada.ask("GET", "/v1/models").status_code == 200
        address = f"{provider.url}/good/v1"
        bring(grace, body(provider, baseURL=address, apiKey=KEY, models=fetched))
        wait_until(lambda: "bad-1" in grace.ask("GET", "/v1/models").text, PATIENCE_SECONDS / 2)


def test_metrics_do_not_grow_with_what_people_bring(
    ada: Someone, upstream: Server, server: Serving
) -> None:
    def lines() -> int:
        return len(httpx2.get(f"{server.url}/metrics").text.splitlines())

    bring(ada, body(upstream, apiKey=KEY, tokenConfig={"llama": RATES}))
    ada.call("my-gpu/llama")
    ada.call("my-gpu/none")
    before = lines()
    for number in range(3):
        bring(ada, body(upstream, name=f"another {number}", apiKey=KEY))
        ada.call(f"another-{number}/llama")
        ada.call(f"another-{number}/none")
    assert lines() == before
