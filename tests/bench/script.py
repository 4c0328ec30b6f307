"""What is asked and answered in a benchmark, on both wires, as bytes made once."""

import re
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec import Struct

MARK = b"brown fox"
"""Stands once in every chunk of a stream and in every whole answer."""
WORDS = "the quick brown fox jumps over the lazy dog and rests for a while by the warm river bank "
FILLER = "a lazy dog sleeps in the sun and dreams of rivers, of banks and of long warm afternoons "
PROMPT_TOKENS = 119
TOKENS = 130
TOKENS_PER_CHUNK = 30
PACE = re.compile(r"-d(\d+)-n(\d+)")


class Pace(Struct, frozen=True):
    """How a stream goes: seconds between its chunks, and how many."""

    delay_seconds: float
    chunks: int


class Script(Struct, frozen=True, kw_only=True, eq=False):
    """One wire's part: the whole answer, and a stream's opening, one chunk, its closing and end.

    `tokens` is how the wire writes the count of answered tokens, up to the number.
    """

    path: str
    limits: Mapping[str, object]
    whole: bytes
    opening: bytes
    chunk: bytes
    closing: str
    tokens: bytes
    end: bytes


class Expected(Struct, frozen=True, kw_only=True):
    """What a right answer holds: so many marks, this count of tokens, this at its very end."""

    marks: int
    tokens: bytes
    end: bytes


@lru_cache
def pace(model: str) -> Pace:
    """Read the pace out of a model's name, as in `mock-d10-n100`: 100 chunks, 10 ms apart."""
    found = PACE.search(model)
    return Pace(int(found[1]) / 1000, int(found[2])) if found else Pace(0, 100)


@lru_cache
def closing(script: Script, chunks: int) -> bytes:
    """Write the end of a stream of so many chunks, usage included."""
    tokens = chunks * TOKENS_PER_CHUNK
    return (script.closing % {"tokens": tokens, "total": tokens + PROMPT_TOKENS}).encode()


def question(script: Script, model: str, *, is_stream: bool) -> bytes:
    """Write the body of a request: half a kilobyte of talk."""
    messages = [{"role": "user", "content": FILLER * 2}]
    asked = {"model": model, "messages": messages, "stream": is_stream}
    if is_stream:
        asked |= script.limits
    return msgspec.json.encode({**asked, "max_tokens": 1024, "temperature": 0.7})


def expected(script: Script, model: str, *, is_stream: bool) -> Expected:
    """Say what the answer to a question must hold."""
    if not is_stream:
        return Expected(marks=script.whole.count(MARK), tokens=script.tokens + b"130", end=b"}")
    chunks = pace(model).chunks
    tokens = script.tokens + str(chunks * TOKENS_PER_CHUNK).encode()
    return Expected(marks=chunks, tokens=tokens, end=script.end)


def event(value: object, name: str = "") -> bytes:
    """Write one server-sent event."""
    line = f"event: {name}\n".encode() if name else b""
    return line + b"data: " + msgspec.json.encode(value) + b"\n\n"


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
    limits={"stream_options": {"include_usage": True}},
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
    chunk=chat_chunk(chat_choice({"content": WORDS + FILLER[:35]})),
    closing=re.sub(r'"(%\(\w+\)d)"', r"\1", CHAT_CLOSING),
    tokens=b'"completion_tokens":',
    end=b"data: [DONE]\n\n",
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
    limits={},
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
    closing=re.sub(r'"(%\(\w+\)d)"', r"\1", MESSAGES_CLOSING),
    tokens=b'"output_tokens":',
    end=b'"message_stop"}\n\n',
)
SCRIPTS = {script.path: script for script in (CHAT, MESSAGES)}
