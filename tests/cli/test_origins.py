"""Where each field of an outgoing request comes from."""

import json

import pytest

from endpoints_server.cli.origins import Passage, trace
from endpoints_server.domain.dialect import Dialect, ThinkingRules
from endpoints_server.wires.listed import WIRES

ASKED = {
    "model": "ours",
    "max_tokens": 50,
    "messages": [{"role": "user", "content": "Hi"}],
    "store": True,
    "stream": True,
}


@pytest.mark.parametrize("wire_in", ["openai_chat", "anthropic_messages"])
def test_what_a_model_is_said_to_be_like_is_told_from_what_was_asked_and_added(
    wire_in: str,
) -> None:
    dialect = Dialect(
        defaults={"top_p": 0.5},
        add={"seed": 7},
        refuse=("store",),
        ceiling_name="max_completion_tokens",
        thinking=ThinkingRules(is_able=True, form="qwen"),
    )
    passage = Passage(
        body=json.dumps(ASKED).encode(),
        model="m",
        wire_in=WIRES[wire_in],
        wire_out=WIRES["openai_chat"],
    )
    traced = trace(passage, dialect)
    origins = {each.field: each.origin for each in traced.fields}
    assert origins == {
        "model": "this server",
        "messages": "the request",
        "stream": "the request",
        "stream_options": "this server",
        "max_completion_tokens": "how the model deviates",
        "enable_thinking": "how the model deviates",
        "top_p": "a definition's default",
        "seed": "addParams",
    }
    assert traced.losses == ("store",)


def test_a_default_and_an_added_field_are_told_by_the_key_that_says_them() -> None:
    dialect = Dialect(
        defaults={"store": False, "top_p": 0.5},
        add={"providerOptions.gateway": {"order": ["a"]}, "seed": 7},
        sources={"store": "compat", "providerOptions.gateway": "compat"},
    )
    body = {"model": "ours", "messages": [{"role": "user", "content": "Hi"}]}
    chat = WIRES["openai_chat"]
    passage = Passage(body=json.dumps(body).encode(), model="m", wire_in=chat, wire_out=chat)
    origins = {each.field: each.origin for each in trace(passage, dialect).fields}
    assert origins == {
        "model": "this server",
        "messages": "the request",
        "store": "compat",
        "top_p": "a definition's default",
        "providerOptions": "compat",
        "seed": "addParams",
    }
