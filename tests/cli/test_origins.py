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
