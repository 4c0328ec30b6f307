"""Google's generateContent."""

import msgspec

from tests.bench.wires.script import (
    CHUNK_TEXT,
    MODEL,
    PROMPT_TOKENS,
    TOKENS,
    TOKENS_PER_CHUNK,
    WORDS,
    Script,
    event,
    numbered,
)


def reply(parts: list[object], usage: object, reason: str | None = None) -> dict[str, object]:
    """Tell an answer, or a piece of one."""
    candidate: dict[str, object] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if reason is not None:
        candidate["finishReason"] = reason
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": "mock",
        "responseId": "YkAkaYzEJ6adkdUP6Lm-kAc",
    }


def usage(tokens: object, total: object) -> dict[str, object]:
    """Tell what was counted."""
    return {
        "promptTokenCount": PROMPT_TOKENS,
        "candidatesTokenCount": tokens,
        "totalTokenCount": total,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": PROMPT_TOKENS}],
    }


GOOGLE = Script(
    path=f"/v1beta/models/{MODEL}:generateContent",
    streaming_path=f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse",
    ask=lambda words: {
        "contents": [{"role": "user", "parts": [{"text": words}]}],
        "generationConfig": {"maxOutputTokens": 1024, "temperature": 0.7},
    },
    whole=msgspec.json.encode(
        reply([{"text": WORDS * 7}], usage(TOKENS, TOKENS + PROMPT_TOKENS), "STOP")
    ),
    opening=b"",
    chunk=event(
        reply([{"text": CHUNK_TEXT}], usage(TOKENS_PER_CHUNK, TOKENS_PER_CHUNK + PROMPT_TOKENS))
    ),
    closing=numbered(
        event(reply([{"text": ""}], usage("%(tokens)d", "%(total)d"), "STOP")).decode()
    ),
    tokens=b'"candidatesTokenCount":',
    end=b"\n",
)
