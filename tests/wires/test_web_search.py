"""A search of the web that is asked for on one wire is run by whatever another wire has for it."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect
from endpoints_server.wires.listed import WIRES

Json = dict[str, Any]

HI = [{"role": "user", "content": "Hi"}]
CHAT: Json = {"model": "m", "messages": HI}
RESPONSES: Json = {"model": "m", "input": HI}
MESSAGES: Json = {"model": "m", "max_tokens": 99, "messages": HI}
GOOGLE: Json = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
CLAUDES = {"type": "web_search_20250305", "name": "web_search"}
FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object"}}

ASKED: dict[str, Json] = {
    "openai_chat": {**CHAT, "web_search_options": {}},
    "openai_responses": {**RESPONSES, "tools": [{"type": "web_search"}]},
    "anthropic_messages": {**MESSAGES, "tools": [CLAUDES]},
    "google_generative": {**GOOGLE, "tools": [{"googleSearch": {}}]},
}
DETAILED: dict[str, tuple[Json, str]] = {
    "openai_chat": (
        {**CHAT, "web_search_options": {"search_context_size": "low"}},
        "web_search_options",
    ),
    "openai_responses": (
        {
            **RESPONSES,
            "tools": [{"type": "web_search_preview", "filters": {"a": 1}, "user_location": None}],
        },
        "tools.web_search_preview.filters",
    ),
    "anthropic_messages": (
        {**MESSAGES, "tools": [{**CLAUDES, "max_uses": 2}]},
        "tools.web_search_20250305.max_uses",
    ),
    "google_generative": (
        {**GOOGLE, "tools": [{"google_search": {"timeRangeFilter": {}}}]},
        "tools.googleSearch.timeRangeFilter",
    ),
}
HAVE: dict[str, tuple[str, object]] = {
    name: next((key, asked[key]) for key in ("tools", "web_search_options") if key in asked)
    for name, asked in ASKED.items()
}
PAIRS = [(one, other) for one in ASKED for other in ASKED if one != other]


def carry(body: Json, origin: str, target: str) -> tuple[Json, list[str]]:
    prompt = replace(WIRES[origin].read_request(json.dumps(body).encode()), model="m")
    written = WIRES[target].write_request(prompt, Dialect())
    return json.loads(written.body), [loss.name for loss in written.losses]


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_a_search_is_carried_from_each_wire_to_each_other(origin: str, target: str) -> None:
    sent, losses = carry(ASKED[origin], origin, target)
    field, value = HAVE[target]
    assert (sent[field], losses) == (value, [])


@pytest.mark.parametrize(("origin", "target"), PAIRS)
def test_a_search_goes_without_its_details_which_are_named(origin: str, target: str) -> None:
    body, detail = DETAILED[origin]
    sent, losses = carry(body, origin, target)
    field, value = HAVE[target]
    assert (sent[field], losses) == (value, [detail])


@pytest.mark.parametrize("wire", ASKED)
def test_a_search_is_offered_once_on_its_own_wire_as_it_was(wire: str) -> None:
    field = HAVE[wire][0]
    for body in (ASKED[wire], DETAILED[wire][0]):
        sent, losses = carry(body, wire, wire)
        told = json.dumps(body[field]).replace("google_search", "googleSearch")
        assert (sent[field], losses) == (json.loads(told), [])


def test_a_search_that_may_not_reach_the_web_is_nobody_elses() -> None:
    kept = {"type": "web_search", "external_web_access": False}
    sent, losses = carry({**RESPONSES, "tools": [kept]}, "openai_responses", "anthropic_messages")
    assert "tools" not in sent
    assert losses == ["tools.web_search"]


def test_a_search_is_not_carried_where_no_tool_may_be_called() -> None:
    body = {**RESPONSES, "tools": [FUNCTION, {"type": "web_search"}], "tool_choice": "none"}
    sent, _ = carry(body, "openai_responses", "openai_chat")
    assert sent["tool_choice"] == "none"
    assert "web_search_options" not in sent


def test_to_call_the_search_first_is_a_wish_of_its_own_wire() -> None:
    choice = {"type": "tool", "name": "web_search"}
    body = {**ASKED["anthropic_messages"], "tool_choice": choice}
    sent, losses = carry(body, "anthropic_messages", "openai_responses")
    assert sent["tools"] == [{"type": "web_search"}]
    assert "tool_choice" not in sent
    assert losses == ["tool_choice"]


def test_a_search_is_not_added_to_functions_where_models_refuse_both() -> None:
    body = {**RESPONSES, "tools": [FUNCTION, {"type": "web_search"}]}
    sent, losses = carry(body, "openai_responses", "google_generative")
    assert [list(entry) for entry in sent["tools"]] == [["functionDeclarations"]]
    assert losses == ["web_search"]


@pytest.mark.parametrize(("form", "is_sent"), [("options", False), ("plugin", True)])
def test_an_offer_among_functions_reaches_only_endpoints_that_are_known_to_search(
    form: Any, is_sent: bool
) -> None:
    body = json.dumps({**RESPONSES, "tools": [FUNCTION, {"type": "web_search"}]}).encode()
    prompt = WIRES["openai_responses"].read_request(body)
    written = WIRES["openai_chat"].write_request(prompt, Dialect(web_search=form))
    sent = json.loads(written.body)
    assert ("plugins" in sent, "web_search_options" in sent) == (is_sent, False)
    assert [loss.name for loss in written.losses] == ([] if is_sent else ["web_search"])


@pytest.mark.parametrize("wire", ["openai_responses", "anthropic_messages", "google_generative"])
def test_a_callers_own_search_can_be_dropped(wire: str) -> None:
    body = json.dumps(DETAILED[wire][0]).encode()
    dropped = Dialect(drop=("web_search",))
    assert "tools" not in json.loads(WIRES[wire].relay_request(body, "m", dropped, False).body)
