"""LibreChat's routes for endpoints, models and prices, against its own verdicts and by use."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from endpoints_server.web.librechat.endpoints import ORDER, entry_of, page_name
from endpoints_server.web.librechat.models import token_config
from tests.calls.places import config, endpoint
from tests.desk.models.keeping import compiled
from tests.serving import serving
from tests.web.site import MISTRAL

Json = dict[str, Any]
Reasons = Mapping[str, Iterable[str]]

DIFFERENT: Reasons = {
    "the file is refused when it is loaded, with the place of the mistake": [
        "missing-env-still-listed",
    ],
}
NOTHING_TO_COMPARE: Reasons = {
    "what the browser's own code computes from lists": [
        "resolveEndpointType",
        "getEndpointField",
        "getDefaultParamsEndpoint",
        "isParamEndpoint",
        "clampSettingRange",
    ],
    "brands are compared where they are found, in the configuration": ["resolveProviderId"],
    "it places built-in endpoints, and there are none: those of the file keep its order": [
        "orderEndpointsConfig",
    ],
}


def cases_of(shared: Path, name: str) -> tuple[Json, list[Json]]:
    told: Json = json.loads((shared / "vectors" / "librechat-config" / name).read_text())
    assert told["cases"]
    return told, told["cases"]


def all_of(reasons: Reasons) -> set[str]:
    return {case for cases in reasons.values() for case in cases}


def test_endpoints_are_told_as_librechat_tells_them(shared: Path) -> None:
    told, cases = cases_of(shared, "endpoints-entries.json")
    differing = set()
    for case in cases:
        catalog = compiled(case["custom"], told["env"])
        served = catalog.endpoints if catalog else ()
        ours: dict[str, Any] = {page_name(each): entry_of(each) for each in served}
        for entry in ours.values():
            assert entry.pop("order") == ORDER
            entry.pop("providerId", None)
            params = entry.get("customParams", {})
            if params.get("paramDefinitions") == []:
                del params["paramDefinitions"]  # which loading adds, and no case's entry was loaded
        if ours != (case["output"] or {}) or list(ours) != case["outputKeyOrder"]:
            differing.add(case["case"])
    assert differing == all_of(DIFFERENT)


def test_names_are_spelled_as_librechats_pages_spell_them(shared: Path) -> None:
    _, cases = cases_of(shared, "names-and-helpers.json")
    named = [case for case in cases if case["fn"] == "normalizeEndpointName"]
    assert named
    for case in named:
        name = case["args"][0] if case["args"] else ""
        assert page_name(replace(MISTRAL, name=name)) == case["output"]


def test_every_other_case_of_the_names_stands_under_a_reason(shared: Path) -> None:
    _, cases = cases_of(shared, "names-and-helpers.json")
    others = {case["fn"] for case in cases} - {"normalizeEndpointName"}
    assert others == all_of(NOTHING_TO_COMPARE)


def test_rates_are_told_only_where_the_file_wants_them_shown() -> None:
    small, both = MISTRAL.models
    assert token_config(small, has_rates=False) == {"context": 128_000}
    told = token_config(small, has_rates=True)
    assert told == {"context": 128_000, "prompt": 0.15, "completion": 0.6}
    assert token_config(both, has_rates=True) == {}


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_routes_answer_in_librechats_shapes(tmp_path: Path, is_shown: bool) -> None:
    nowhere = "http://127.0.0.1:9"
    blocks = [endpoint("Acme", "chat", nowhere), endpoint("OLLAMA", "chat", nowhere)]
    file = json.loads(config(blocks)) | {"interface": {"contextCost": is_shown}}
    with serving(json.dumps(file), tmp_path) as server:
        client = httpx2.Client(base_url=server.url, headers=server.headers)
        with client:
            entries = client.get("/api/endpoints")
            models = client.get("/api/models")
            prices = client.get("/api/endpoints/token-config")
            refused = client.get("/api/models", headers={"authorization": "Bearer nobody"})
    assert entries.headers["content-type"] == "application/json"
    assert list(entries.json()) == ["Acme", "ollama"]
    assert entries.json()["Acme"] == {
        "type": "custom",
        "userProvide": False,
        "userProvideURL": False,
        "order": ORDER,
    }
    assert models.json() == {"Acme": ["m"], "ollama": ["m"]}
    rates = {"prompt": 1.0, "completion": 2.0} if is_shown else {}
    assert prices.json()["Acme"]["m"] == {"context": 1000} | rates
    assert refused.status_code == 401
