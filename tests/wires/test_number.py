"""Token counts that no upstream can mean: kept whole, above zero, and small enough to be summed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import astuple

from endpoints_server.wires.listed import WIRES
from endpoints_server.wires.number import MOST_TOKENS

Counts = Callable[[Any], dict[str, Any]]
MESSAGE = {"role": "assistant", "content": "Yes."}
ANSWERS: dict[str, Counts] = {
    "openai_chat": lambda count: {
        "choices": [{"message": MESSAGE, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": count,
            "completion_tokens": count,
            "prompt_tokens_details": {"cached_tokens": count},
        },
    },
    "openai_responses": lambda count: {
        "object": "response",
        "status": "completed",
        "output": [],
        "usage": {"input_tokens": count, "output_tokens": count, "total_tokens": count},
    },
    "anthropic_messages": lambda count: {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "Yes."}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": count,
            "cache_read_input_tokens": count,
            "cache_creation": {
                "ephemeral_5m_input_tokens": count,
                "ephemeral_1h_input_tokens": count,
            },
            "output_tokens": count,
            "output_tokens_details": {"thinking_tokens": count},
        },
    },
    "google_generative": lambda count: {
        "candidates": [{"content": {"parts": [{"text": "Yes."}]}, "finishReason": "STOP"}],
        "usageMetadata": {
            "promptTokenCount": count,
            "toolUsePromptTokenCount": count,
            "candidatesTokenCount": count,
            "thoughtsTokenCount": count,
        },
    },
}


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("count", [-5, 2**53, 2**63, 10**30])
def test_a_count_is_neither_negative_nor_absurd(name: str, count: int) -> None:
    reply = WIRES[name].read_reply(json.dumps(ANSWERS[name](count)).encode())
    assert reply.usage is not None
    assert all(0 <= each <= 2 * MOST_TOKENS for each in astuple(reply.usage)), reply.usage
