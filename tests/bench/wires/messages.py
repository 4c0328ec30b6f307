"""Messages."""

import msgspec

from tests.bench.wires.script import (
    FILLER,
    PROMPT_TOKENS,
    TOKENS,
    WORDS,
    Script,
    event,
    numbered,
)

MESSAGE = {"id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY", "type": "message", "role": "assistant"}
MESSAGES_USAGE = {
    "input_tokens": PROMPT_TOKENS,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
}
MESSAGES_OPENING: dict[str, object] = {
    **MESSAGE,
    "model": "mock",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {**MESSAGES_USAGE, "output_tokens": 1},
}
MESSAGES_CLOSING = (
    event({"type": "content_block_stop", "index": 0}, "content_block_stop").decode()
    + event(
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": "%(tokens)d"},
        },
        "message_delta",
    ).decode()
    + event({"type": "message_stop"}, "message_stop").decode()
)
MESSAGES = Script(
    path="/v1/messages",
    ask=lambda words: {
        "messages": [{"role": "user", "content": words}],
        "max_tokens": 1024,
        "temperature": 0.7,
    },
    whole=msgspec.json.encode(
        {
            **MESSAGE,
            "model": "mock",
            "content": [{"type": "text", "text": WORDS * 7}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {**MESSAGES_USAGE, "output_tokens": TOKENS},
        }
    ),
    opening=event({"type": "message_start", "message": MESSAGES_OPENING}, "message_start")
    + event(
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        "content_block_start",
    ),
    chunk=event(
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": WORDS + FILLER + FILLER},
        },
        "content_block_delta",
    ),
    closing=numbered(MESSAGES_CLOSING),
    tokens=b'"output_tokens":',
    end=b'"message_stop"}\n\n',
)
