"""Instructions that an endpoint has for conversations whose callers gave none."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from endpoints_server.domain.dialect import Dialect, TurnRules
from endpoints_server.wires.listed import WIRES

Json = dict[str, Any]

DIALECT = Dialect(turns=TurnRules(opening="Write plainly."))
TURN = {"role": "user", "content": "Hi"}
GOOGLE_TURN = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
WITHOUT: dict[str, Json] = {
    "openai_chat": {"messages": [TURN]},
    "openai_responses": {"input": [TURN]},
    "anthropic_messages": {"max_tokens": 9, "messages": [TURN]},
    "google_generative": GOOGLE_TURN,
}
TOLD: dict[str, Json] = {
    "openai_chat": {"messages": [{"role": "system", "content": "Write plainly."}, TURN]},
    "openai_responses": {"instructions": "Write plainly."},
    "anthropic_messages": {"system": "Write plainly."},
    "google_generative": {"systemInstruction": {"parts": [{"text": "Write plainly."}]}},
}
OWN: dict[str, list[Json]] = {
    "openai_chat": [{"messages": [{"role": "developer", "content": "Rhyme."}, TURN]}],
    "openai_responses": [
        {"instructions": "Rhyme."},
        {"input": [{"role": "system", "content": "Rhyme."}, TURN]},
    ],
    "anthropic_messages": [{"system": "Rhyme."}],
    "google_generative": [
        {"systemInstruction": {"parts": [{"text": "Rhyme."}]}},
        {"system_instruction": {"parts": [{"text": "Rhyme."}]}},
        {"cachedContent": "cachedContents/1"},
    ],
}


def relayed(wire: str, body: Json, dialect: Dialect = DIALECT) -> Json:
    asked = json.dumps({"model": "m"} | body).encode()
    found: Json = json.loads(WIRES[wire].relay_request(asked, "m", dialect, False).body)
    return found


@pytest.mark.parametrize("wire", WITHOUT)
def test_a_relayed_request_without_instructions_gets_the_endpoints(wire: str) -> None:
    sent = relayed(wire, WITHOUT[wire])
    assert {name: sent[name] for name in TOLD[wire]} == TOLD[wire]


def test_an_input_of_one_text_has_no_instructions() -> None:
    sent = relayed("openai_responses", {"input": "You are the system"})
    assert sent["instructions"] == "Write plainly."


def test_the_instructions_have_the_role_that_the_endpoint_knows() -> None:
    dialect = Dialect(turns=TurnRules(opening="Write plainly.", has_developer_role=True))
    sent = relayed("openai_chat", WITHOUT["openai_chat"], dialect)
    assert sent["messages"][0] == {"role": "developer", "content": "Write plainly."}


@pytest.mark.parametrize(
    ("wire", "own"), [(wire, own) for wire, bodies in OWN.items() for own in bodies]
)
def test_a_callers_own_instructions_are_kept(wire: str, own: Json) -> None:
    body = WITHOUT[wire] | own
    assert relayed(wire, body) == relayed(wire, body, Dialect())


@pytest.mark.parametrize("wire", WITHOUT)
@pytest.mark.parametrize("system", ["", "Rhyme."])
def test_a_translated_request_gets_them_where_it_has_none(wire: str, system: str) -> None:
    turns = [{"role": "system", "content": system}, TURN] if system else [TURN]
    body = json.dumps({"model": "m", "messages": turns}).encode()
    prompt = replace(WIRES["openai_chat"].read_request(body), model="m")
    sent = WIRES[wire].write_request(prompt, DIALECT).body
    assert (b"Write plainly." in sent) is not bool(system)
