"""Endpoints that people bring are read and compiled as entries of the file are, and no laxer."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.own.check import LEFT_OUT, is_reference
from endpoints_server.config.own.compile import own_endpoint_of
from endpoints_server.config.own.read import Read, read_own
from endpoints_server.config.own.schema import CustomEndpointRequest
from endpoints_server.config.price_list import BundledPrices
from endpoints_server.config.schema.endpoint import CustomEndpoint
from endpoints_server.domain.catalog import Catalog, OwnTerms
from endpoints_server.domain.endpoint import Endpoint, Timeouts
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.secret import Secret

PLAIN = {
    "name": "Mine",
    "baseURL": "https://api.example.com:443/v1",
    "models": {"default": ["one"]},
}
FULL: dict[str, Any] = {
    "name": "My Claude",
    "provider": "anthropic",
    "baseURL": "https://api.example.com:443",
    "models": {
        "default": ["claude-sonnet-5-5", {"name": "other", "maxTokens": 9, "reasoning": True}],
        "fetch": True,
    },
    "addParams": {"temperature": 0.5, "metadata": {"team": "a"}},
    "dropParams": ["stop"],
    "customParams": {"defaultParamsEndpoint": "anthropic"},
    "tokenConfig": {"other": {"prompt": 0.1, "completion": 0.2, "context": 1000}},
    "titleConvo": True,
    "titleModel": "other",
    "titlePrompt": "A title for ${this}",
    "modelDisplayLabel": "Claude",
    "iconURL": "anthropic",
    "authHeader": True,
    "streamRate": 20,
    "compat": {"supportsTemperature": False},
    "thinkingLevelMap": {"high": "much"},
    "modelOverrides": {"other": {"cost": {"output": 0.4}}},
}


def catalog_of(entry: dict[str, Any], **server: Any) -> Catalog:
    """Compile a file that has one endpoint."""
    whole = {"version": "1.3.5", "endpoints": {"custom": [entry]}, "server": server}
    loaded = load_bytes(json.dumps(whole).encode(), {}, "librechat.yaml")
    assert loaded.settings is not None, loaded.problems
    return compile_catalog(loaded.settings, "v", BundledPrices().find)


def own(entry: dict[str, Any]) -> Endpoint:
    """Compile what somebody brings."""
    read = read_own(json.dumps(entry))
    assert read.entry is not None, read.errors
    return own_endpoint_of(read.entry, "ada", OwnTerms(), BundledPrices().find)


@pytest.mark.parametrize("entry", [PLAIN, FULL])
def test_what_somebody_brings_is_compiled_as_the_file_compiles_it(entry: dict[str, Any]) -> None:
    (of_the_file,) = catalog_of(entry | {"apiKey": "user_provided"}).endpoints
    assert own(entry) == replace(of_the_file, is_personal=True, owner="ada")


@pytest.mark.parametrize("entry", [PLAIN, FULL])
def test_what_is_kept_is_read_again_as_it_was(entry: dict[str, Any]) -> None:
    read = read_own(json.dumps(entry | {"apiKey": "sk-1", "expiresAt": None}))
    assert json.loads(read.body) == entry
    assert read_own(read.body) == read


def test_rates_are_as_exact_as_they_are_written() -> None:
    (price,) = [model.price for model in own(FULL).models if model.name == "other"]
    assert price is not None
    assert str(price.rates.input) == "0.1"


def test_an_own_endpoint_can_be_made_only_with_what_is_the_persons() -> None:
    mine = own(PLAIN)
    assert (mine.place, mine.needs_address) == ("mine@ada", False)
    with pytest.raises(ValueError, match="nothing of the house's"):
        replace(mine, credential=replace(mine.credential, owner="house", secret=Secret("s")))
    house = HeaderTemplate("x-team", ("a",))
    with pytest.raises(ValueError, match="nothing of the house's"):
        replace(mine, headers=(house,))
    assert replace(mine, headers=(replace(house, is_own=True),)).headers
    with pytest.raises(ValueError, match="the person chose"):
        replace(mine, is_personal=False)


def test_the_deadlines_of_the_server_hold_for_what_people_bring() -> None:
    person = PLAIN | {"apiKey": "k", "baseURL": "https://x.example/v1"}
    terms = catalog_of(person, timeouts={"total": 5}).own_terms
    assert terms == OwnTerms(timeouts=Timeouts(total_seconds=5))


@pytest.mark.parametrize(("server", "may"), [({}, True), ({"allowOwnEndpoints": False}, False)])
def test_people_may_bring_endpoints_unless_the_file_forbids_it(
    server: dict[str, Any], may: bool
) -> None:
    catalog = catalog_of(PLAIN | {"apiKey": "k", "baseURL": "https://x.example/v1"}, **server)
    assert (catalog.own_terms is not None) is may


def test_every_key_of_the_file_is_either_taken_or_refused_with_its_reason() -> None:
    known = set(CustomEndpoint.__struct_encode_fields__)
    taken = set(CustomEndpointRequest.__struct_encode_fields__)
    assert known - taken == known & LEFT_OUT.keys()
    assert taken - known == {"expiresAt"}
    for key in LEFT_OUT:
        (error,) = read_own(json.dumps(PLAIN | {key: "x"})).errors
        assert error.path == key
        assert LEFT_OUT[key] in error.message


def test_headers_are_read_apart_from_what_is_kept_and_shown() -> None:
    read = read_own(json.dumps(PLAIN | {"headers": {"x-team": "secret-0123456789"}}))
    assert read.headers == (("x-team", Secret("secret-0123456789")),)
    assert json.loads(read.body) == PLAIN
    assert read.entry == read_own(json.dumps(PLAIN)).entry
    assert "0123456789" not in repr(read)


@pytest.mark.parametrize("key", ["sk-$abc", "abc_KEY", "sk-!x", "user_provided_1"])
def test_a_key_that_only_looks_odd_is_a_key(key: str) -> None:
    assert not is_reference(key)


@pytest.mark.parametrize("key", ["$KEY", "${KEY}", "x${KEY}", "!op read x", "user_provided"])
def test_a_key_that_stands_for_another_is_none(key: str) -> None:
    assert is_reference(key)


def test_no_complaint_repeats_what_was_sent() -> None:
    canary = "sk-canary-0123456789abcdef"
    entry = {canary: 1, "name": canary * 9, "baseURL": canary, "models": {canary: canary}}
    entry |= {"addParams": {canary: "${" + canary}, "provider": canary, "tokenConfig": {canary: 1}}
    read: Read = read_own(json.dumps(entry))
    assert len(read.errors) > 5
    assert canary not in repr(read)


def test_names_and_prompts_are_taken_as_they_are_written() -> None:
    assert own(FULL).titles.prompt == "A title for ${this}"
    assert own(PLAIN | {"name": "$HOME"}).name == "$HOME"
