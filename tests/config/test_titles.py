"""The keys of titles: laid over each other, and checked for where they lead."""

import json
from typing import Any

import pytest

from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level
from endpoints_server.domain.title import TitleRules
from tests.config.files import told, with_keys

Json = dict[str, Any]
EVERY_KEY = {
    "titleConvo": True,
    "titleTiming": "final",
    "titleMethod": "functions",
    "titleModel": "small",
    "titleEndpoint": "Other",
    "titlePrompt": "Name it. {convo}",
    "titlePromptTemplate": "{input}/{output}",
}
ALL_SET = TitleRules(
    is_on=True,
    timing="final",
    is_structured=True,
    model="small",
    endpoint="other",
    prompt="Name it. {convo}",
    template="{input}/{output}",
)


def rules(own: Json, everywhere: Json | None = None) -> TitleRules:
    """Compile the rules of an endpoint that stands before another one."""
    entry = {"name": "A", "apiKey": "k", "baseURL": "https://a.test/v1"}
    models = {"models": {"default": ["m"]}}
    endpoints: Json = {"custom": [entry | models | own, entry | models | {"name": "Other"}]}
    if everywhere is not None:
        endpoints["all"] = everywhere
    text = json.dumps({"version": "1.3.17", "endpoints": endpoints})
    loaded = load_bytes(text.encode(), {}, "f.yaml")
    assert loaded.settings, loaded.problems
    return compile_catalog(loaded.settings, loaded.version, no_prices).endpoints[0].titles


def test_every_key_acts_wherever_it_stands() -> None:
    assert rules(EVERY_KEY) == ALL_SET
    assert rules({}, EVERY_KEY) == ALL_SET
    assert rules({}) == TitleRules()


@pytest.mark.parametrize("key", EVERY_KEY)
def test_keys_are_merged_one_by_one(key: str) -> None:
    rest = {name: value for name, value in EVERY_KEY.items() if name != key}
    assert rules({key: EVERY_KEY[key]}, rest) == ALL_SET
    assert rules(rest, {key: EVERY_KEY[key]}) == ALL_SET
    assert rules(rest, {"streamRate": 20}) == rules(rest)


def test_what_holds_everywhere_wins_over_an_endpoints_own_key() -> None:
    shared = {"titleConvo": False, "titleTiming": "immediate", "titleMethod": "completion"}
    assert rules(EVERY_KEY, shared).is_on is False
    assert rules(EVERY_KEY, shared).timing == "immediate"
    assert rules(EVERY_KEY, shared).is_structured is False
    assert rules(EVERY_KEY, {"titleModel": "current_model"}).model == ""


@pytest.mark.parametrize(("role", "used"), [("system", "system"), ("assistant", "user")])
def test_the_role_is_one_that_can_ask(role: str, used: str) -> None:
    assert rules({"titleMessageRole": role}).role == used


def test_a_model_that_is_not_listed_has_the_price_of_the_endpoint_that_is_asked() -> None:
    rate = {"prompt": 1, "completion": 2, "context": 1000}
    assert rules({"titleModel": "small", "tokenConfig": {"small": rate}}).price is not None
    elsewhere = {"titleModel": "small", "titleEndpoint": "Other", "tokenConfig": {"small": rate}}
    assert rules(elsewhere).price is None


def test_an_endpoint_that_is_not_there_is_warned_of() -> None:
    assert told(with_keys("titleEndpoint: Acne")) == [
        "8:22: warning: there is no endpoint `Acne`; each makes its titles itself"
        " (did you mean `Acme`?)"
    ]
    assert told(with_keys("titleEndpoint: acme")) == []


def test_a_model_that_is_not_listed_is_noted() -> None:
    (note,) = told(with_keys("titleModel: acme-small"), Level.NOTE)
    assert note.startswith("8:19: note: the model `acme-small` is not among the models")
    for model in ("acme-large", "current_model"):
        assert told(with_keys(f"titleModel: {model}"), Level.NOTE) == []
