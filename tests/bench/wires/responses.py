"""Responses."""

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

ITEM = "msg_67ccd3acc8d48190a77525dc6de64b4104becb25c45c1d41"
PLACE = {"item_id": ITEM, "output_index": 0, "content_index": 0}


def response(output: list[object], usage: object, status: str) -> dict[str, object]:
    """Tell a response as it stands."""
    return {
        "id": "resp_67ccd3a9da748190baa7f1570fe91ac604becb25c45c1d41",
        "object": "response",
        "created_at": 1741476777,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": 1024,
        "model": "mock",
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": True,
        "temperature": 0.7,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage,
        "user": None,
        "metadata": {},
    }


def part(text: str) -> dict[str, object]:
    """Tell a piece of text."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def item(content: list[object], status: str) -> dict[str, object]:
    """Tell the one message of an answer."""
    kind = {"id": ITEM, "type": "message", "status": status, "role": "assistant"}
    return {**kind, "content": content}


def usage(tokens: object, total: object) -> dict[str, object]:
    """Tell what was counted."""
    return {
        "input_tokens": PROMPT_TOKENS,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": total,
    }


def told(kind: str, **fields: object) -> bytes:
    """Write one event; its number is the same in all, for nobody here looks at it."""
    return event({"type": kind, "sequence_number": 1, **fields}, kind)


def moved(kind: str, state: Mapping[str, object]) -> bytes:
    """Write one event of the whole response."""
    return told(kind, response=state)


FULL = "%(text)s"
BEGUN = response([], None, "in_progress")
ENDED = response([item([part(FULL)], "completed")], usage("%(tokens)d", "%(total)d"), "completed")
RESPONSES = Script(
    path="/v1/responses",
    ask=lambda words: {
        "input": [{"role": "user", "content": words}],
        "max_output_tokens": 1024,
        "temperature": 0.7,
    },
    whole=msgspec.json.encode(
        response(
            [item([part(WORDS * 7)], "completed")],
            usage(TOKENS, TOKENS + PROMPT_TOKENS),
            "completed",
        )
    ),
    opening=moved("response.created", BEGUN)
    + moved("response.in_progress", BEGUN)
    + told("response.output_item.added", output_index=0, item=item([], "in_progress"))
    + told("response.content_part.added", **PLACE, part=part("")),
    chunk=told("response.output_text.delta", **PLACE, delta=CHUNK_TEXT, logprobs=[]),
    closing=numbered(
        (
            told("response.output_text.done", **PLACE, text=FULL, logprobs=[])
            + told("response.content_part.done", **PLACE, part=part(FULL))
            + told(
                "response.output_item.done", output_index=0, item=item([part(FULL)], "completed")
            )
            + moved("response.completed", ENDED)
        ).decode()
    ),
    tokens=b'"output_tokens":',
    end=b"}\n\n",
    echoes=4,
)
