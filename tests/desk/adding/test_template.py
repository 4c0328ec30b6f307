"""What is known of a vendor becomes an endpoint that compiles."""

import pytest

from endpoints_server.config.models_json.vendors import find_vendor, names
from endpoints_server.desk.adding.proposal import Wish
from endpoints_server.desk.adding.template import from_template, vendors_with_keys
from endpoints_server.domain.fault import Failed
from tests.desk.adding.test_example import served


@pytest.mark.parametrize("name", sorted(names()))
def test_the_template_of_every_vendor_can_be_served(name: str) -> None:
    vendor = find_vendor(name)
    assert vendor is not None
    wish = Wish() if vendor.models else Wish(models=("m",))
    proposal = from_template(name, wish, {})
    endpoint = served(proposal)
    assert proposal.missing == ()
    assert endpoint.name == vendor.name
    assert [each.name for each in endpoint.models] == [
        each["name"] for each in vendor.models
    ] or endpoint.models[0].name == "m"


def test_a_vendor_whose_models_nobody_knows_wants_one() -> None:
    assert from_template("ollama", Wish(), {}).missing == ("model",)
    entry = from_template("ollama", Wish(models=("qwen3",)), {}).entry
    assert (entry["apiKey"], entry["models"]) == ("none", {"default": ["qwen3"], "fetch": True})


def test_prices_are_those_of_the_template() -> None:
    entry = from_template("mistral", Wish(models=("mistral-small-latest", "other")), {}).entry
    endpoint = served(from_template("mistral", Wish(models=("mistral-small-latest", "x")), {}))
    known, unknown = endpoint.models
    assert known.price is not None
    assert unknown.price is None
    assert "mistral-large-4" not in str(entry)


def test_an_address_that_every_customer_has_for_their_own_is_a_variable() -> None:
    proposal = from_template("azure", Wish(models=("dep",)), {})
    assert proposal.entry["baseURL"] == "${AZURE_BASE_URL}"
    assert [each.name for each in proposal.variables] == ["AZURE_OPENAI_API_KEY", "AZURE_BASE_URL"]


def test_of_several_variables_the_one_that_is_set_is_taken() -> None:
    assert from_template("gemini", Wish(), {}).entry["apiKey"] == "${GEMINI_API_KEY}"
    environ = {"GOOGLE_API_KEY": "k"}
    assert from_template("Gemini", Wish(), environ).entry["apiKey"] == "${GOOGLE_API_KEY}"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mistrall", "Did you mean `mistral`?"),
        ("qqq", "All of them: endpoints-server vendors list"),
    ],
)
def test_a_vendor_nobody_knows_is_told_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(Failed) as caught:
        from_template(name, Wish(), {})
    assert hint in caught.value.fault.message


def test_a_key_is_found_for_one_vendor_once() -> None:
    environ = {"MISTRAL_API_KEY": "k", "GEMINI_API_KEY": "k", "CO_API_KEY": "", "GROQ_API_KEY": "g"}
    assert vendors_with_keys(environ) == ("gemini", "groq", "mistral")
