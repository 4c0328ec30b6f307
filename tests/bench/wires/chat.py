"""Chat Completions."""

from collections.abc import Mapping

import msgspec

from tests.bench.wires.script import (
    CHUNK_TEXT,
    PROMPT_TOKENS,
    TOKENS,
    WORDS,
    Script,
    event,
    numbered,
)


def chat_chunk(choices: list[object], usage: object = None) -> bytes:
    """Write one chunk of a Chat Completions stream."""
    return event(
        {
            "id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
            "object": "chat.completion.chunk",
            "created": 1741570283,
            "model": "mock",
            "service_tier": "default",
            "system_fingerprint": "fp_44709d6fcb",
            "choices": choices,
            "usage": usage,
        }
    )


def chat_choice(delta: Mapping[str, object], reason: str | None = None) -> list[object]:
    """Write the choices of a chunk: one, with this delta."""
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]


CHAT_USAGE = {
    "prompt_tokens": PROMPT_TOKENS,
    "completion_tokens": TOKENS,
    "total_tokens": PROMPT_TOKENS + TOKENS,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}
CHAT_CLOSING = (
    chat_chunk(chat_choice({}, "stop")).decode()
    + chat_chunk(
        [],
        {
            "prompt_tokens": PROMPT_TOKENS,
            "completion_tokens": "%(tokens)d",
            "total_tokens": "%(total)d",
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    ).decode()
    + "data: [DONE]\n\n"
)
CHAT = Script(
    path="/v1/chat/completions",
    ask=lambda words: {
        "messages": [{"role": "user", "content": words}],
        "max_tokens": 1024,
        "temperature": 0.7,
    },
    stream_options={"stream_options": {"include_usage": True}},
    whole=msgspec.json.encode(
        {
            "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
            "object": "chat.completion",
            "created": 1741569952,
            "model": "mock",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": WORDS * 7, "refusal": None},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": CHAT_USAGE,
            "service_tier": "default",
            "system_fingerprint": "fp_44709d6fcb",
        }
    ),
    opening=chat_chunk(chat_choice({"role": "assistant", "content": "", "refusal": None})),
    chunk=chat_chunk(chat_choice({"content": CHUNK_TEXT})),
    closing=numbered(CHAT_CLOSING),
    tokens=b'"completion_tokens":',
    end=b"data: [DONE]\n\n",
)
