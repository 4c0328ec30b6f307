"""LibreChat's verdicts on model lists, case by case; where ours differs, the reason stands here."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from endpoints_server.desk.models.ask import is_shared, plain_headers, write_headers
from endpoints_server.desk.models.kept import question
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.fault import Failed
from endpoints_server.domain.own_key import OwnKey, with_own_key
from endpoints_server.domain.people.person import Person
from endpoints_server.domain.secret import Secret
from endpoints_server.upstream.clients import Upstreams
from endpoints_server.upstream.lists.address import list_urls, origin, reduced
from endpoints_server.upstream.lists.read import read_page
from endpoints_server.web.librechat.endpoints import page_name
from endpoints_server.wires.listed import WIRES
from tests.desk.models.keeping import ADA, Provider, compiled, keeping

Json = dict[str, Any]
Reasons = Mapping[str, Iterable[str]]

REFUSED = "the file is refused when it is loaded, with the place of the mistake"
ASKED_DIFFERENTLY: Reasons = {
    REFUSED: ["unresolved-key-sent-literally"],
    "a query stays at the end of the address": ["query-in-base"],
    "an address that is complete is seen to be": ["not-direct-full-url"],
    "native Messages are asked at `/v1/models`, with their headers": [
        "native-provider-is-not-special"
    ],
    "an organisation of the environment goes to nobody": [
        "openai-org",
        "openai-org-any-host-with-openai",
    ],
    "a list of one person is kept for them, and they wait for none": ["not-cached-user-query"],
}
REDUCED_DIFFERENTLY: Reasons = {
    "a part of the path is cut off whole or not at all": ["base.19", "base.24"],
    "what is called is cut off, whatever stands before it": ["base.7", "base.32"],
    "what is no address is refused when the file is loaded": ["base.31"],
    "Cohere's list is read like any other": ["base.28"],
}
PRICED_DIFFERENTLY: Reasons = {
    "a price that varies is unknown": ["openrouter-auto"],
    "a number is a price as good as text": ["numeric-pricing"],
}
SHARED_DIFFERENTLY: Reasons = {
    "headers that tell nothing of a person make no list theirs": ["empty-headers"],
    "a list is asked for with the person's key, whatever the file prices": ["static"],
}
SERVED_DIFFERENTLY: Reasons = {REFUSED: ["duplicate-name"]}
ASKED_BY_BUILT_IN: Reasons = {
    "a name that LibreChat's file cannot have: the case is about its built-in endpoint": [
        "named-anthropic"
    ],
}
"""Cases that are not played."""


def cases_of(shared: Path, name: str) -> list[Json]:
    folder = shared / "vectors" / "librechat-config"
    cases: list[Json] = json.loads((folder / name).read_text())["cases"]
    assert cases
    return cases


def all_of(reasons: Reasons) -> set[str]:
    return {case for cases in reasons.values() for case in cases}


def endpoint_of(params: Json, env: Mapping[str, str]) -> Endpoint | None:
    """Compile the endpoint of a case; None where its file is refused."""
    entry: Json = {
        "name": params["name"],
        "apiKey": params["apiKey"],
        "baseURL": params["baseURL"],
        "models": {
            "default": ["d"],
            "fetch": True,
            "userIdQuery": params.get("userIdQuery", False),
        },
        "headers": params.get("headers", {}),
        "directEndpoint": params.get("direct", False),
    }
    if params.get("baseURLIsUserProvided"):
        entry |= {"baseURL": "user_provided", "apiKey": "user_provided"}
    if "anthropic.com" in params["baseURL"]:
        entry["provider"] = "anthropic"
    catalog = compiled([entry], env)
    return catalog.endpoints[0] if catalog else None


def person_of(params: Json) -> Person:
    known = params.get("userObject", {})
    return Person(id=params.get("user", ""), email=known.get("email", ""))


def requests_of(params: Json, case: Json) -> list[tuple[str, Json]]:
    """Tell what would be asked: each URL with the headers that matter."""
    endpoint, person = endpoint_of(params, case["env"]), person_of(params)
    if endpoint is None:
        return []
    if endpoint.is_personal:
        own_key = OwnKey(api_key=Secret(params["apiKey"]), address=Secret(params["baseURL"]))
        endpoint = with_own_key(endpoint, own_key)
        try:
            Upstreams().acquire(endpoint).release()
        except Failed:
            return []
    urls = list_urls(endpoint, person.id)
    plain = [(url, plain_headers(endpoint, person)) for url in urls[:-1]]
    if plain and "ollamaAnswer" not in case:
        return [(url, told(headers)) for url, headers in plain]
    full = (urls[-1], write_headers(WIRES[endpoint.wire], endpoint, person))
    return [(url, told(headers)) for url, headers in (*plain, full)]


def told(headers: Mapping[str, str]) -> Json:
    """Give headers without those that say nothing."""
    silent = ("accept", "user-agent")
    return {name.lower(): value for name, value in headers.items() if name.lower() not in silent}


async def test_model_lists_are_asked_for_as_librechat_asks(shared: Path) -> None:
    differing = set()
    for case in cases_of(shared, "model-list-request.json"):
        if case["case"] in all_of(ASKED_BY_BUILT_IN):
            continue
        ours = requests_of(case["params"], case)
        if "secondParams" in case or "secondModels" in case:
            second: Json = case.get("secondParams") or case["params"]
            one, two = endpoint_of(case["params"], {}), endpoint_of(second, {})
            assert one is not None
            assert two is not None
            ours += [] if question(one) == question(two) else requests_of(second, case)
        expected = [(each["url"], told(each["headers"])) for each in case["requests"]]
        names = names_in(case)
        if ours != expected or names != case.get("models", names):
            differing.add(case["case"])
    assert differing == all_of(ASKED_DIFFERENTLY)


def names_in(case: Json) -> list[str]:
    """Read the answer of a case, where it has one of its own."""
    if "answer" not in case:
        return list(case.get("models", []))
    page = read_page(json.dumps(case["answer"]).encode())
    models = page.models if page else ()
    return [model.name for model in models]


def test_exact_addresses_are_reduced_as_librechat_reduces_them(shared: Path) -> None:
    cases = cases_of(shared, "direct-endpoint-base.json")
    differing = {case["case"] for case in cases if reduced(case["input"]) != case["output"]}
    assert differing == all_of(REDUCED_DIFFERENTLY)


def test_the_origin_of_an_address_is_librechats(shared: Path) -> None:
    cases = cases_of(shared, "origin-of.json")
    assert not {case["case"] for case in cases if origin(case["input"]) != case["output"]}


def test_rates_and_windows_are_read_as_librechat_reads_them(shared: Path) -> None:
    differing = {
        case["case"]
        for case in cases_of(shared, "token-config-from-models.json")
        if not is_as_known(config_in(case["response"]), case["tokenConfig"] or {})
    }
    assert differing == all_of(PRICED_DIFFERENTLY)


def config_in(response: object) -> Json:
    """Tell rates and windows in LibreChat's shape, of each model of which anything is known."""
    page = read_page(json.dumps(response).encode())
    found: Json = {}
    for model in page.models if page else ():
        rates = model.price.rates if model.price else None
        known = {
            "prompt": float(rates.input) if rates else None,
            "completion": float(rates.output) if rates else None,
            "context": model.context_tokens,
        }
        if any(each is not None for each in known.values()):
            found[model.name] = known
    return found


def is_as_known(ours: Json, theirs: Json) -> bool:
    """Say whether as much is known of as many models; a rate of theirs holds a float's noise."""
    return ours.keys() == theirs.keys() and all(
        told == pytest.approx(theirs[name], rel=1e-12) for name, told in ours.items()
    )


def test_lists_are_shared_between_those_that_librechat_shares_them_between(shared: Path) -> None:
    differing = set()
    for case in cases_of(shared, "token-config-scope.json"):
        models = {"default": ["d"], "fetch": True}
        catalog = compiled([{"name": case["name"], "models": models, **case["endpoint"]}])
        assert catalog is not None
        scope = "endpoint" if is_shared(catalog.endpoints[0]) else "endpoint+user"
        if scope != case["scope"]:
            differing.add(case["case"])
    assert differing == all_of(SHARED_DIFFERENTLY)


async def test_models_are_fetched_shared_or_defaulted_as_in_librechat(shared: Path) -> None:
    differing = set()
    for case in cases_of(shared, "models-config.json"):
        if "custom" not in case:
            continue
        async with keeping() as provider:
            models, asked = await served(provider, case)
            expected = [bearer_of(each) for each in case["fetches"]]
            if models != case["models"] or sorted(asked) != sorted(expected):
                differing.add(case["case"])
    assert differing == all_of(SERVED_DIFFERENTLY)


async def served(provider: Provider, case: Json) -> tuple[dict[str, list[str]], list[str]]:
    """Serve the endpoints of a case, with the provider at every address; tell what was asked."""
    returned = case["fetchReturns"]
    provider.names = returned if isinstance(returned, list) else []
    provider.status = "500 No" if returned == "error" else "200 OK"
    allowed = [provider.url.removeprefix("http://"), *(case["allowedAddresses"] or ())]
    is_exempt = case["allowedAddresses"] is not None
    catalog = compiled(at(case["custom"] or [], provider, is_exempt), {}, allowed)
    if catalog is None:
        return {}, []
    provider.upstreams.adopt(catalog)
    provider.lists.adopt(catalog)
    for name, stored in (case["storedUserKeys"] or {}).items():
        address = at(stored.get("baseURL", ""), provider, is_exempt)
        if stored.get("apiKey"):
            await provider.store_key(name.lower(), stored["apiKey"], address)
    if case["signedIn"]:
        await provider.lists.review(ADA)
    await provider.settle()
    endpoints = (await provider.lists.prepared_for(ADA)).endpoints
    asked = [seen.headers.get("authorization", "") for seen in provider.server.seen]
    return {page_name(each): [model.name for model in each.models] for each in endpoints}, asked


def at(value: Any, provider: Provider, is_exempt: bool) -> Any:
    """Put the provider in the place of the addresses of a case."""
    text = json.dumps(value)
    for number, host in enumerate(("https://x.test", "https://y.test", "https://8.8.8.8")):
        text = text.replace(host, f"{provider.url}/{number}")
    if is_exempt:
        text = text.replace("http://10.0.0.1", provider.url)
    return json.loads(text)


def bearer_of(fetch: Json) -> str:
    """Give what a fetch is asked with; Ollama's tags are asked for without a key, by both."""
    return "" if fetch["name"] == "ollama" else f"Bearer {fetch['apiKey']}"
