"""What an example says becomes an endpoint that compiles and asks as the example did."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from endpoints_server.cli.origins import Passage, sample
from endpoints_server.config.compile import compile_catalog
from endpoints_server.config.edit.add import add_endpoint
from endpoints_server.config.load import load_bytes
from endpoints_server.config.prices import no_prices
from endpoints_server.config.problem import Level, render
from endpoints_server.desk.adding import example
from endpoints_server.desk.adding.proposal import Proposal, Wish
from endpoints_server.desk.adding.template import ADDRESS
from endpoints_server.desk.adding.thinking import thinking_fields
from endpoints_server.domain.endpoint import Endpoint
from endpoints_server.domain.header import Conversation
from endpoints_server.domain.header import render as filled
from endpoints_server.domain.people.person import ADMIN
from endpoints_server.domain.wire import Target
from endpoints_server.samples.draft import Auth, Draft
from endpoints_server.wires.listed import WIRES

OTHER_NAMES = {"stream": "is_stream", "local": "is_local"}
WHOLE = Draft(
    wire="openai",
    base_url="https://gw.example/v1",
    upstream_model="m1",
    auth=Auth("Authorization", "Bearer"),
    api_key_env="GW_KEY",
)


def with_parts(**parts: Any) -> Draft:
    return msgspec.structs.replace(WHOLE, **parts)


def proposed(draft: Draft, wish: Wish, in_use: Collection[str] = ()) -> Proposal:
    return example.from_draft(draft, wish, in_use)


def served(proposal: Proposal) -> Endpoint:
    """Serve a proposal out of a file of its own, with its variables set."""
    environ = {
        each.name: "https://here.test/v1" if each.holds == ADDRESS else f"v-{number}"
        for number, each in enumerate(proposal.variables)
    }
    added = add_endpoint(b"", "f.yaml", proposal.entry, environ)
    loaded = load_bytes(added.content, environ, "f.yaml")
    assert loaded.settings, [render(each) for each in loaded.problems]
    assert not [each for each in loaded.problems if each.level is Level.WARNING]
    return compile_catalog(loaded.settings, "", no_prices).endpoints[0]


def body_of(endpoint: Endpoint) -> dict[str, Any]:
    """Give the body that a plain call comes to, in the endpoint's own wire."""
    wire, model = WIRES[endpoint.wire], endpoint.models[0]
    asked = sample(wire, model.name).replace(b'"max_tokens":256', b'"max_tokens":32000')
    passage = Passage(body=asked, model=model.name, wire_in=wire, wire_out=wire)
    body, _ = passage.write(model.dialect or endpoint.dialect)
    return dict(body)


def headers_of(endpoint: Endpoint) -> dict[str, str]:
    """Give the headers that are sent for the wire, the key and the endpoint."""
    wire = WIRES[endpoint.wire]
    assert endpoint.credential.secret is not None
    key = endpoint.credential.secret.reveal()
    sent = dict(wire.headers) | dict(wire.credential(key))
    sent |= filled(endpoint.headers, ADMIN, Conversation())
    sent |= {"authorization": f"Bearer {key}"} if endpoint.has_bearer else {}
    return {name.lower(): value for name, value in sent.items()}


def address_of(endpoint: Endpoint) -> str:
    target = Target(model=endpoint.models[0].name)
    return WIRES[endpoint.wire].address(endpoint.address, target)


def holds(whole: object, part: object) -> bool:
    """Say whether a value has all of another, and perhaps more."""
    if isinstance(part, Mapping) and isinstance(whole, Mapping):
        return all(key in whole and holds(whole[key], inner) for key, inner in part.items())
    return whole == part


def nested(fields: Mapping[str, object]) -> dict[str, Any]:
    """Write dotted paths as the objects that they reach into."""
    whole: dict[str, Any] = {}
    for path, value in fields.items():
        *steps, last = path.split(".")
        place = whole
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value
    return whole


def drafts(shared: Path) -> dict[str, Draft]:
    """Give the drafts that examples are expected to come to, but those nobody may be given."""
    told = json.loads((shared / "vectors" / "parse-example" / "examples.json").read_text())
    cases = {each["id"]: each["expect"] for each in told["cases"]}
    return {
        name: drawn(expect["draft"])
        for name, expect in cases.items()
        if expect["ok"] and not expect.get("missing")
    }


def drawn(told: Mapping[str, Any]) -> Draft:
    said = {OTHER_NAMES.get(name, name): value for name, value in told.items()}
    return msgspec.convert(said, Draft)


def test_every_draft_becomes_an_endpoint_that_sends_what_the_example_sends(
    shared: Path, measured: Any
) -> None:
    wrong: list[str] = []
    found = drafts(shared)
    for name, draft in found.items():
        endpoint = served(proposed(draft, Wish()))
        sent = headers_of(endpoint)
        asked = body_of(endpoint)
        is_kept = holds(asked, draft.request_params) and holds(
            asked, nested(thinking_fields(draft))
        )
        has_headers = all(sent.get(key.lower()) == value for key, value in draft.headers.items())
        models = [draft.upstream_model, *draft.other_models]
        if not (is_kept and has_headers) or [each.name for each in endpoint.models] != models:
            wrong.append(name)
    assert not wrong
    assert len(found) > 60
    measured(f"examples: {len(found)} drafts are endpoints that send what was to be sent")


@pytest.mark.parametrize(
    ("wire", "mode", "thinking", "sent"),
    [
        ("openai", "openai-effort", {"level": "low"}, {"reasoning_effort": "low"}),
        ("openai", "openai-effort", {"state": "on"}, {"reasoning_effort": "medium"}),
        ("openai", "openai-effort", {"state": "off"}, {"reasoning_effort": "none"}),
        (
            "openai-responses",
            "openai-effort",
            {"state": "on", "level": "high", "summary": "auto"},
            {"reasoning": {"effort": "high", "summary": "auto"}},
        ),
        ("openai", "openrouter", {"budget": 2000}, {"reasoning": {"max_tokens": 2000}}),
        ("openai", "openrouter", {"level": "low"}, {"reasoning": {"effort": "low"}}),
        ("openai", "openrouter", {"state": "off"}, {"reasoning": {"enabled": False}}),
        ("openai", "together", {"state": "off"}, {"reasoning": {"enabled": False}}),
        ("openai", "enable_thinking", {"state": "off"}, {"enable_thinking": False}),
        (
            "openai",
            "enable_thinking",
            {"state": "on", "budget": 9},
            {"enable_thinking": True, "thinking_budget": 9},
        ),
        (
            "openai",
            "thinking-type",
            {"state": "on", "level": "high"},
            {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        ),
        ("openai", "thinking-type", {"state": "off"}, {"thinking": {"type": "disabled"}}),
        ("openai", "zai", {"state": "off"}, {"thinking": {"type": "disabled"}}),
        (
            "openai",
            "chat-template",
            {"state": "off", "field": "chat_template_kwargs", "name": "thinking"},
            {"chat_template_kwargs": {"thinking": False}},
        ),
        ("openai", "venice", {"state": "off"}, {"venice_parameters": {"disable_thinking": True}}),
        (
            "openai",
            "google-budget",
            {"state": "on", "budget": 800, "include_thoughts": True},
            {
                "extra_body": {
                    "google": {
                        "thinking_config": {"thinking_budget": 800, "include_thoughts": True}
                    }
                }
            },
        ),
        (
            "google",
            "google-budget",
            {"state": "off", "budget": 0},
            {"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}},
        ),
        (
            "google",
            "google-level",
            {"state": "on", "level": "low"},
            {"generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}}},
        ),
        (
            "anthropic",
            "anthropic-budget",
            {"state": "on", "budget": 1024},
            {"thinking": {"type": "enabled", "budget_tokens": 1024}},
        ),
        (
            "anthropic",
            "anthropic-budget",
            {"state": "off"},
            {"thinking": {"type": "disabled"}},
        ),
        (
            "anthropic",
            "anthropic-adaptive",
            {"level": "medium", "display": "summarized"},
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "medium"},
            },
        ),
        ("anthropic", "anthropic-effort", {"level": "max"}, {"output_config": {"effort": "max"}}),
    ],
)
def test_thinking_is_asked_for_in_the_words_of_the_example(
    wire: str, mode: str, thinking: Mapping[str, object], sent: Mapping[str, object]
) -> None:
    draft = with_parts(wire=wire, thinking_mode=mode, thinking=thinking)
    assert holds(body_of(served(proposed(draft, Wish()))), sent)


def test_a_callers_own_fields_stay_beside_those_that_are_laid_in() -> None:
    params = {"generationConfig": {"temperature": 0.4}}
    draft = with_parts(wire="google", request_params=params)
    assert proposed(draft, Wish()).entry["addParams"] == {"generationConfig.temperature": 0.4}


def test_what_must_stay_of_an_address_stays() -> None:
    draft = with_parts(
        base_url="https://${NAME}.openai.azure.example/openai/deployments/dep",
        query={"api-version": "2024-10-21"},
        auth=Auth("api-key", None),
    )
    proposal = proposed(draft, Wish())
    endpoint = served(proposal)
    assert [each.name for each in proposal.variables] == ["GW_KEY", "NAME"]
    assert address_of(endpoint) == (
        "https://v-1.openai.azure.example/openai/deployments/dep/chat/completions"
        "?api-version=2024-10-21"
    )
    assert headers_of(endpoint)["api-key"] == "v-0"
    assert "`api-key`" in proposal.notes[0]


def test_an_address_that_is_a_variable_stays_one() -> None:
    entry = proposed(with_parts(base_url="${GATEWAY_URL}"), Wish(name="G")).entry
    assert entry["baseURL"] == "${GATEWAY_URL}"


@pytest.mark.parametrize(
    ("wire", "auth", "sent"),
    [
        ("openai", Auth("Authorization", "Bearer"), ("authorization", "Bearer v-0")),
        ("openai", Auth("authorization", "Token"), ("authorization", "Token v-0")),
        ("openai", Auth("Authorization", None), ("authorization", "v-0")),
        ("openai", Auth("Authorization", "Basic"), ("authorization", "Basic v-0")),
        ("anthropic", Auth("x-api-key", None), ("x-api-key", "v-0")),
        ("anthropic", Auth("Authorization", "Bearer"), ("authorization", "Bearer v-0")),
        ("google", Auth("x-goog-api-key", None), ("x-goog-api-key", "v-0")),
        ("google", Auth("Authorization", "Bearer"), ("authorization", "Bearer v-0")),
        ("openai", Auth("X-Corp-Token", None), ("x-corp-token", "v-0")),
    ],
)
def test_a_key_goes_where_the_example_has_it(wire: str, auth: Auth, sent: tuple[str, str]) -> None:
    endpoint = served(proposed(with_parts(wire=wire, auth=auth), Wish()))
    name, value = sent
    assert headers_of(endpoint)[name] == value


def test_the_variable_of_a_name_and_a_password_says_what_it_holds() -> None:
    proposal = proposed(with_parts(auth=Auth("Authorization", "Basic")), Wish())
    (variable,) = proposal.variables
    assert (variable.name, variable.holds) == (
        "GW_EXAMPLE_BASIC_AUTH",
        "the base64 of `user:password`",
    )


def test_without_a_key_none_is_wanted_of_a_server_nearby() -> None:
    quiet = with_parts(auth=None, api_key_env=None)
    nearby = with_parts(
        auth=None, api_key_env=None, base_url="http://localhost:8000/v1", is_local=True
    )
    assert proposed(nearby, Wish()).entry["apiKey"] == "none"
    assert proposed(quiet, Wish()).entry["apiKey"] == "${GW_EXAMPLE_API_KEY:-none}"
    assert headers_of(served(proposed(quiet, Wish())))["authorization"] == "Bearer none"


def test_a_key_for_forms_sake_need_not_be_set() -> None:
    draft = with_parts(
        base_url="http://localhost:8000/v1", is_local=True, api_key_env=None, vendor="vllm"
    )
    proposal = proposed(draft, Wish())
    assert proposal.entry["apiKey"] == "${VLLM_API_KEY:-none}"
    assert proposal.variables == ()
    assert "VLLM_API_KEY" in proposal.notes[0]


def test_a_server_nearby_gets_a_name_and_a_password_too() -> None:
    draft = with_parts(
        base_url="http://10.0.0.5/v1",
        is_local=True,
        api_key_env=None,
        auth=Auth("Authorization", "Basic"),
    )
    entry = proposed(draft, Wish(name="Near")).entry
    assert entry["headers"] == {"Authorization": "Basic ${NEAR_BASIC_AUTH}"}


def test_a_vendors_usual_variable_stands_in_for_a_placeholder() -> None:
    draft = with_parts(vendor="mistral", base_url="https://api.mistral.ai/v1", api_key_env=None)
    proposal = proposed(draft, Wish())
    assert proposal.entry["apiKey"] == "${MISTRAL_API_KEY}"
    assert proposal.entry["name"] == "Mistral"


def test_what_the_example_lacks_is_named_and_can_be_given() -> None:
    draft = with_parts(upstream_model=None)
    assert proposed(draft, Wish()).missing == ("model",)
    assert proposed(draft, Wish(models=("m2",))).entry["models"] == {"default": ["m2"]}
    assert proposed(Draft(), Wish()).missing == ("wire", "base_url", "model")


def test_dollars_and_exclamation_marks_are_only_text() -> None:
    draft = with_parts(
        headers={"X-Run": "!rm", "X-Price": "5$ $HOME"}, request_params={"stop": ["$HOME"]}
    )
    endpoint = served(proposed(draft, Wish()))
    assert headers_of(endpoint)["x-run"] == "!rm"
    assert headers_of(endpoint)["x-price"] == "5$ $HOME"
    assert body_of(endpoint)["stop"] == ["$HOME"]


def test_the_limit_of_an_example_is_left_to_callers() -> None:
    proposal = proposed(with_parts(max_tokens=64, max_tokens_field="max_tokens"), Wish())
    assert "addParams" not in proposal.entry
    assert proposal.notes == ("`max_tokens` is left to callers, who say how long answers may be",)


ANOTHERS = {"GW_KEY", "HOME", "ES_ADMIN_KEY", "DATABASE_URL"}
"""What is set here, or in use in the file, when an example comes from elsewhere."""


@pytest.mark.parametrize(
    "variable",
    ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HF_TOKEN", "ES_SECRET_KEYS", *sorted(ANOTHERS)],
)
def test_what_is_anothers_is_not_sent_to_the_host_of_an_example(variable: str) -> None:
    draft = with_parts(
        base_url=f"https://gw.example/${{{variable}}}/${{REGION}}/v1", api_key_env=variable
    )
    proposal = proposed(draft, Wish(), ANOTHERS)
    assert proposal.entry["apiKey"] == "${GW_EXAMPLE_API_KEY}"
    assert proposal.entry["baseURL"] == (
        f"https://gw.example/${{GW_EXAMPLE_{variable}}}/${{REGION}}/v1"
    )
    assert len([note for note in proposal.notes if note.startswith(f"{variable}, which")]) == 1
    assert not [each for each in proposal.variables if each.name == variable]


@pytest.mark.parametrize("name", ["Mistral", "mistral", "OpenAI", "Anthropic"])
def test_the_name_of_a_vendor_gives_no_other_host_its_key(name: str) -> None:
    draft = with_parts(api_key_env=f"{name.upper()}_API_KEY")
    own = f"{name.upper()}_OWN_API_KEY"
    assert proposed(draft, Wish(name=name)).entry["apiKey"] == f"${{{own}}}"
    assert proposed(with_parts(api_key_env=own), Wish(name=name)).notes == ()


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("https://api.openai.com:8443/v1", "OPENAI_API_KEY"),
        ("http://api.openai.com/v1", "O_API_KEY"),
    ],
)
def test_a_vendor_is_sent_its_own_key_where_nobody_listens(address: str, read: str) -> None:
    draft = with_parts(base_url=address, vendor="openai", api_key_env="OPENAI_API_KEY")
    proposal = proposed(draft, Wish(name="O"), {"OPENAI_API_KEY"})
    assert proposal.entry["apiKey"] == f"${{{read}}}"


def test_an_own_variable_may_be_set_already() -> None:
    draft = with_parts(api_key_env="GW_EXAMPLE_API_KEY")
    proposal = proposed(draft, Wish(), {"GW_EXAMPLE_API_KEY"})
    assert proposal.entry["apiKey"] == "${GW_EXAMPLE_API_KEY}"
    assert proposal.notes == ()


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("${GATEWAY}", "${GATEWAY}"),
        ("${GATEWAY}/v1", "${GATEWAY}/v1"),
        ("${GATEWAY}.gw.example/v1", "${G_GATEWAY}.gw.example/v1"),
        ("${OPENAI_API_KEY}/v1", "${G_OPENAI_API_KEY}/v1"),
        ("https://gw.example/$GATEWAY/$${REGION}/${a b}/${", None),
    ],
)
def test_a_server_of_ones_own_is_a_variable_that_is_set(address: str, written: str | None) -> None:
    draft = with_parts(base_url=address)
    entry = proposed(draft, Wish(name="G"), {"GATEWAY"}).entry
    assert entry["baseURL"] == (written or address.replace("$", "$$"))


@pytest.mark.parametrize(
    "value",
    ["of {{LIBRECHAT_USER_EMAIL}}", "of <<LIBRECHAT_USER_EMAIL>>", "LIBRECHAT_USER_ID", "a {{b}}"],
)
def test_who_calls_is_not_told_to_the_host_of_an_example(value: str) -> None:
    proposal = proposed(with_parts(headers={"X-Who": value, "X-Team": "a"}), Wish())
    assert proposal.entry["headers"] == {"X-Team": "a"}
    assert proposal.notes == ("the header `X-Who` is left out, as it has a placeholder",)


@pytest.mark.parametrize("value", ["!touch x", "$!touch x", "$$!x", "${HOME}", "$HOME", "${A:-!x}"])
def test_a_header_of_an_example_is_text_and_nothing_else(value: str) -> None:
    proposal = proposed(with_parts(headers={"X-Note": value}), Wish(), {"HOME"})
    assert headers_of(served(proposal))["x-note"] == value


def test_an_endpoint_is_not_named_after_what_may_be_a_key() -> None:
    key = "q8zt5lw2rk9xv4bn" + "7yc1md6hs3jf0gp2"
    entry = proposed(with_parts(base_url=f"https://{key}.example/v1"), Wish()).entry
    assert entry["name"] == "New endpoint"
