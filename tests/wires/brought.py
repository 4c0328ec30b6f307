"""What a caller of each wire sends back of an answer, as clients do: all of it, as it came."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Json = dict[str, Any]

ASKED = "What is here?"


def events_in(stream: bytes) -> list[Json]:
    """Give the JSON of every event of a stream."""
    lines = [line for line in stream.split(b"\n") if line.startswith(b"data: {")]
    return [json.loads(line.removeprefix(b"data: ")) for line in lines]


def chat(replies: list[Json]) -> Json:
    """Send a message back, put together from its pieces by their indices."""
    said: Json = {"role": "assistant", "content": None}
    details: list[Json] = []
    calls: dict[int, Json] = {}
    for reply in replies:
        for choice in reply["choices"]:
            piece = choice.get("delta") or choice.get("message") or {}
            said["content"] = (said["content"] or "") + (piece.get("content") or "") or None
            details += piece.get("reasoning_details") or []
            for place, call in enumerate(piece.get("tool_calls") or ()):
                known = calls.setdefault(call.get("index", place), {})
                arguments = known.get("function", {}).get("arguments", "")
                fresh = {name: value for name, value in call.items() if name != "index"}
                function = {**known.get("function", {}), **call["function"]}
                function["arguments"] = arguments + (call["function"].get("arguments") or "")
                known.update({**fresh, "function": function})
    if details:
        said["reasoning_details"] = details
    if calls:
        said["tool_calls"] = [calls[place] for place in sorted(calls)]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": "ok"} for call in calls.values()
    ]
    return {"model": "m", "messages": [{"role": "user", "content": ASKED}, said, *results]}


def responses(replies: list[Json]) -> Json:
    """Send the items of the output back."""
    output = replies[-1].get("response", replies[-1])["output"]
    calls = [item["call_id"] for item in output if item["type"] == "function_call"]
    results = [{"type": "function_call_output", "call_id": id, "output": "ok"} for id in calls]
    return {"model": "m", "input": [{"role": "user", "content": ASKED}, *output, *results]}


def messages(replies: list[Json]) -> Json:
    """Send the blocks back, those of a stream put together from their deltas."""
    blocks = replies[0]["content"] if "content" in replies[0] else whole_blocks(replies)
    calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": id, "content": "ok"} for id in calls]
    turns = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": blocks}]
    turns += [{"role": "user", "content": results}] if results else []
    return {"model": "m", "max_tokens": 99, "messages": turns}


def whole_blocks(events: Iterable[Json]) -> list[Json]:
    """Put blocks together."""
    blocks: list[Json] = []
    for event in events:
        if event["type"] == "content_block_start":
            blocks.append({**event["content_block"], "pieces": ""})
        elif event["type"] == "content_block_delta":
            for name, piece in event["delta"].items():
                if name == "partial_json":
                    blocks[-1]["pieces"] += piece
                elif name != "type":
                    blocks[-1][name] += piece
    for block in blocks:
        pieces = block.pop("pieces")
        if block["type"] == "tool_use":
            block["input"] = json.loads(pieces or "{}")
    return blocks


def google(replies: list[Json]) -> Json:
    """Send what the model said back, that of a stream as a turn for each element."""
    said = [reply["candidates"][0]["content"] for reply in replies]
    parts = [part for turn in said for part in turn["parts"]]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    results = [
        {"functionResponse": {"id": call["id"], "name": call["name"], "response": {"output": "ok"}}}
        for call in calls
    ]
    turns: list[Json] = [{"role": "user", "parts": [{"text": ASKED}]}, *said]
    turns += [{"role": "user", "parts": results}] if results else []
    return {"contents": turns}


BRINGERS: Mapping[str, Callable[[list[Json]], Json]] = {
    "openai_chat": chat,
    "openai_responses": responses,
    "anthropic_messages": messages,
    "google_generative": google,
}
